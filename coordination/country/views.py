"""All 16 voivodeships."""

from __future__ import annotations

from flask import Blueprint

from coordination.permissions import Permission
from coordination.web import needs

bp = Blueprint("country", __name__)


@bp.get("/country")
@needs(Permission.INSTITUTION_READ)
def index():
    return "country"
