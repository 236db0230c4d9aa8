"""The answers of a round as files to take away."""

from __future__ import annotations

from flask import abort, render_template

from coordination.clock import today
from coordination.exchange.writing import MEDIA
from coordination.permissions import Permission
from coordination.readiness.results import exports
from coordination.readiness.results.views import bp
from coordination.web import actor, download, needs, store

__all__ = ["bp"]


@bp.get("/rounds/<round_id>/export")
@needs(Permission.FILE_EXPORT)
def export(round_id: str):
    """Which files are there, and what do they hold?"""
    found = exports.collected(store(), actor(), round_id)
    columns = exports.meanings(found)
    return render_template("readiness/export.html", it=found, columns=columns[:12], more=len(columns) - 12)


@bp.get("/rounds/<round_id>/export/<table>.<format>")
@needs(Permission.FILE_EXPORT)
def export_file(round_id: str, table: str, format: str):
    """One file. The audit log says that it left."""
    if format not in exports.FORMATS.get(table, ()):
        abort(404)
    found = exports.collected(store(), actor(), round_id)
    if table != exports.CODEBOOK:  # a codebook holds no answer
        exports.note(store(), actor(), found, f"{table}.{format}")
    name = f"{found.questionnaire.id}-{table}-{today().isoformat()}.{format}"
    return download(exports.pieces(found, table, format), name, MEDIA[format])
