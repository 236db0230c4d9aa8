"""A draft from an XLSForm file: read apart, shown, and made only when somebody says so."""

from __future__ import annotations

import json
from dataclasses import replace

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination.errors import AlreadyExists, Invalid
from coordination.exchange import form_file
from coordination.exchange.tabular import Line, Table
from coordination.files.uploads import Upload, Uploads
from coordination.graph.questionnaires import version_id
from coordination.i18n import translator
from coordination.permissions import Permission
from coordination.readiness.editor import editing
from coordination.readiness.editor.forms import SeenForm, XlsFormForm
from coordination.readiness.editor.room_views import bp, type_names
from coordination.surveys import questionnaire as plain
from coordination.surveys.model import Questionnaire
from coordination.surveys.publishing import faults
from coordination.web import actor, institution_types, language, needs, store

MADE = "made"


def _uploads() -> tuple[Uploads, str]:
    # An owner of its own: a form is no file of the register, and its token opens nothing there.
    return Uploads(current_app.config["SETTINGS"].data_dir), f"questionnaires|{actor().id}"


@bp.route("/from-file", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def from_file():
    form, status = XlsFormForm(), 200
    if request.method == "POST":
        status = 422
        if form.submitted():
            try:
                found = form_file.read(form.file.data.read(), type_names())
            except Invalid as error:
                form.file.errors = [_(error.message, **error.values)]
            else:
                uploads, owner = _uploads()
                line = Line(1, (json.dumps(plain.data(found), ensure_ascii=False),))
                token = uploads.keep(Upload(owner=owner, kind="xlsform", filename="", table=Table(line, ())))
                return redirect(url_for(".from_file_look", token=token))
    return render_template("readiness/questionnaire_file.html", form=form), status


def _numbered(found: Questionnaire) -> Questionnaire:
    """With the number of the file where it is later than every version there is, otherwise with the next one."""
    taken = [each.number for each in editing.listed(store(), actor()) if each.questionnaire == found.id]
    later = found.version and all(editing.numbers(found.version) > editing.numbers(each) for each in taken)
    return found if later else replace(found, version=editing.next_number(taken, major=False))


@bp.route("/from-file/<token>", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def from_file_look(token: str):
    """What does the file hold, what is still missing, and how does it differ from the last version?"""
    uploads, owner = _uploads()
    kept = uploads.get(owner, token)
    if MADE in kept.same:  # sent twice: the first time did it
        return redirect(kept.same[MADE])
    assert kept.table is not None
    read = plain.read(json.loads(kept.table.header.cells[0]))
    found, form = _numbered(read), SeenForm()
    last = editing.last_published(store(), found.id)
    if request.method == "POST" and form.submitted():
        for _try in range(editing.TRIES):
            try:
                made = editing.create(store(), actor(), found, based_on=last.id if last else "")
            except AlreadyExists:
                found = _numbered(read)
                continue
            assert made == version_id(found)
            kept.same[MADE] = url_for(".show", questionnaire=found.id, number=found.version)
            uploads.keep(kept, token=token)
            flash(_("The draft is made."))
            return redirect(kept.same[MADE])
    tr = translator(language())
    base = editing.opened(store(), actor(), last.id) if last else None
    return render_template(
        "readiness/questionnaire_file_look.html",
        q=found, base=base, form=form, renumbered=read.version if read.version != found.version else "",
        comparison=editing.compare(base.questionnaire, found) if base else None,
        faults=[(each.told(tr), "") for each in faults(found, list(institution_types()))],
    )  # fmt: skip
