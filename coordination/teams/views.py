"""Regional teams."""

from __future__ import annotations

from flask import Blueprint

from coordination.permissions import Permission
from coordination.web import needs

bp = Blueprint("teams", __name__)


@bp.get("/teams")
@needs(Permission.INSTITUTION_READ)
def index():
    return "teams"
