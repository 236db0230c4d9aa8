"""Questionnaires: versions, drafts, preview, comparison, publishing, XLSForm."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("questionnaires", __name__, url_prefix="/questionnaires")
