"""Gaps."""

from __future__ import annotations

from flask import Blueprint

from coordination.permissions import Permission
from coordination.web import needs

bp = Blueprint("gaps", __name__)


@bp.get("/gaps")
@needs(Permission.INSTITUTION_READ)
def index():
    return "gaps"
