"""The cooperation map."""

from __future__ import annotations

from flask import Blueprint

from coordination.permissions import Permission
from coordination.web import needs

bp = Blueprint("map", __name__)


@bp.get("/cooperation/map")
@needs(Permission.INSTITUTION_READ)
def index():
    return "map"
