"""The competence card and the resources: one form, saved whole."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination import clock
from coordination.errors import Conflict, Invalid
from coordination.fields import options
from coordination.graph import profiles
from coordination.graph.profiles import Card, Group, Resource, ResourceKind, Stage, Task
from coordination.institutions import service
from coordination.institutions.forms import CardForm
from coordination.institutions.room import bp, refuse, term, types
from coordination.permissions import Permission
from coordination.web import actor, needs, store


@bp.route("/institutions/<institution_id>/card", methods=["GET", "POST"])
@needs(Permission.INSTITUTION_EDIT)
def card(institution_id: str):
    found = service.changeable(store(), actor(), Permission.INSTITUTION_EDIT, institution_id)
    standing = profiles.card(store(), found.id)
    form = CardForm(data=_data(standing)) if request.method == "GET" else CardForm()
    form.groups.choices = options((each, term("group", each)) for each in Group)
    for entry in form.resources:
        entry.form.kind.choices = options([("", _("none")), *((each, term("resource", each)) for each in ResourceKind)])
    conflict, status = None, 200
    if form.submitted():
        try:
            service.save_card(store(), actor(), _card(form, found.id), clock.today())
        except Conflict as error:
            # The typed text stays in the form; sent again, it replaces what stands now and is shown above it.
            conflict, status = error.current["card"], 409
            form.version.data = conflict.version
            form.version.raw_data = [str(conflict.version)]
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("Competence card saved and confirmed with today’s date."))
            return redirect(url_for("institutions.show", institution_id=found.id, _anchor="card"))
    page = render_template(
        "institutions/card.html", form=form, it=found, kind=types().get(found.type), conflict=conflict,
        stages=list(Stage),
    )
    return page, 422 if form.errors else status


def _data(card: Card) -> dict[str, object]:
    texts: dict[str, object] = {}
    for stage, tasks in card.by_stage():
        texts[f"task_{stage}"] = "\n".join(task.text for task in tasks)
        texts[f"basis_{stage}"] = next((task.legal_basis for task in tasks if task.legal_basis), "")
    resources: list[dict[str, object]] = [
        {"kind": str(each.kind), "quantity": each.quantity, "as_of": each.as_of, "note": each.note}
        for each in card.resources
    ]
    return {
        **texts,
        "languages": "; ".join(card.languages),
        "groups": [str(each) for each in card.groups],
        "hours": card.hours,
        "version": card.version,
        "resources": [*resources, {}, {}],
    }


def _card(form: CardForm, institution_id: str) -> Card:
    tasks = []
    for stage in Stage:
        basis = form[f"basis_{stage}"].data or ""
        lines = [line.strip() for line in (form[f"task_{stage}"].data or "").splitlines() if line.strip()]
        tasks += [Task(stage=stage, text=line, legal_basis=basis) for line in lines]
    resources = [
        Resource(
            kind=ResourceKind(row.kind.data),
            quantity=row.quantity.data,
            as_of=row.as_of.data,
            note=row.note.data or "",
        )
        for row in (entry.form for entry in form.resources) if row.kind.data
    ]
    languages = [each.strip() for each in (form.languages.data or "").replace(",", ";").split(";")]
    return Card(
        institution_id=institution_id,
        tasks=tuple(tasks),
        languages=tuple(each for each in languages if each),
        groups=tuple(Group(each) for each in form.groups.data or ()),
        hours=form.hours.data or "",
        resources=tuple(resources),
        version=form.version.data or 0,
    )
