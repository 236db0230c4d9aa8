"""A round that asks institutions, answers to it, links into it: what tests of the self-assessment begin with.

    responses = asked(store, ["ksp", "kcik"])      {institution id: response id}, an open round of Mazowieckie
    fill(store, responses["ksp"])                  a good answer to everything it is asked
    hand_in(store, responses["ksp"])               and handed in
    client = holder(app, link(store, responses["ksp"], sections=["ST"]))     a browser that opened a link
    client.post(address, data=says("KN01", "3", seen=0))                     what the section page sends for an item
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from coordination import clock
from coordination.graph import directory, questionnaires, responses, rounds, submissions, survey_links
from coordination.graph.responses import Change
from coordination.graph.rounds import Addressee, Round
from coordination.graph.store import Store
from coordination.permissions import LOCAL_OPERATOR, Scope
from coordination.surveys.conditions import shown
from coordination.surveys.model import Answer, Item, Kind, Questionnaire

EVERYTHING = Scope(everything=True)
VERSION = "readiness-thb|1.0.0"  # installed with the reference data
SECRET = "k" * 48  # of the application of the tests (conftest.settings)


def asked(
    store: Store,
    institutions: Sequence[str] = ("ksp",),
    *,
    voivodeship: str = "14",
    id: str = "round",
    title: str = "Samoocena 2026",
    opens_on: date | None = None,
    closes_on: date | None = None,
    targets: Mapping[str, Mapping[str, float]] | None = None,
    version: str = VERSION,
) -> dict[str, str]:
    """Open a round for these institutions and return their responses by institution; `closes_on` is in 30 days."""
    today, at = clock.today(), clock.now()
    found = Round(
        id=id,
        title=title,
        voivodeship=voivodeship,
        state="draft",
        version=1,
        opens_on=opens_on or today,
        closes_on=closes_on or today + timedelta(days=30),
        questionnaire_id=version,
        targets=targets or {},
    )
    store.change(rounds.create, LOCAL_OPERATOR, found, at)
    types = {each.id: each.type for each in directory.entries(store, EVERYTHING, institutions).values()}
    audience = [
        Addressee(response_id=f"{id}-{each}", institution_id=each, institution_type=types[each])
        for each in institutions
    ]
    store.change(rounds.open_, LOCAL_OPERATOR, found, audience, at)
    return {each.institution_id: each.response_id for each in audience}


def close(store: Store, id: str = "round") -> None:
    store.change(rounds.close, LOCAL_OPERATOR, rounds.one(store, EVERYTHING, id), clock.now())


def record(store: Store, response_id: str) -> responses.Record:
    return responses.one(store, EVERYTHING, response_id)


def answer(item: Item, level: int = 3) -> Answer:
    """An answer to an item; `level` 0..4 says how good: 4 is the best, 0 the weakest."""
    value: Any
    if item.kind is Kind.MATURITY:
        value = level
    elif item.kind in (Kind.YPN, Kind.CHOICE):
        best_first = sorted(item.options, key=lambda each: -(each.score or 0))
        value = best_first[round((4 - level) / 4 * (len(best_first) - 1))].value
    elif item.kind is Kind.MULTICHOICE:
        value = tuple(each.value for each in item.options[: round(level / 4 * len(item.options))])
    elif item.kind is Kind.NUMBER:
        low, high = item.minimum or 0, item.maximum if item.maximum is not None else 100
        value = int(low + (high - low) * level / 4)
    elif item.kind is Kind.DATE:
        value = date(2026, 1, 12)
    else:
        value = "https://example.pl/dowod" if item.kind is Kind.LINK else "Opis zaplecza do wspólnego użytku."
    return Answer(item_id=item.id, value=value)


def answers(questionnaire: Questionnaire, institution_type: str, level: int = 3) -> dict[str, Answer]:
    """A complete response of a type, conditional items included."""
    found: dict[str, Answer] = {}
    while True:
        open_ = [each for each in shown(questionnaire, institution_type, found) if each.id not in found]
        if not open_:
            return found
        found.update({each.id: answer(each, level) for each in open_})


def fill(
    store: Store, response_id: str, level: int = 3, *, without: Iterable[str] = (), **given: Answer | Any
) -> None:
    """Answer everything it is asked; `without` leaves items or whole sections out, `KN01=2` gives another value."""
    found = record(store, response_id)
    questionnaire = questionnaires.load(store, rounds.one(store, EVERYTHING, found.round_id).questionnaire_id)
    full = answers(questionnaire, found.institution_type, level)
    for id, value in given.items():
        full[id] = value if isinstance(value, Answer) else Answer(item_id=id, value=value)
    left_out = set(without)
    kept = [each for id, each in full.items() if id not in left_out and id[:2] not in left_out]
    save(store, response_id, kept)


def save(store: Store, response_id: str, given: Iterable[Answer], by: str = "Punkt kontaktowy") -> None:
    changes = [Change(item_id=each.item_id, answer=each) for each in given]
    store.change(responses.save, LOCAL_OPERATOR, response_id, changes, clock.now(), by=by)


def says_now(store: Store, response_id: str, item_id: str) -> Answer | None:
    """What stands in the store for an item."""
    found = responses.answers(store, response_id).get(item_id)
    return found.answer if found else None


def edition(store: Store, response_id: str, item_id: str) -> int:
    found = responses.answers(store, response_id).get(item_id)
    return found.edition if found else 0


def hand_in(store: Store, response_id: str, signed_by: str = "zastępca kierownika") -> submissions.Submission:
    return store.change(
        submissions.submit, LOCAL_OPERATOR, record(store, response_id), clock.now(), signed_by=signed_by
    )


def give_back(store: Store, response_id: str, note: str = "Do uzupełnienia.", **comments: str) -> None:
    store.change(
        submissions.give_back,
        LOCAL_OPERATOR,
        record(store, response_id),
        clock.now(),
        note=note,
        comments=comments,
    )


def accept(store: Store, response_id: str) -> None:
    store.change(submissions.accept, LOCAL_OPERATOR, record(store, response_id), clock.now())


def link(
    store: Store,
    response_id: str,
    sections: Sequence[str] = (),
    *,
    role: str = "fill",
    to_function: str = "",
    days: int = 30,
    secret: str = SECRET,
    id: str = "",
) -> str:
    """A link into a response; returns its token, so that `/l/<token>` opens it."""
    id, at = id or str(uuid4()), clock.now()
    store.change(
        survey_links.create,
        LOCAL_OPERATOR,
        id=id,
        secret=secret,
        response_id=response_id,
        at=at,
        expires_at=at + timedelta(days=days),
        sections=list(sections),
        role=role,
        to_function=to_function,
    )
    return survey_links.token_of(secret, id)


def holder(app: Any, token: str) -> Any:
    """A browser without account that opened a link."""
    client = app.test_client()
    answer = client.get(f"/l/{token}")
    assert answer.status_code == 302, answer.status_code
    return client


def says(
    item_id: str,
    value: str | Sequence[str] = "",
    *,
    seen: int = 0,
    was: str | None = None,
    **more: str,
) -> dict[str, Any]:
    """What the section page sends for one item: `value` is an option, a level, a text, a list of options, or
    "~na" and "~dk" for "not applicable" and "don't know". More: reason, evidence, comment, confirm, keep."""
    found: dict[str, Any] = {f"a-{item_id}": value, f"seen-{item_id}": str(seen)}
    if was is not None:
        found[f"was-{item_id}"] = was
    return found | {f"{name}-{item_id}": text for name, text in more.items()}


def changed(given: Answer, **fields: Any) -> Answer:
    return replace(given, **fields)
