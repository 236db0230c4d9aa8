"""The room of files: its blueprint, and how a file leaves."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response

bp = Blueprint("files", __name__)


def download(pieces: Iterable[bytes], name: str, media: str) -> Response:
    """A file to save. `name` is made of codes and dates, never of what somebody typed."""
    response = Response(pieces, content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
