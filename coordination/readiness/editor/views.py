"""Questionnaires: versions, drafts, comparison, publishing, files. The forms of a draft stand in part_views and item_views."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coordination.errors import Conflict, Invalid
from coordination.exchange.writing import MEDIA
from coordination.i18n import translator
from coordination.permissions import Permission, ever
from coordination.readiness.editor import editing, item_views, part_views, try_views, xlsform_views
from coordination.readiness.editor.editing import Opened
from coordination.readiness.editor.forms import EditionForm, StepForm
from coordination.readiness.editor.room_views import address, bp, fault_lines, key, type_names
from coordination.surveys import xlsform
from coordination.surveys.versions import Comparison
from coordination.web import actor, download, institution_types, language, needs, store

__all__ = ["bp", "item_views", "part_views", "try_views", "xlsform_views"]  # their views stand on the same blueprint


@bp.get("")
@needs(Permission.QUESTIONNAIRE_READ)
def index():
    """Which versions are there, and what may each be used for?"""
    found = editing.listed(store(), actor())
    newest = {
        name: last.id
        for name in {each.questionnaire for each in found}
        if (last := editing.last_published(store(), name)) is not None
    }
    return render_template(
        "readiness/questionnaire_index.html",
        versions=found, newest=newest, may_edit=ever(actor(), Permission.QUESTIONNAIRE_EDIT),
        may_use=ever(actor(), Permission.ROUND_MANAGE),
    )  # fmt: skip


@bp.get("/<questionnaire>/<number>")
@needs(Permission.QUESTIONNAIRE_READ)
def show(questionnaire: str, number: str):
    """What does it ask, of whom, and (a draft) what is still wrong in it?"""
    found = editing.opened(store(), actor(), key(questionnaire, number))
    may_edit = ever(actor(), Permission.QUESTIONNAIRE_EDIT)
    base = editing.base_of(store(), found)
    comparison = editing.compared(base, found.questionnaire)
    draft = not found.version.published
    q = found.questionnaire
    known = {each.id for each in q.dimensions}
    return render_template(
        "readiness/questionnaire_show.html",
        it=found, q=q, base=base, comparison=comparison, draft=draft, may_edit=may_edit,
        faults=fault_lines(found, editing.told(found, comparison, list(institution_types()))) if draft else [],
        strays=[item for item in q.items if item.dimension not in known],
        gone=[base.opened.questionnaire.by_id[id] for id in comparison.removed] if draft and base and comparison else [],
        order=editing.fingerprint(editing.ORDER.get(found.data)),
        changed={each.item_id for each in (*comparison.reworded, *comparison.retuned)} if comparison and draft else set(),
        added=set(comparison.added) if comparison and draft else set(),
        step=StepForm(step="minor"),
    )  # fmt: skip


@bp.get("/<questionnaire>/<number>/draft")
@needs(Permission.QUESTIONNAIRE_EDIT)
def new_draft(questionnaire: str, number: str):
    """Which step is the next version?"""
    return _next(editing.opened(store(), actor(), key(questionnaire, number)), StepForm(step="minor"))


@bp.post("/<questionnaire>/<number>/draft")
@needs(Permission.QUESTIONNAIRE_EDIT)
def make_draft(questionnaire: str, number: str):
    found = editing.opened(store(), actor(), key(questionnaire, number))
    form = StepForm()
    if not form.submitted():
        return _next(found, form, 422)
    made = editing.new_draft(store(), actor(), found.version.id, major=form.step.data == "major")
    flash(_("The draft is made. The published version stays as it is."))
    return redirect(url_for(".show", questionnaire=questionnaire, number=made.rpartition("|")[2]))


def _next(found: Opened, form: StepForm, status: int = 200) -> Any:
    if not found.version.published:
        raise Conflict(found.version.id)
    taken = [each.number for each in editing.listed(store(), actor()) if each.questionnaire == found.version.questionnaire]
    hints = {"minor": editing.next_number(taken, major=False), "major": editing.next_number(taken, major=True)}
    return render_template("readiness/questionnaire_draft.html", it=found, form=form, hints=hints), status


@bp.get("/<questionnaire>/<number>/compare")
@needs(Permission.QUESTIONNAIRE_READ)
def compare(questionnaire: str, number: str):
    """What is new, gone, worded otherwise, or means something else?"""
    found = editing.opened(store(), actor(), key(questionnaire, number))
    base = editing.base_of(store(), found)
    comparison = editing.compared(base, found.questionnaire)
    return render_template(
        "readiness/questionnaire_compare.html",
        it=found, base=base, comparison=comparison, rows=changes(base, found, comparison),
        refused=fault_lines(found, list(comparison.faults)) if comparison else [],
        may_edit=ever(actor(), Permission.QUESTIONNAIRE_EDIT),
    )  # fmt: skip


def changes(base: editing.Base | None, found: Opened, comparison: Comparison | None) -> list[dict[str, Any]]:
    """Items worded or used otherwise: their words before and now, and in what they differ."""
    if base is None or comparison is None:
        return []
    tr, rows = translator(language()), {}
    for each in (*comparison.reworded, *comparison.retuned):
        row = rows.setdefault(each.item_id, {"id": each.item_id, "what": []})
        row["what"] += [tr._(one) for one in each.what]
    for id, row in rows.items():
        row["before"], row["now"] = base.opened.questionnaire.by_id[id], found.questionnaire.by_id[id]
    return [rows[item.id] for item in found.questionnaire.items if item.id in rows]


@bp.route("/<questionnaire>/<number>/publish", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def publish(questionnaire: str, number: str):
    """Publish and freeze, after one more look at what changes."""
    id = key(questionnaire, number)
    form, status, notice = EditionForm(), 200, ""
    if request.method == "POST":
        found = _still_draft(id)
        if not form.submitted():
            status = 422
        else:
            try:
                if not editing.publish(store(), actor(), id, form.number, list(institution_types())):
                    flash(_("Published. From now on the version stays as it is."))
                    return redirect(address("show", found))
                status = 422
            except Conflict:
                _still_draft(id)
                status, notice = 409, _("The draft was changed after this page was opened. This is how it stands now.")
    found = editing.draft(store(), actor(), id)
    base = editing.base_of(store(), found)
    comparison = editing.compared(base, found.questionnaire)
    form.edition.data = str(found.version.edition)
    return render_template(
        "readiness/questionnaire_publish.html",
        it=found, form=form, base=base, comparison=comparison, notice=notice, rows=changes(base, found, comparison),
        faults=fault_lines(found, editing.told(found, comparison, list(institution_types()))),
    ), status  # fmt: skip


@bp.route("/<questionnaire>/<number>/drop", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def drop(questionnaire: str, number: str):
    """Throw a draft away, after asking."""
    id = key(questionnaire, number)
    form, status = EditionForm(), 200
    if request.method == "POST":
        _still_draft(id)
        if form.submitted():
            try:
                editing.drop(store(), actor(), id, form.number)
            except Conflict:
                status = 409
            else:
                flash(_("The draft was thrown away."))
                return redirect(url_for(".index"))
    found = editing.draft(store(), actor(), id)
    form.edition.data = str(found.version.edition)
    return render_template("readiness/questionnaire_drop.html", it=found, form=form, changed=status == 409), status


def _still_draft(id: str) -> Opened:
    found = editing.opened(store(), actor(), id)
    if found.version.published:
        raise Conflict(id)
    return found


@bp.get("/<questionnaire>/<number>/form.xlsx")
@needs(Permission.QUESTIONNAIRE_READ)
def form_file(questionnaire: str, number: str):
    """The version as an XLSForm; it comes back as it left."""
    found = editing.opened(store(), actor(), key(questionnaire, number))
    try:
        content = xlsform.file(found.questionnaire, type_names())
    except Invalid as error:
        flash(_("The file cannot be made yet: %(why)s", why=_(error.message, **error.values)), "error")
        return redirect(address("show", found))
    return download([content], _named(found, "xlsx"), MEDIA["xlsx"])


@bp.get("/<questionnaire>/<number>/questionnaire.json")
@needs(Permission.QUESTIONNAIRE_READ)
def json_file(questionnaire: str, number: str):
    """The version as plain data."""
    found = editing.opened(store(), actor(), key(questionnaire, number))
    content = json.dumps(found.data, ensure_ascii=False, indent=1).encode("utf-8")
    return download([content], _named(found, "json"), MEDIA["json"])


def _named(found: Opened, ending: str) -> str:
    return f"{found.version.questionnaire}-{found.version.number}.{ending}"


@bp.app_template_global("items_count")
def items_count(number: int) -> str:
    return ngettext("%(num)s question", "%(num)s questions", number)
