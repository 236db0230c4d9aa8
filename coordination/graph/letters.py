"""Letters of a round: prepared, read and edited by a person, then sent, printed or dropped. Nothing leaves unseen.

A letter names the link it carries, never its token: that is worked out when the letter is sent or printed. Sending
is marked before and after, so that a machine which stops in between leaves "sending", which a person resolves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString

from coordination.errors import Conflict, NotFound
from coordination.graph import audit
from coordination.graph.responses import HANDED_IN, REACHED
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor, Scope

PLACE = "{link}"  # stands in the text of a letter where its link will be


class Kind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    RETURNED = "returned"
    REOPENED = "reopened"


class State(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"  # handed to the mail server, and nobody knows yet what it said
    SENT = "sent"
    PRINTED = "printed"  # or handed over in another way
    FAILED = "failed"  # did not leave; can be tried again
    BOUNCED = "bounced"  # refused for this address
    DROPPED = "dropped"


OPEN = (State.DRAFT, State.SENDING, State.FAILED, State.BOUNCED)  # somebody still has to do something with it
EDITABLE = (State.DRAFT, State.FAILED, State.BOUNCED)
LEFT = (State.SENT, State.PRINTED)

FIELDS: LiteralString = """
    l {.id, .round_id, .response_id, .kind, .link_id, .mailbox, .subject, .body, .state, .version, .prepared_at,
       .left_at, .reason, .example} AS l,
    i {.id, .name_pl, .short_name, .national} AS i, n.state AS stage, coalesce(n.stopped, '') AS stopped
    """
OF_ROUND: LiteralString = (
    "MATCH (l:Letter {round_id: $round_id}) MATCH (l)-[:ABOUT_RESPONSE]->(n:Response)-[:GIVEN_BY]->(i:Institution) WHERE "
    "($states IS NULL OR l.state IN $states) AND ($ids IS NULL OR l.id IN $ids) AND "
    + REACHED
    + " RETURN "
    + FIELDS
)
COUNTS: LiteralString = (
    "MATCH (l:Letter {round_id: $round_id}) MATCH (l)-[:ABOUT_RESPONSE]->(n:Response)-[:GIVEN_BY]->(i:Institution) WHERE "
    + REACHED
    + " RETURN l.state AS state, count(l) AS n"
)
OF_RESPONSE: LiteralString = (
    "MATCH (l:Letter {response_id: $response_id}) MATCH (l)-[:ABOUT_RESPONSE]->(n:Response)-[:GIVEN_BY]->(i:Institution) "
    "RETURN " + FIELDS
)
ONE: LiteralString = (
    "MATCH (l:Letter {id: $id})-[:ABOUT_RESPONSE]->(n:Response)-[:GIVEN_BY]->(i:Institution) WHERE "
    + REACHED
    + " RETURN "
    + FIELDS
)
WAITING: LiteralString = """
    MATCH (l:Letter {round_id: $round_id}) WHERE l.state IN $states RETURN DISTINCT l.response_id AS id
    """
WITHOUT: LiteralString = """
    MATCH (n:Response {round_id: $round_id})
    WHERE NOT EXISTS { MATCH (l:Letter)-[:ABOUT_RESPONSE]->(n) } AND n.state IN ['invited', 'opened', 'in_progress']
    RETURN n.id AS id
    """
MAILBOXES: LiteralString = """
    MATCH (i:Institution)-[:HAS_CONTACT]->(k:ContactPoint)-[:HAS_CHANNEL]->(c:Channel {kind: 'email'})
    WHERE i.id IN $ids AND c.visibility <> 'private'
    RETURN i.id AS id, c.value AS value ORDER BY id, k.function, value
    """
# One that was dropped may be prepared again; one that stands in the outbox or left is not touched.
PREPARE: LiteralString = """
    UNWIND $rows AS row
    MATCH (n:Response {id: row.response_id})
    MERGE (l:Letter {id: row.id})
    ON CREATE SET l.version = 0, l.response_id = row.response_id, l.round_id = n.round_id, l.kind = row.kind,
        l.example = coalesce(n.example, false)
    SET l.tried_at = $at
    WITH n, l, row WHERE l.state IS NULL OR l.state = 'dropped'
    SET l.version = l.version + 1, l.state = 'draft', l.link_id = row.link_id, l.mailbox = row.mailbox,
        l.subject = row.subject, l.body = row.body, l.prepared_at = $at, l.reason = '', l.left_at = null
    MERGE (l)-[:ABOUT_RESPONSE]->(n)
    RETURN l.id AS id
    """
MOVE: LiteralString = """
    MATCH (l:Letter {id: $id})
    SET l.version = l.version + 1
    WITH l WHERE l.version = coalesce($version, l.version - 1) + 1 AND l.state IN $states
    SET l += $content
    RETURN l.response_id AS response_id, l.kind AS kind
    """
# Who answered since a letter was prepared is not asked again; nor reminded who asked not to be.
BEGIN: LiteralString = """
    MATCH (l:Letter {id: $id})
    SET l.version = l.version + 1
    WITH l WHERE l.version = $version + 1 AND l.state IN $states
    MATCH (l)-[:ABOUT_RESPONSE]->(n:Response)
    WHERE NOT (l.kind IN ['invitation', 'reminder'] AND n.state IN ['submitted', 'accepted'])
      AND NOT (l.kind = 'reminder' AND coalesce(n.stopped, '') <> '')
    SET l.state = 'sending', l.reason = ''
    RETURN l.id AS id
    """
REMINDED: LiteralString = """
    MATCH (n:Response {id: $id}) SET n.reminders = n.reminders + 1, n.reminded_at = $at, n.bounced = false
    """
BOUNCED: LiteralString = "MATCH (n:Response {id: $id}) SET n.bounced = $bounced"
SAME_TEXT: LiteralString = """
    MATCH (l:Letter {round_id: $round_id}) WHERE l.id IN $ids
    SET l.version = l.version + 1
    WITH l WHERE l.state = 'draft'
    SET l.subject = $subject, l.body = $body
    RETURN l.id AS id
    """
STOP: LiteralString = """
    MATCH (n:Response {id: $id}) SET n.stopped = $reason RETURN n.id AS id
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`mailbox`: an institutional address, "" where it is not known. `reason`: what the mail server said.

    `overtaken`: its institution has answered, or its reminders were stopped, since it was prepared.
    """

    id: str
    response_id: str
    kind: Kind
    link_id: str
    mailbox: str
    subject: str
    body: str  # with PLACE where the link goes
    round_id: str = ""
    state: State = State.DRAFT
    version: int = 1
    prepared_at: datetime | None = None
    left_at: datetime | None = None
    reason: str = ""
    example: bool = False
    institution_id: str = ""
    name: str = ""
    name_pl: str = ""
    national: bool = False
    overtaken: bool = False


def of_round(
    store: Store,
    scope: Scope,
    round_id: str,
    *,
    states: Iterable[State] | None = None,
    ids: Iterable[str] | None = None,
) -> list[Letter]:
    """Letters of a round to institutions within the scope, the last prepared first."""
    rows = store.read(
        OF_ROUND,
        round_id=round_id,
        states=None if states is None else list(map(str, states)),
        ids=None if ids is None else list(ids),
        **scope.params(),
    )
    return sorted(map(_letter, rows), key=_newest)


def counts(store: Store, scope: Scope, round_id: str) -> dict[State, int]:
    """How many letters of a round stand in each state."""
    return {State(row["state"]): row["n"] for row in store.read(COUNTS, round_id=round_id, **scope.params())}


def of_response(store: Store, response_id: str) -> list[Letter]:
    """Letters about one response, the last prepared first. Ask `responses.one` first whether it may be read."""
    return sorted(map(_letter, store.read(OF_RESPONSE, response_id=response_id)), key=_newest)


def one(store: Store, scope: Scope, id: str) -> Letter:
    """One letter. Raises NotFound also where its institution lies outside the scope."""
    rows = store.read(ONE, id=id, **scope.params())
    if not rows:
        raise NotFound(id)
    return _letter(rows[0])


def waiting(store: Store, round_id: str) -> frozenset[str]:
    """Ids of the responses for which a letter stands in the outbox."""
    return frozenset(row["id"] for row in store.read(WAITING, round_id=round_id, states=list(map(str, OPEN))))


def without(store: Store, round_id: str) -> list[str]:
    """Ids of responses that nobody has been written to about: what an interrupted opening left."""
    return sorted(row["id"] for row in store.read(WITHOUT, round_id=round_id))


def mailboxes(store: Store, institution_ids: Iterable[str]) -> dict[str, str]:
    """The first e-mail address of each institution that is not private; those without one are absent."""
    found: dict[str, str] = {}
    for row in store.read(MAILBOXES, ids=list(institution_ids)):
        found.setdefault(row["id"], row["value"])
    return found


def prepare(tx: Tx, actor: Actor, round_id: str, found: Sequence[Letter], at: datetime) -> None:
    """Put letters into the outbox as drafts; one that is there already, or left, stays as it is."""
    rows = [
        {
            "id": each.id,
            "response_id": each.response_id,
            "kind": str(each.kind),
            "link_id": each.link_id,
            "mailbox": each.mailbox,
            "subject": each.subject,
            "body": each.body,
        }
        for each in found
    ]
    tx.run(PREPARE, rows=rows, at=at)
    after = {"count": len(rows), "kind": str(found[0].kind) if found else ""}
    audit.record(tx, actor, "letter:prepare", round_id, after=after, at=at)


def edit(
    tx: Tx, actor: Actor, letter: Letter, at: datetime, *, mailbox: str, subject: str, body: str
) -> None:
    """Change a letter that has not left; one with a new address is a draft again. Raises Conflict."""
    corrected = mailbox != letter.mailbox
    content: dict[str, Any] = {"mailbox": mailbox, "subject": subject, "body": body}
    if corrected:
        content |= {"state": str(State.DRAFT), "reason": ""}
    _move(tx, letter.id, letter.version, EDITABLE, content)
    if corrected:
        tx.run(BOUNCED, id=letter.response_id, bounced=False)
    audit.record(tx, actor, "letter:edit", letter.id, at=at)


def same_text(
    tx: Tx, actor: Actor, round_id: str, ids: Sequence[str], at: datetime, *, subject: str, body: str
) -> None:
    """Give those of these letters that are still drafts the same subject and text."""
    tx.run(SAME_TEXT, round_id=round_id, ids=list(ids), subject=subject, body=body)
    audit.record(tx, actor, "letter:edit", round_id, after={"count": len(ids)}, at=at)


def drop(tx: Tx, actor: Actor, letter: Letter, at: datetime) -> None:
    """Take a letter out of the outbox. Raises Conflict when it left or was changed meanwhile."""
    _move(tx, letter.id, letter.version, EDITABLE, {"state": str(State.DROPPED)})
    audit.record(tx, actor, "letter:drop", letter.id, at=at)


def begin(tx: Tx, actor: Actor, letter: Letter, at: datetime) -> None:
    """Mark that a letter is being sent, before it is. Raises Conflict when somebody else did, or changed it, or when
    its institution has answered meanwhile."""
    states = [str(State.DRAFT), str(State.FAILED)]
    if not tx.run(BEGIN, id=letter.id, version=letter.version, states=states):
        raise Conflict(letter.id)
    audit.record(tx, actor, "letter:begin", letter.id, at=at)


def finish(tx: Tx, actor: Actor, id: str, state: State, at: datetime, *, reason: str = "") -> None:
    """Mark what became of a letter that was being sent. Raises Conflict when somebody resolved it already."""
    _leave(tx, actor, id, None, (State.SENDING,), state, at, reason)


def printed(tx: Tx, actor: Actor, letter: Letter, at: datetime) -> None:
    """Mark that a letter was printed or handed over in another way. Raises Conflict."""
    _leave(tx, actor, letter.id, letter.version, EDITABLE, State.PRINTED, at, "")


def came_back(tx: Tx, actor: Actor, letter: Letter, at: datetime) -> None:
    """Mark that a letter which had left came back undelivered. Raises Conflict."""
    _leave(tx, actor, letter.id, letter.version, LEFT, State.BOUNCED, at, letter.reason)


def _leave(
    tx: Tx,
    actor: Actor,
    id: str,
    version: int | None,
    states: Iterable[State],
    state: State,
    at: datetime,
    reason: str,
) -> None:
    content = {"state": str(state), "reason": reason[:300], **({"left_at": at} if state in LEFT else {})}
    row = _move(tx, id, version, states, content)
    if state in LEFT and row["kind"] == str(Kind.REMINDER):
        tx.run(REMINDED, id=row["response_id"], at=at)
    elif state in (*LEFT, State.BOUNCED):
        tx.run(BOUNCED, id=row["response_id"], bounced=state is State.BOUNCED)
    audit.record(tx, actor, f"letter:{state}", id, at=at)


def stop(tx: Tx, actor: Actor, response_id: str, reason: str, at: datetime) -> None:
    """Let no more reminders be prepared for a response, or again where `reason` is empty. Raises NotFound."""
    if not tx.run(STOP, id=response_id, reason=reason):
        raise NotFound(response_id)
    audit.record(tx, actor, "response:stop" if reason else "response:remind", response_id, at=at)


def _move(
    tx: Tx, id: str, version: int | None, states: Iterable[State], content: Mapping[str, Any]
) -> dict[str, Any]:
    rows = tx.run(MOVE, id=id, version=version, states=list(map(str, states)), content=dict(content))
    if not rows:
        raise Conflict(id)
    return rows[0]


def _newest(letter: Letter) -> tuple[float, str]:
    return (-(letter.prepared_at.timestamp() if letter.prepared_at else 0), letter.id)


def _letter(row: Mapping[str, Any]) -> Letter:
    known, of = dict(row["l"]), row["i"]
    known.update(kind=Kind(known["kind"]), state=State(known["state"]), example=bool(known["example"]))
    for name in ("mailbox", "reason"):
        known[name] = known[name] or ""
    answered = row["stage"] in HANDED_IN and known["kind"] in (Kind.INVITATION, Kind.REMINDER)
    return Letter(
        **known,
        overtaken=answered or (known["kind"] is Kind.REMINDER and bool(row["stopped"])),
        institution_id=of["id"],
        name=of["short_name"] or of["name_pl"],
        name_pl=of["name_pl"],
        national=bool(of["national"]),
    )
