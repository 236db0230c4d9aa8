"""Rounds, responses and answers for the tests of the store, and changes whose first try is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from neo4j.exceptions import TransientError

from coordination.clock import now
from coordination.graph import questionnaires, responses, rounds, submissions
from coordination.graph.responses import Change, Record, Saved
from coordination.graph.rounds import Addressee, Round
from coordination.graph.store import Store
from coordination.graph.submissions import Submission
from coordination.permissions import LOCAL_OPERATOR, Scope
from coordination.surveys.model import Answer
from coordination.surveys.questionnaire import packaged

ALL = Scope(everything=True)
MAZOWIECKIE, WIELKOPOLSKIE = Scope(voivodeships=("14",)), Scope(voivodeships=("30",))
KSP, POZNAN, KCIK = "ksp", "kwp-poznan", "kcik"  # of 14, of 30, national
TYPES = {KSP: "police_regional", POZNAN: "police_regional", KCIK: "kcik"}
VERSION = questionnaires.version_id(packaged())


def twice(store: Store, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The change, after a first try of it that the server lost at the very end."""
    first: list[Any] = []

    def lost_at_first(tx):
        found = work(tx, *args, **kwargs)
        if not first:
            first.append(found)
            raise TransientError("lost")
        return found

    found = store.change(lost_at_first)
    assert first == [found]
    return found


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each gives, or the error it raises, when all are begun at the same moment."""
    found: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def one(number: int) -> None:
        start.wait()
        try:
            found[number] = works[number]()
        except Exception as error:
            found[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def a_round(id: str = "r1", voivodeship: str = "14", **more: Any) -> Round:
    found = Round(
        id=id, title="Samoocena 2026", voivodeship=voivodeship, state="draft", version=1, opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31), questionnaire_id=VERSION,
    )  # fmt: skip
    return replace(found, **more)


def response_id(institution: str, round_id: str = "r1") -> str:
    return f"{round_id}-{institution}"


def addressee(institution: str, round_id: str = "r1") -> Addressee:
    return Addressee(
        response_id=response_id(institution, round_id),
        institution_id=institution,
        institution_type=TYPES.get(institution, "hospital"),
    )


def opened(store: Store, *institutions: str, id: str = "r1", voivodeship: str = "14", **more: Any) -> Round:
    """An open round that asks these institutions."""
    store.change(rounds.create, LOCAL_OPERATOR, a_round(id, voivodeship, **more), now())
    draft = rounds.one(store, ALL, id)
    store.change(rounds.open_, LOCAL_OPERATOR, draft, [addressee(each, id) for each in institutions], now())
    return rounds.one(store, ALL, id)


def close(store: Store, id: str = "r1") -> None:
    twice(store, rounds.close, LOCAL_OPERATOR, rounds.one(store, ALL, id), now())


def record(store: Store, institution: str = KSP, round_id: str = "r1") -> Record:
    return responses.one(store, ALL, response_id(institution, round_id))


def answer(item: str, value: object) -> Answer:
    return Answer(item_id=item, value=value)  # type: ignore[arg-type]


def save(
    store: Store, institution: str = KSP, round_id: str = "r1", *, seen: int | None = None, by: str = "punkt", **values: Any
) -> Saved:
    """Save values by item id; None clears."""
    changes = [
        Change(item_id=item, answer=None if value is None else answer(item, value), seen=seen)
        for item, value in values.items()
    ]
    return store.change(responses.save, LOCAL_OPERATOR, response_id(institution, round_id), changes, now(), by=by)


def values(store: Store, institution: str = KSP, round_id: str = "r1") -> dict[str, object]:
    """The saved values by item id."""
    found = responses.given(responses.answers(store, response_id(institution, round_id)))
    return {item: each.value for item, each in found.items()}


def submit(store: Store, institution: str = KSP, round_id: str = "r1", *, by: str = "dyrekcja") -> Submission:
    return store.change(submissions.submit, LOCAL_OPERATOR, record(store, institution, round_id), now(), signed_by=by)


def give_back(store: Store, institution: str = KSP, round_id: str = "r1", **comments: str) -> None:
    standing = record(store, institution, round_id)
    twice(store, submissions.give_back, LOCAL_OPERATOR, standing, now(), note="Proszę uzupełnić", comments=comments)


def told(store: Store, object_id: str) -> list[str]:
    """The actions the audit log tells of an object, in order."""
    rows = store.read("MATCH (e:AuditEntry {object_id: $id}) RETURN e.action AS action, e.at AS at", id=object_id)
    return [row["action"] for row in sorted(rows, key=lambda row: row["at"])]
