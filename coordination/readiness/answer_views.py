"""Filling in a self-assessment, by an account or a link: sections, saving, passing on, handing in, the result."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("survey", __name__, url_prefix="/survey")
