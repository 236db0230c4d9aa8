"""What the self-assessment shows: the voivodeship's matrix, one institution, the country, files."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("readiness", __name__, url_prefix="/readiness")
