"""Answers to what others said."""

from __future__ import annotations

from flask import Blueprint

from coordination.permissions import Permission
from coordination.web import needs

bp = Blueprint("reply", __name__)


@bp.get("/reply")
@needs(Permission.INSTITUTION_READ)
def index():
    return "reply"
