"""The quick matrix on the web: twenty statements in one go, by keyboard."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coordination.cooperation import matrix, service
from coordination.errors import Conflict, Invalid
from coordination.i18n import polish_key
from coordination.permissions import Permission
from coordination.web import Form, actor, areas, needs, page_number, store

bp = Blueprint("matrix", __name__, url_prefix="/cooperation/matrix")

ROWS = 20


@bp.route("", methods=["GET", "POST"])
@needs(Permission.CLAIM_STATE)
def index():
    from coordination.graph import directory
    from coordination.permissions import scope

    asked = request.values.get("claimant") or actor().institution_id
    form = Form()
    if not asked:
        claimants = directory.entries(store(), scope(actor(), Permission.CLAIM_STATE))
        return render_template("cooperation/matrix_choose.html", claimants=claimants)
    own = service.claimant(store(), actor(), asked)
    partners, voices = matrix.load(store(), actor(), own)
    known = areas()
    query = request.values.get("q", "").strip()
    wanted = "".join(polish_key(query)[0].split())
    shown = [
        each
        for each in partners.values()
        if wanted in "".join(polish_key(f"{each.name_pl} {each.short_name}")[0].split())
    ]
    page = page_number()
    rows = shown[(page - 1) * ROWS : page * ROWS]
    cells: dict[tuple[str, str], str] = {}
    error, status = "", 200
    if form.submitted():
        cells, seen = _posted("c", partners, known), _posted("s", partners, known)
        try:
            made = matrix.changes(cells, seen, voices, partners)
            if request.form.get("action") == "save" and made:
                count = matrix.save(store(), actor(), own, made)
                flash(ngettext("Saved %(num)s statement.", "Saved %(num)s statements.", count), "success")
                return redirect(url_for(".index", claimant=own.id, q=query or None, page=page))
            if made and request.form.get("action") != "edit":
                return render_template(
                    "cooperation/matrix_check.html",
                    form=form,
                    own=own,
                    made=made,
                    areas=known,
                    cells=cells,
                    seen=seen,
                    query=query,
                    page=page,
                )
            if not made and request.form.get("action") != "edit":
                flash(_("No cell was changed, so there is nothing to save."), "info")
        except Invalid as problem:
            error, status = _(problem.message) % problem.values, 422
        except Conflict:
            error, status = (
                _("Somebody stated something else meanwhile. The marked cells show what stands now."),
                409,
            )
            _partners, voices = matrix.load(store(), actor(), own)
    return render_template(
        "cooperation/matrix.html",
        form=form,
        own=own,
        rows=rows,
        total=len(shown),
        page=page,
        size=ROWS,
        query=query,
        voices=voices,
        areas=known,
        cells=cells,
        sign=matrix.sign,
        signs=matrix.SIGNS,
        error=error,
        on_behalf=not actor().institution_id,
    ), status


def _posted(prefix: str, partners, areas) -> dict[tuple[str, str], str]:
    """Fields named `c|partner|area` (wanted) and `s|partner|area` (seen)."""
    found = {}
    for name, value in request.form.items():
        kind, _bar, rest = name.partition("|")
        partner_id, _bar, area = rest.partition("|")
        if kind == prefix and partner_id in partners and area in areas:
            found[partner_id, area] = value.strip().upper()
    return found
