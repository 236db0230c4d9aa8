"""Cooperation: what each side says."""

from __future__ import annotations

from flask import Blueprint

from coordination.permissions import Permission
from coordination.web import needs

bp = Blueprint("cooperation", __name__)


@bp.get("/cooperation")
@needs(Permission.INSTITUTION_READ)
def index():
    return "cooperation"
