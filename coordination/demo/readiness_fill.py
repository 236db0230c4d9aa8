"""Writes the example rounds of the self-assessment into the graph, once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, LiteralString

from coordination.clock import WARSAW, now, today
from coordination.demo import readiness as examples
from coordination.demo.readiness import Given, Held
from coordination.graph import audit, letters, questionnaires, rounds, survey_links
from coordination.graph.letters import Kind, Letter
from coordination.graph.responses import State
from coordination.graph.rounds import Addressee
from coordination.graph.store import Store, Tx
from coordination.graph.world import world
from coordination.permissions import LOCAL_OPERATOR
from coordination.readiness.answering.handing import link_until
from coordination.readiness.rounds import letter_texts
from coordination.surveys.answers import as_data
from coordination.surveys.questionnaire import packaged

MARK: LiteralString = (
    "MERGE (d:ExampleData {id: 'readiness'}) ON CREATE SET d.filled_at = $at RETURN d.filled_at AS at"
)
MARKED: LiteralString = "MATCH (d:ExampleData {id: 'readiness'}) RETURN count(d) AS n"
STATES: LiteralString = """
    UNWIND $rows AS row
    MATCH (n:Response {id: row.id})
    SET n += row.content
    """
ANSWERS: LiteralString = """
    UNWIND $rows AS row
    MATCH (n:Response {id: row.response_id})
    UNWIND row.answers AS given
    CREATE (n)-[:HAS_ANSWER]->(a:Answer {id: given.id, response_id: row.response_id, item_id: given.item_id,
        data: given.data, edition: 1, saved_at: row.at, saved_by: row.by, example: true})
    """
SUBMISSIONS: LiteralString = """
    UNWIND $rows AS row
    MATCH (n:Response {id: row.response_id})
    CREATE (n)-[:HANDED_IN]->(s:Submission {id: row.id, response_id: row.response_id, round_id: row.round_id,
        institution_id: row.institution_id, institution_type: row.institution_type, number: 1, at: row.at,
        signed_by: row.signed_by, on_behalf: row.on_behalf, answers: row.answers, example: true})
    """
LEFT: LiteralString = """
    UNWIND $rows AS row
    MATCH (l:Letter {id: row.id})
    SET l.state = 'printed', l.prepared_at = row.at, l.left_at = row.at
    """
WRITTEN_TO = (State.INVITED, State.OPENED, State.IN_PROGRESS)
REMINDED = "14"
# Sections that one institution passed on to its departments, as an example of delegation.
DELEGATED = (("ksp", "ST", "Wydział Kadr i Szkolenia (przykład)"), ("ksp", "RS", "Wydział Zaopatrzenia (przykład)"))


def once(store: Store, secret: str) -> bool:
    """Fill in the example rounds as of today unless that was done before. Returns whether it was done now."""
    if store.read(MARKED)[0]["n"]:
        return False
    questionnaire = packaged()
    held = examples.make(
        world(store).institutions, questionnaire, questionnaires.version_id(questionnaire), today()
    )
    for each in held:
        store.change(_write, each, secret)
    store.change(_finish, held, now())
    return True


def _finish(tx: Tx, held: tuple[Held, ...], at: datetime) -> None:
    tx.run(MARK, at=at)
    after = {"responses": sum(len(each.given) for each in held)}
    audit.record(tx, LOCAL_OPERATOR, "example:fill", "readiness", after=after, at=at)


def _write(tx: Tx, held: Held, secret: str) -> None:
    found = held.round
    at = datetime.combine(found.opens_on, time(8, 0), WARSAW).astimezone(UTC)
    if rounds_there(tx, found.id):
        return  # a start that was cut short wrote this one already
    rounds.create(tx, LOCAL_OPERATOR, found, at)
    rounds.open_(
        tx,
        LOCAL_OPERATOR,
        found,
        [
            Addressee(
                response_id=given.id,
                institution_id=given.institution.id,
                institution_type=given.institution.type,
                example=True,
            )
            for given in held.given
        ],
        at,
    )
    tx.run(STATES, rows=[{"id": given.id, "content": _content(given)} for given in held.given])
    tx.run(SUBMISSIONS, rows=[_submission(given, found.id) for given in held.given if given.handed_in])
    # Of a closed round what was handed in is all that is read.
    if not held.closed:
        tx.run(ANSWERS, rows=[_answers(given) for given in held.given if given.answers])
        _delegate(tx, held, secret)
        _write_letters(tx, held, secret)
    else:
        closed = datetime.combine(found.closes_on + timedelta(days=1), time(8, 0), WARSAW).astimezone(UTC)
        rounds.close(tx, LOCAL_OPERATOR, _opened(found), closed)


def rounds_there(tx: Tx, id: str) -> bool:
    return bool(tx.run("MATCH (r:Round {id: $id}) RETURN r.id AS id", id=id))


def _opened(found: rounds.Round) -> rounds.Round:
    return replace(found, version=found.version + 1, state="open")


def _delegate(tx: Tx, held: Held, secret: str) -> None:
    by_institution = {given.institution.id: given for given in held.given}
    for institution_id, section, to_function in DELEGATED:
        given = by_institution.get(institution_id)
        if given is not None:
            survey_links.create(
                tx,
                LOCAL_OPERATOR,
                id=examples.key("link", given.id, section),
                secret=secret,
                response_id=given.id,
                at=_utc(given.opened_at or given.invited_at),
                expires_at=_utc(link_until(held.round)),
                sections=(section,),
                to_function=to_function,
            )


def _write_letters(tx: Tx, held: Held, secret: str) -> None:
    """Invitations that left to those who have not handed in, and reminders that wait in one voivodeship's outbox."""
    asked = [given for given in held.given if given.state in WRITTEN_TO]
    reminded = [given for given in asked if given.reminders and REMINDED in given.institution.voivodeships]
    links = {examples.key("link", given.id): given for given in asked}
    at = _utc(max(given.invited_at for given in asked))
    survey_links.create_many(
        tx,
        LOCAL_OPERATOR,
        {link_id: given.id for link_id, given in links.items()},
        secret=secret,
        at=at,
        expires_at=_utc(link_until(held.round)),
    )
    ids = [given.institution.id for given in asked]
    mailboxes = {row["id"]: row["value"] for row in reversed(tx.run(letters.MAILBOXES, ids=ids))}
    made = [
        _letter(kind, given, held, mailboxes)
        for kind, found in ((Kind.INVITATION, asked), (Kind.REMINDER, reminded))
        for given in found
    ]
    letters.prepare(tx, LOCAL_OPERATOR, held.round.id, made, at)
    left = [
        {"id": letter.id, "at": _utc(given.invited_at)} for letter, given in zip(made, asked, strict=False)
    ]
    tx.run(LEFT, rows=left)


def _letter(kind: Kind, given: Given, held: Held, mailboxes: Mapping[str, str]) -> Letter:
    opened_on = given.invited_at.date()
    subject, body = letter_texts.text(kind, held.round, packaged(), LOCAL_OPERATOR, opened_on)
    count = 0 if kind is Kind.INVITATION else given.reminders + 1
    return Letter(
        id=f"{given.id}|{kind}|{count}",
        response_id=given.id,
        kind=kind,
        link_id=examples.key("link", given.id),
        mailbox=mailboxes.get(given.institution.id, ""),
        subject=subject,
        body=body,
    )


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _content(given: Given) -> dict[str, Any]:
    moments = {
        "invited_at": given.invited_at,
        "opened_at": given.opened_at,
        "saved_at": given.saved_at,
        "sign_asked_at": given.moved_at if given.state is State.TO_SIGN else None,
        "submitted_at": given.moved_at if given.handed_in else None,
        "accepted_at": given.decided_at if given.state is State.ACCEPTED else None,
        "returned_at": given.decided_at if given.state is State.RETURNED else None,
        "reminded_at": given.invited_at + timedelta(days=14) if given.reminders else None,
    }
    returned = given.state is State.RETURNED
    asked = {name: text for name, text in examples.COMMENTS.items() if name in given.answers}
    return {
        **{name: _utc(moment) for name, moment in moments.items() if moment is not None},
        "state": str(given.state),
        "number": 1 if given.handed_in else 0,
        "saved_by": _by(given) if given.saved_at else "",
        "signed_by": examples.SIGNED if given.handed_in else "",
        "return_note": examples.RETURN_NOTE if returned else "",
        "comments": json.dumps(asked if returned else {}, ensure_ascii=False),
        "on_behalf": given.on_behalf,
        "reminders": given.reminders,
    }


def _by(given: Given) -> str:
    return examples.ON_BEHALF if given.on_behalf else examples.SAVED


def _answers(given: Given) -> dict[str, Any]:
    return {
        "response_id": given.id,
        "at": _utc(given.saved_at or given.invited_at),
        "by": _by(given),
        "answers": [
            {
                "id": f"{given.id}|{each.item_id}",
                "item_id": each.item_id,
                "data": json.dumps(as_data(each), ensure_ascii=False, sort_keys=True),
            }
            for each in given.answers.values()
        ],
    }


def _submission(given: Given, round_id: str) -> dict[str, Any]:
    return {
        "id": f"{given.id}|1",
        "response_id": given.id,
        "round_id": round_id,
        "institution_id": given.institution.id,
        "institution_type": given.institution.type,
        "at": _utc(given.moved_at or given.invited_at),
        "signed_by": examples.SIGNED,
        "on_behalf": given.on_behalf,
        "answers": json.dumps([as_data(each) for each in given.answers.values()], ensure_ascii=False),
    }
