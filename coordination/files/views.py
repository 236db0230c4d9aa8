"""Import and export."""

from __future__ import annotations

from flask import Blueprint

from coordination.permissions import Permission
from coordination.web import needs

bp = Blueprint("files", __name__)


@bp.get("/files")
@needs(Permission.INSTITUTION_READ)
def index():
    return "files"
