"""Pages the footer leads to."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from coordination.web import public

bp = Blueprint("about", __name__)

PAGES = ("accessibility", "personal-data", "method", "help", "report-error")


@bp.get("/about/<page>")
@public
def page(page: str):
    if page not in PAGES:
        abort(404)
    return render_template(f"about/{page}.html")
