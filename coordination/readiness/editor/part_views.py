"""Texts, dimensions, groups and rules of a draft."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from coordination.errors import Conflict, Invalid, NotFound
from coordination.fields import options
from coordination.i18n import N_
from coordination.permissions import Permission
from coordination.readiness.editor import editing, item_fields
from coordination.readiness.editor.editing import Opened
from coordination.readiness.editor.forms import (
    DimensionsForm,
    GroupForm,
    NewGroupForm,
    RulesForm,
    SeenForm,
    TextsForm,
)
from coordination.readiness.editor.item_fields import Fields
from coordination.readiness.editor.room_views import Page, address, bp, key, part_page, type_choices
from coordination.surveys.model import EVERYBODY, Questionnaire
from coordination.web import Form, actor, institution_types, needs, store

KEPT_DIMENSION = N_("Dimension %(where)s still holds questions: move or leave them out first.")
TAKEN = N_("There is a group, a type of institution or a word of ours called %(what)s: choose another name.")
USED = N_("Group %(where)s is the audience of %(what)s: change these questions first.")


def _filled(form: type[Form]) -> Any:
    def make(_found: Opened, fields: Fields | None) -> Form:
        return form() if fields is None else form(formdata=None, data=fields)

    return make


TEXTS = Page(
    part=editing.TEXTS,
    template="readiness/questionnaire_texts.html",
    make=_filled(TextsForm),
    fields=item_fields.texts_fields,
    value=lambda q, fields, before: item_fields.texts_value(fields, before),
    back=lambda found: address("show", found),
)


def _dimensions(q: Questionnaire, fields: Fields, before: Any) -> Any:
    found = item_fields.dimensions_value(fields)
    ids = {row["id"] for row in found}
    for one in before:
        if one["id"] not in ids and q.of_dimension(one["id"]):
            raise Invalid(KEPT_DIMENSION, where=one["id"])
    return found


DIMENSIONS = Page(
    part=editing.DIMENSIONS,
    template="readiness/questionnaire_dimensions.html",
    make=_filled(DimensionsForm),
    fields=item_fields.dimensions_fields,
    value=_dimensions,
    back=lambda found: address("show", found),
    context=lambda found: {"known": {each.id for each in found.questionnaire.dimensions}},
)
RULES = Page(
    part=editing.RULES,
    template="readiness/questionnaire_rules.html",
    make=_filled(RulesForm),
    fields=item_fields.rules_fields,
    value=lambda q, fields, before: item_fields.rules_value(fields),
    back=lambda found: address("show", found),
)


@bp.route("/<questionnaire>/<number>/texts", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def texts(questionnaire: str, number: str):
    """Title, introduction, privacy notice."""
    return part_page(TEXTS, key(questionnaire, number))


@bp.route("/<questionnaire>/<number>/dimensions", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def dimensions(questionnaire: str, number: str):
    """Dimensions, their order and weights."""
    return part_page(DIMENSIONS, key(questionnaire, number))


@bp.route("/<questionnaire>/<number>/rules", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def rules(questionnaire: str, number: str):
    """Bands of the result and the numbers of the scoring rules."""
    return part_page(RULES, key(questionnaire, number))


# --- groups


def _group_form(form: type[GroupForm]) -> Any:
    def make(_found: Opened, fields: Fields | None) -> Form:
        made = form() if fields is None else form(formdata=None, data=fields)
        known = type_choices()
        codes = {code for code, _name in known}
        strange = [(code, code) for code in (fields or {}).get("types", ()) if code not in codes]
        made.types.choices = options([*known, *strange])  # type: ignore[attr-defined]
        return made

    return make


def _group_page(name: str) -> Page:
    return Page(
        part=editing.group_part(name),
        template="readiness/questionnaire_group.html",
        make=_group_form(GroupForm),
        fields=lambda types: {"types": list(types)},
        value=lambda q, fields, before: item_fields.in_order(fields["types"] or (), before),
        back=lambda found: address("show", found) + "#groups",
        context=lambda found: {"name": name, "users": users(found.questionnaire, name)},
    )


def users(q: Questionnaire, name: str) -> list[str]:
    """Items whose audience names a group."""
    return [item.id for item in q.items if name in item.applies_to]


@bp.route("/<questionnaire>/<number>/groups/<name>", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def group(questionnaire: str, number: str, name: str):
    """The types of institutions in a group."""
    id = key(questionnaire, number)
    if name not in editing.opened(store(), actor(), id).questionnaire.groups:
        raise NotFound(name)
    return part_page(_group_page(name), id)


@bp.route("/<questionnaire>/<number>/new-group", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def new_group(questionnaire: str, number: str):
    id = key(questionnaire, number)
    found = _draft(id)
    form = _group_form(NewGroupForm)(found, {} if request.method == "GET" else None)
    if not form.submitted():
        status = 200 if request.method == "GET" else 422
        return render_template("readiness/questionnaire_group.html", it=found, form=form, name="", users=[]), status
    name = form.name.data
    try:
        if name in institution_types() or name == EVERYBODY:
            raise Conflict(name)
        saved = editing.save(
            store(), actor(), id, editing.group_part(name), editing.fingerprint(None),
            lambda q, before: list(form.types.data or ()),
        )  # fmt: skip
    except Conflict:
        form.name.errors = [_(TAKEN, what=name)]
        return render_template("readiness/questionnaire_group.html", it=found, form=form, name="", users=[]), 422
    flash(_("Saved."))
    return redirect(address("show", saved) + "#groups")


@bp.post("/<questionnaire>/<number>/groups/<name>/remove")
@needs(Permission.QUESTIONNAIRE_EDIT)
def remove_group(questionnaire: str, number: str, name: str):
    id, form = key(questionnaire, number), SeenForm()
    found = _draft(id)
    if name not in found.questionnaire.groups:
        raise NotFound(name)
    if not form.submitted():
        raise Conflict(id)

    def gone(q: Questionnaire, before: Any) -> None:
        if users(q, name):
            raise Invalid(USED, where=name, what=", ".join(users(q, name)))

    try:
        saved = editing.save(store(), actor(), id, editing.group_part(name), form.seen.data or "", gone)
    except Invalid as error:
        flash(_(error.message, **error.values), "error")
        return redirect(address("group", found, name=name))
    flash(_("The group was removed."))
    return redirect(address("show", saved) + "#groups")


def _draft(id: str) -> Opened:
    """A draft; a page of one that is published is not there, and nothing sent to it is saved."""
    if request.method == "GET":
        return editing.draft(store(), actor(), id)
    found = editing.opened(store(), actor(), id)
    if found.version.published:
        raise Conflict(id)
    return found
