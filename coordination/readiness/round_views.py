"""Rounds of the self-assessment: the audience, the letters, the board, and what comes in."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("rounds", __name__, url_prefix="/rounds")
