"""Reading what an institution handed in: section by section, critical items first; then accept, return, or reopen. No Flask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from coordination import guard
from coordination.clock import now
from coordination.errors import Invalid, NotFound
from coordination.graph import (
    audit_log,
    letters,
    questionnaires,
    rounds,
    submissions,
    survey_links,
)
from coordination.graph.audit_log import Entry
from coordination.graph.letters import Kind, Letter
from coordination.graph.responses import Record, State
from coordination.graph.rounds import Round
from coordination.graph.store import Store, Tx
from coordination.graph.submissions import Submission
from coordination.graph.survey_links import SurveyLink
from coordination.i18n import N_
from coordination.permissions import Actor, Permission, Scope, scope
from coordination.readiness.desk import reached
from coordination.readiness.rounds import mailing
from coordination.surveys.conditions import shown
from coordination.surveys.model import Answer, Dimension, Item, Questionnaire

LONGEST_COMMENT, LONGEST_NOTE = 1000, 2000
STEPS_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One section of what was handed in: its items, critical ones first, each with its answer (None: left out)."""

    dimension: Dimension
    items: Sequence[tuple[Item, Answer | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A response as its reader sees it. Answers that were not handed in are not among it."""

    record: Record
    round: Round
    questionnaire: Questionnaire
    submissions: Sequence[Submission]
    sections: Sequence[Read]
    steps: Sequence[Entry]
    letters: Sequence[Letter]
    links: Sequence[SurveyLink]

    @property
    def can_accept(self) -> bool:
        """Also once the round is closed: what came in by then is still to be read."""
        return self.record.state is State.SUBMITTED

    @property
    def can_return(self) -> bool:
        return self.record.state is State.SUBMITTED and self.round.state == "open"

    @property
    def can_reopen(self) -> bool:
        return self.record.state is State.ACCEPTED and self.round.state == "open"


def record(store: Store, actor: Actor, response_id: str) -> Record:
    """A response this actor may review. Raises NotFound."""
    return reached(store, actor, Permission.RESPONSE_REVIEW, response_id)


def round_of(store: Store, found: Record) -> Round:
    """The round of a response, whoever's it is: who reviews the answer may know what was asked."""
    return rounds.one(store, Scope(everything=True), found.round_id)


def case(store: Store, actor: Actor, response_id: str) -> Case:
    """Everything the page of a response shows. Raises NotFound."""
    found = record(store, actor, response_id)
    held = round_of(store, found)
    asked = questionnaires.load(store, held.questionnaire_id)
    given = submissions.submissions(store, scope(actor, Permission.RESPONSE_REVIEW), found.id)
    wanted = audit_log.Filter(object_id=found.id)
    return Case(
        record=found,
        round=held,
        questionnaire=asked,
        submissions=given,
        sections=_sections(asked, given[0]) if given else (),
        steps=audit_log.entries(store, wanted, skip=0, limit=STEPS_SHOWN),
        letters=letters.of_response(store, found.id),
        links=survey_links.of_response(store, found.id),
    )


def _sections(asked: Questionnaire, given: Submission) -> list[Read]:
    there = shown(asked, given.institution_type, given.answers)
    found = []
    for dimension in asked.dimensions:
        items = [item for item in there if item.dimension == dimension.id]
        items.sort(key=lambda item: not item.critical)  # the order of the questionnaire within each half
        if items:
            found.append(
                Read(dimension=dimension, items=[(item, given.answers.get(item.id)) for item in items])
            )
    return found


def accept(store: Store, actor: Actor, found: Record, version: int) -> None:
    """Accept what was handed in. Raises Conflict when it is no longer what was read."""
    store.change(submissions.accept, actor, replace(found, version=version), now())


def give_back(
    store: Store,
    actor: Actor,
    found: Record,
    version: int,
    *,
    note: str,
    comments: Mapping[str, str],
    secret: str,
) -> None:
    """Return a response with comments at its items and prepare the letter that says so.

    Raises Invalid where nothing says what is to be done, or a text holds personal data, and Conflict.
    """
    comments = {item_id: text.strip() for item_id, text in comments.items() if text.strip()}
    if not comments and not note:
        raise Invalid(
            N_("Write a comment at an item, or say in the note what is to be completed."), field="note"
        )
    for item_id, text in comments.items():
        _check(text, LONGEST_COMMENT, f"comment-{item_id}")
    _check(note, LONGEST_NOTE, "note")
    _back(store, actor, found, version, Kind.RETURNED, note, comments, secret)


def reopen(store: Store, actor: Actor, found: Record, version: int, *, reason: str, secret: str) -> None:
    """Open an accepted response again and prepare the letter that says so. Raises Invalid without a reason; Conflict."""
    if not reason:
        raise Invalid(N_("Give the reason; the institution reads it."), field="reason")
    _check(reason, LONGEST_NOTE, "reason")
    _back(store, actor, found, version, Kind.REOPENED, reason, {}, secret)


def _back(
    store: Store,
    actor: Actor,
    found: Record,
    version: int,
    kind: Kind,
    note: str,
    comments: Mapping[str, str],
    secret: str,
) -> None:
    held = round_of(store, found)
    prepared = mailing.compose(store, actor, held, [found], kind, note=note, comments=len(comments))
    store.change(
        _back_in_one, actor, replace(found, version=version), held, prepared, secret, now(), note, comments
    )


def _back_in_one(
    tx: Tx,
    actor: Actor,
    found: Record,
    held: Round,
    prepared: mailing.Prepared,
    secret: str,
    at: datetime,
    note: str,
    comments: Mapping[str, str],
) -> None:
    submissions.give_back(tx, actor, found, at, note=note, comments=comments)
    mailing.write(tx, actor, held, prepared, secret, at)


def _check(text: str, longest: int, field: str) -> None:
    if len(text) > longest:
        raise Invalid(N_("The text is too long: at most %(most)s characters."), field=field, most=longest)
    guard.refuse(text, field)


def stop(store: Store, actor: Actor, found: Record, reason: str) -> None:
    """Stop reminders of a response; with an empty reason, allow them again. Raises Invalid."""
    _check(reason, 300, "reason")
    store.change(letters.stop, actor, found.id, reason, now())


def revoke(store: Store, actor: Actor, found: Record, link_id: str) -> None:
    """End a link of the response; one that ended already stays ended. Raises NotFound."""
    known = {each.id: each for each in survey_links.of_response(store, found.id)}
    if link_id not in known:
        raise NotFound(link_id)
    if known[link_id].revoked_at is None:
        store.change(survey_links.revoke, actor, found.id, link_id, now())


def said(error: Invalid, gettext: Any) -> str:
    """The sentence of an error with what it names, e.g. the fragment to remove."""
    text = gettext(error.message)
    values = {name: value for name, value in error.values.items() if f"%({name})s" in text}
    text = text % values if values else text
    fragment = error.values.get("fragment")
    return f"{text} ({fragment})" if fragment else text
