"""The items of a draft: editing, adding, moving, leaving out, a new id for a changed meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from coordination.errors import Conflict, Invalid, NotFound
from coordination.fields import options
from coordination.i18n import local
from coordination.permissions import Permission
from coordination.readiness.editor import editing, item_fields
from coordination.readiness.editor.editing import Opened
from coordination.readiness.editor.forms import ItemForm, NewItemForm, SeenForm
from coordination.readiness.editor.item_fields import Fields
from coordination.readiness.editor.room_views import (
    Page,
    address,
    answer_word,
    bp,
    fault_lines,
    key,
    part_page,
    shown,
    type_choices,
)
from coordination.readiness.editor.words import EVERYBODY as ALL_WORD
from coordination.readiness.editor.words import KINDS, TESTS
from coordination.surveys.model import EVERYBODY, Kind, Questionnaire
from coordination.surveys.publishing import BAD_ID
from coordination.surveys.versions import MEANING, REUSED
from coordination.web import actor, institution_types, language, needs, store

NEW_ID = (MEANING, REUSED, BAD_ID)  # faults that a new id mends


def fields_of(item: Mapping[str, Any]) -> Fields:
    """The fields of the form: groups and types are chosen apart."""
    fields = item_fields.item_fields(item)
    audience, types = fields["applies_to"], institution_types()
    return {
        **fields,
        "applies_to": [one for one in audience if one not in types],
        "types": [one for one in audience if one in types],
    }


def value_of(fields: Fields, item_id: str, before: Mapping[str, Any] | None) -> dict[str, Any]:
    chosen = [*(fields["applies_to"] or ()), *(fields["types"] or ())]
    return item_fields.item_value({**fields, "applies_to": chosen}, item_id, before)


def padded(fields: Fields) -> Fields:
    """With the rows its kind cannot do without, ready to be filled in."""
    kind, found = Kind(fields["kind"]), dict(fields)
    found["shown_kind"] = str(kind)
    if kind is Kind.MATURITY and not found.get("levels"):
        found["levels"] = item_fields.item_fields({"type": kind})["levels"]
    if kind in (Kind.CHOICE, Kind.MULTICHOICE) and not found.get("options"):
        found["options"] = [{}, {}]
    return found


def item_form(item_id: str) -> Any:
    def make(found: Opened, fields: Fields | None) -> ItemForm:
        form = ItemForm() if fields is None else ItemForm(formdata=None, data=padded(fields))
        q = found.questionnaire
        dimensions = [(each.id, f"{each.id} – {local(each, 'name', language())}") for each in q.dimensions]
        form.dimension.choices = options(_with(dimensions, [form.dimension.data]))
        groups = [(EVERYBODY, _(ALL_WORD)), *((name, name) for name in q.groups)]
        # A select shows its choices as they are: these are in the reader's language here.
        form.kind.choices = options((code, _(word)) for code, word in KINDS.items())
        form.applies_to.choices = options(_with(groups, form.applies_to.data or ()))
        form.types.choices = options(type_choices())
        rows = [entry.form for entry in form.show_if]
        named = [row.gate.data or "" for row in rows]
        gates = item_fields.gates(q, item_id, named)
        for row in rows:
            row.test.choices = options((code, _(word)) for code, word in TESTS.items())
            row.gate.choices = options([("", _("no condition")), *((one, gate_words(q, one)) for one in gates)])
            gate = q.by_id.get(row.gate.data or "")
            answers = [str(one.value) for one in (*gate.options, *gate.levels)] if gate else []
            words = [(value, answer_word(gate, value)) for value in answers]
            row.values.choices = options(_with(words, row.values.data or ()))
        return form

    return make


def _with(choices: list[tuple[str, str]], named: Any) -> list[tuple[str, str]]:
    """The choices, and what stands there without being one: it is told as a fault and not lost."""
    known = {code for code, _name in choices}
    return [*choices, *((one, one) for one in named if one and one not in known)]


def gate_words(q: Questionnaire, id: str) -> str:
    item = q.by_id.get(id)
    text = local(item, "text", language()) if item else ""
    return f"{id} – {text[:77] + '…' if len(text) > 78 else text}" if text else id


def _context(item_id: str) -> Any:
    def context(found: Opened) -> Mapping[str, Any]:
        q = found.questionnaire
        base = editing.base_of(store(), found)
        comparison = editing.compared(base, q)
        mine = [each for each in editing.told(found, comparison, list(institution_types())) if each.where == item_id]
        ids = [item.id for item in q.items]
        here = ids.index(item_id) if item_id in ids else -1
        return {
            "item": q.by_id.get(item_id),
            "faults": fault_lines(found, [each for each in mine if each.message not in NEW_ID]),
            "meaning": fault_lines(found, [each for each in mine if each.message in NEW_ID]),
            "standing": base.opened.questionnaire.by_id.get(item_id) if base else None,
            "base": base,
            "before": ids[here - 1] if here > 0 else "",
            "after": ids[here + 1] if 0 <= here < len(ids) - 1 else "",
            "opens": dependants(q, item_id),
            "seen_item": editing.fingerprint(editing.item_part(item_id).get(found.data)),
        }

    return context


def dependants(q: Questionnaire, item_id: str) -> list[str]:
    """Items whose condition hangs on this one."""
    return [item.id for item in q.items if any(one.item == item_id for one in item.show_if)]


def item_page(item_id: str) -> Page:
    return Page(
        part=editing.item_part(item_id),
        template="readiness/questionnaire_item.html",
        make=item_form(item_id),
        fields=fields_of,
        value=lambda q, fields, before: value_of(fields, item_id, before),
        back=lambda found: address("show", found) + f"#i-{item_id}",
        context=_context(item_id),
        again=lambda form: form.kind.data != form.shown_kind.data,  # type: ignore[attr-defined]
    )


@bp.route("/<questionnaire>/<number>/items/<item_id>", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def item(questionnaire: str, number: str, item_id: str):
    """One question of a draft."""
    id = key(questionnaire, number)
    if item_id not in editing.opened(store(), actor(), id).questionnaire.by_id:
        raise NotFound(item_id)
    return part_page(item_page(item_id), id)


@bp.route("/<questionnaire>/<number>/new-item", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def new_item(questionnaire: str, number: str):
    """First where and of what kind, then the question itself; it gets the next free id of its dimension."""
    id, page = key(questionnaire, number), item_page("")
    if request.method == "GET":
        found = editing.draft(store(), actor(), id)
        first = NewItemForm(formdata=request.args or None, data={"dimension": ""}, meta={"csrf": False})
        first.dimension.choices = options(
            [(each.id, f"{each.id} – {local(each, 'name', language())}") for each in found.questionnaire.dimensions]
        )
        if "kind" in request.args and first.validate():
            fields = fields_of({"dimension": first.dimension.data, "type": first.kind.data})
            return shown(page, found, page.make(found, fields), "")
        return render_template("readiness/questionnaire_new_item.html", it=found, form=first)
    found = _unpublished(id)
    form = page.make(found, None)
    if do := request.form.get("do", ""):
        return shown(page, found, page.make(found, item_fields.reshaped(form.data, do)), "")
    if not form.submitted():
        return shown(page, found, form, "", 422)
    if page.again(form):
        return shown(page, found, page.make(found, form.data), "")
    try:
        made, saved = _add(id, form.data)
    except Invalid as error:
        form.form_errors = [_(error.message, **error.values)]
        return shown(page, found, form, "", 422)
    flash(_("The question %(id)s was added.", id=made))
    return redirect(address("show", saved) + f"#i-{made}")


def _add(id: str, fields: Fields) -> tuple[str, Opened]:
    for _try in range(editing.TRIES):
        found = editing.draft(store(), actor(), id)
        made = editing.free_id(fields["dimension"], editing.used_ids(store(), found.questionnaire))
        try:
            return made, editing.save(
                store(), actor(), id, editing.item_part(made), editing.fingerprint(None),
                lambda q, before, made=made: value_of(fields, made, None),
            )  # fmt: skip
        except Conflict:  # the id was taken at the same moment
            continue
    raise Conflict(id)


@bp.post("/<questionnaire>/<number>/items/<item_id>/move")
@needs(Permission.QUESTIONNAIRE_EDIT)
def move(questionnaire: str, number: str, item_id: str):
    """One place up or down among the questions of its dimension."""
    found, form = _item_of(questionnaire, number, item_id), SeenForm()
    step = {"up": -1, "down": 1}.get(request.form.get("step", ""), 0)
    if not form.submitted() or not step:
        raise Conflict(found.version.id)
    try:
        editing.save(
            store(), actor(), found.version.id, editing.ORDER, form.seen.data or "",
            lambda q, ids: editing.moved(ids, q.by_id, item_id, step),
        )  # fmt: skip
    except Conflict:
        flash(_("Somebody changed the order or the list meanwhile. This is how it stands now."), "warning")
    return redirect(address("show", found) + f"#i-{item_id}")


@bp.route("/<questionnaire>/<number>/items/<item_id>/retire", methods=["GET", "POST"])
@needs(Permission.QUESTIONNAIRE_EDIT)
def retire(questionnaire: str, number: str, item_id: str):
    """Leave a question out, after asking."""
    found, form, status = _item_of(questionnaire, number, item_id), SeenForm(), 200
    part = editing.item_part(item_id)
    if request.method == "POST" and form.submitted():
        try:
            saved = editing.save(store(), actor(), found.version.id, part, form.seen.data or "", lambda q, before: None)
        except Conflict:
            found, status = _item_of(questionnaire, number, item_id), 409
        else:
            flash(_("The question %(id)s was left out.", id=item_id))
            return redirect(address("show", saved))
    form.seen.data = editing.fingerprint(part.get(found.data))
    base = editing.base_of(store(), found)
    used = bool(base and (item_id in base.opened.questionnaire.by_id or item_id in base.retired))
    return render_template(
        "readiness/questionnaire_retire.html",
        it=found, item=found.questionnaire.by_id[item_id], form=form, used=used, changed=status == 409,
        opens=dependants(found.questionnaire, item_id),
    ), status  # fmt: skip


@bp.post("/<questionnaire>/<number>/items/<item_id>/new-id")
@needs(Permission.QUESTIONNAIRE_EDIT)
def new_id(questionnaire: str, number: str, item_id: str):
    """A changed meaning gets the next free id; the old one is retired, and conditions follow."""
    found, form = _item_of(questionnaire, number, item_id), SeenForm()
    if not form.submitted():
        raise Conflict(found.version.id)
    q = found.questionnaire
    made = editing.free_id(q.by_id[item_id].dimension, editing.used_ids(store(), q))
    saved = editing.save(
        store(), actor(), found.version.id, editing.item_part(item_id), form.seen.data or "",
        lambda _q, before: {**before, "id": made},
    )  # fmt: skip
    flash(_("%(old)s is now %(new)s: a question of its own. %(old)s is left out.", old=item_id, new=made))
    return redirect(address("item", saved, item_id=made))


@bp.post("/<questionnaire>/<number>/items/<item_id>/restore")
@needs(Permission.QUESTIONNAIRE_EDIT)
def restore(questionnaire: str, number: str, item_id: str):
    """Bring back a question of the last version that this draft leaves out."""
    found, form = _unpublished(key(questionnaire, number)), SeenForm()
    base = editing.base_of(store(), found)
    if base is None or item_id not in base.opened.questionnaire.by_id:
        raise NotFound(item_id)
    if not form.submitted():
        raise Conflict(found.version.id)
    part = editing.item_part(item_id)
    if item_id not in found.questionnaire.by_id:
        editing.save(
            store(), actor(), found.version.id, part, editing.fingerprint(None), lambda q, before: part.get(base.opened.data)
        )
        flash(_("The question %(id)s is back.", id=item_id))
    return redirect(address("show", found) + f"#i-{item_id}")


def _unpublished(id: str) -> Opened:
    """A draft; a page of one that is published is not there, and nothing sent to it is saved."""
    if request.method == "GET":
        return editing.draft(store(), actor(), id)
    found = editing.opened(store(), actor(), id)
    if found.version.published:
        raise Conflict(id)
    return found


def _item_of(questionnaire: str, number: str, item_id: str) -> Opened:
    found = _unpublished(key(questionnaire, number))
    if item_id not in found.questionnaire.by_id:
        raise NotFound(item_id)
    return found
