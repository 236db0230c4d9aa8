"""A version as institutions of one type would see it, with working conditions. Nothing is stored."""

from __future__ import annotations

from math import ceil

from flask import render_template, request

from coordination.permissions import Permission
from coordination.readiness.editor import editing
from coordination.readiness.editor.room_views import bp, key, type_choices
from coordination.surveys.answers import problem, value_of
from coordination.surveys.conditions import meant_for
from coordination.surveys.model import Answer, Item, Kind, Questionnaire
from coordination.surveys.progress import sections
from coordination.web import actor, institution_types, needs, store


@bp.get("/<questionnaire>/<number>/preview")
@needs(Permission.QUESTIONNAIRE_READ)
def preview(questionnaire: str, number: str):
    """What would such an institution be asked, and how long would it take?"""
    found = editing.opened(store(), actor(), key(questionnaire, number))
    q = found.questionnaire
    chosen = request.args.get("type", "")
    if chosen not in institution_types():
        chosen = ""
    given, refused = picked(q, doors(q))
    parts = sections(q, chosen, given) if chosen else ()
    asked = sum(len(part.items) for part in parts)
    return render_template(
        "readiness/questionnaire_preview.html",
        it=found, q=q, chosen=chosen, choices=type_choices(), parts=parts, asked=asked,
        possible=len(meant_for(q, chosen)) if chosen else 0, minutes=minutes(q, asked),
        doors={id: [one for one in q.items if any(each.item == id for each in one.show_if)] for id in doors(q)},
        values={id: answer.value for id, answer in given.items()}, refused=refused,
    )  # fmt: skip


def doors(q: Questionnaire) -> list[str]:
    """Items on whose answers others hang, in order."""
    named = {condition.item for item in q.items for condition in item.show_if}
    return [item.id for item in q.items if item.id in named]


def picked(q: Questionnaire, ids: list[str]) -> tuple[dict[str, Answer], dict[str, str]]:
    """Answers of the address to these items, and what of it is no answer."""
    given, refused = {}, {}
    for id in ids:
        item: Item = q.by_id[id]
        raw = request.args.getlist(f"a-{id}")
        value = value_of(item, raw if item.kind is Kind.MULTICHOICE else (raw[0] if raw else ""))
        if value is None:
            continue
        answer = Answer(item_id=id, value=value)
        if problem(item, answer) is None:
            given[id] = answer
        else:
            refused[id] = str(raw[0])[:60]
    return given, refused


def minutes(q: Questionnaire, asked: int) -> int:
    """The expected time for so many questions, by their share of all."""
    return ceil(q.minutes * asked / len(q.items)) if q.items else 0
