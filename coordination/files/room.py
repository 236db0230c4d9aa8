"""The room of files: its blueprint, which two modules fill."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("files", __name__)
