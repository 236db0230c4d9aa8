"""The blueprint of the questionnaires and what its pages share: words, and the one way a part of a draft is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination.errors import Conflict, Invalid
from coordination.i18n import local, polish_key, translator
from coordination.readiness.editor import editing
from coordination.readiness.editor.editing import Opened, Part
from coordination.readiness.editor.item_fields import Fields, reshaped
from coordination.readiness.editor.words import EVERYBODY as ALL_WORD
from coordination.readiness.editor.words import KINDS
from coordination.surveys.model import EVERYBODY, Condition, Item, Questionnaire
from coordination.surveys.publishing import Fault
from coordination.web import Form, actor, institution_types, language, store

bp = Blueprint("questionnaires", __name__, url_prefix="/questionnaires")

PICK = "pick_"


def key(questionnaire: str, number: str) -> str:
    """The id of a version from its address."""
    return f"{questionnaire}|{number}"


def address(endpoint: str, found: Opened, **more: Any) -> str:
    """A page of this version."""
    version = found.version
    return url_for(f"questionnaires.{endpoint}", questionnaire=version.questionnaire, number=version.number, **more)


def type_names() -> dict[str, tuple[str, str]]:
    """Polish and English names of all institution types by code, in the order in which they are offered."""
    return {code: (each.name_pl, each.name_en) for code, each in institution_types().items()}


def type_choices() -> list[tuple[str, str]]:
    """Codes and names of the types, in the order of the names."""
    named = [(code, local(each, "name", language())) for code, each in institution_types().items()]
    return sorted(named, key=lambda each: polish_key(each[1]))


@bp.app_template_global("kind_word")
def kind_word(kind: object) -> str:
    return _(KINDS[str(kind)])


@bp.app_template_global("audience_words")
def audience_words(item: Item) -> str:
    """Whom an item asks: everybody, groups by their code, types by their name."""
    types = institution_types()
    words = [
        _(ALL_WORD) if one == EVERYBODY else local(types[one], "name", language()) if one in types else one
        for one in item.applies_to
    ]
    return ", ".join(words)


@bp.app_template_global("condition_words")
def condition_words(questionnaire: Questionnaire, condition: Condition) -> str:
    """When a condition opens its item: `KN04: 1–4, 5–9`, `RS02: more than 0`."""
    gate = questionnaire.by_id.get(condition.item)
    if condition.gt is not None:
        return _("%(item)s: more than %(number)s", item=condition.item, number=condition.gt)
    if condition.lt is not None:
        return _("%(item)s: less than %(number)s", item=condition.item, number=condition.lt)
    return f"{condition.item}: {', '.join(answer_word(gate, value) for value in condition.any_of)}"


def answer_word(gate: Item | None, value: str) -> str:
    """The words of one answer to choose, by its code."""
    known = gate and next((one for one in (*gate.options, *gate.levels) if str(one.value) == value), None)
    return (local(known, "label", language()) or value) if known else value


def fault_lines(found: Opened, faults: list[Fault]) -> list[tuple[str, str]]:
    """Each fault as a sentence with the address where it is mended."""
    tr, q = translator(language()), found.questionnaire
    dimensions = {each.id for each in q.dimensions}
    bands = {each.id for each in q.rules.bands}

    def mended(where: str) -> str:
        if where in q.by_id:
            return address("item", found, item_id=where)
        if where in q.groups:
            return address("group", found, name=where)
        if where in dimensions:
            return address("dimensions", found)
        if where in bands:
            return address("rules", found)
        return address("texts", found) if where == q.id else ""

    return [(fault.told(tr), mended(fault.where)) for fault in faults]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A form over one part of a draft.

    Attributes
    ----------
    make
        The form for a draft, filled with fields, or with what was sent where they are None.
    fields, value
        The part as fields, and fields as the part: `value(questionnaire, fields, before)`.
    back
        Where one lands after saving, given what was saved.
    """

    part: Part
    template: str
    make: Callable[[Opened, Fields | None], Form]
    fields: Callable[[Any], Fields]
    value: Callable[[Questionnaire, Fields, Any], Any]
    back: Callable[[Opened], str]
    context: Callable[[Opened], Mapping[str, Any]] = lambda found: {}
    again: Callable[[Form], bool] = lambda form: False  # whether it must be shown again before it is saved


def shown(page: Page, found: Opened, form: Form, seen: str, status: int = 200) -> Any:
    form.seen.data = seen  # type: ignore[attr-defined]
    return render_template(page.template, it=found, form=form, **page.context(found)), status


def part_page(page: Page, id: str) -> Any:
    """Show a part of a draft, or save it: every answer of the editor's forms comes from here."""
    who = actor()
    if request.method == "GET":
        found = editing.draft(store(), who, id)
        part = page.part.get(found.data)
        return shown(page, found, page.make(found, page.fields(part)), editing.fingerprint(part))
    found = editing.opened(store(), who, id)
    if found.version.published:
        raise Conflict(id)
    form, seen = page.make(found, None), request.form.get("seen", "")
    if do := request.form.get("do", ""):
        return shown(page, found, page.make(found, reshaped(form.data, do)), seen)
    if not form.submitted():
        return shown(page, found, form, seen, 422)
    if page.again(form):
        return shown(page, found, page.make(found, form.data), seen)
    fields = _picked(page, found, form.data)
    try:
        saved = editing.save(
            store(), who, id, page.part, seen, lambda q, before: page.value(q, fields, before)
        )
    except Conflict:
        return _met(page, id, fields)
    except Invalid as error:
        form.form_errors = [_(error.message, **error.values)]
        return shown(page, found, form, seen, 422)
    if saved.version.edition == found.version.edition:
        flash(_("Nothing was different, so nothing was saved."), "info")
    else:
        flash(_("Saved."))
    return redirect(page.back(saved))


def _picked(page: Page, found: Opened, typed: Fields) -> Fields:
    """What was typed, but what stands where the reader of the conflict page chose that."""
    kept = {name.removeprefix(PICK) for name, value in request.form.items() if name.startswith(PICK) and value == "saved"}
    standing = page.fields(page.part.get(found.data)) if kept else {}
    return {name: standing.get(name, value) if name in kept else value for name, value in typed.items()}


def _met(page: Page, id: str, typed: Fields) -> Any:
    """Somebody saved the same part first: both are shown, field by field, and nothing typed is lost."""
    found = editing.opened(store(), actor(), id)
    part = page.part.get(found.data)
    if found.version.published or part is None:
        raise Conflict(id)
    standing = page.fields(part)
    labels = page.make(found, standing)
    rows = [
        {"name": name, "label": labels[name].label.text, "saved": in_words(value), "typed": in_words(typed[name])}
        for name, value in standing.items()
        if name in typed and plain(value) != plain(typed[name])
    ]
    sent = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "seen", "do") and not name.startswith(PICK)
    ]
    return render_template(
        "readiness/questionnaire_conflict.html",
        it=found, rows=rows, sent=sent, seen=editing.fingerprint(part), back=page.back(found),
    ), 409  # fmt: skip


def plain(value: Any) -> Any:
    """A value of a field for comparing: what is empty is the same however it is empty."""
    if isinstance(value, list):
        found = [plain(each) for each in value]
        return [each for each in found if each] or ""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items() if plain(each)}
    return value if isinstance(value, bool) else str(value or "").replace("\r\n", "\n").strip()


def in_words(value: Any) -> str:
    """A value of a field as somebody reads it; rows one under the other."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return " · ".join(filter(None, map(in_words, value.values())))
    if isinstance(value, list | tuple):
        rows = [in_words(each) for each in value]
        return ("\n" if any(isinstance(each, Mapping) for each in value) else ", ").join(filter(None, rows))
    return str(value or "")
