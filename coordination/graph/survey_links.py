"""Links to a self-assessment without an account: to a whole response, to some of its sections, or to sign it.

A link works until it is revoked or expires, on any machine. Its token is not kept: it is worked out from the
program's secret key and the link's id, so a letter can be printed again, and a copy of the database opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from coordination.errors import Gone, NotFound
from coordination.graph import audit
from coordination.graph.invitations import token_hash
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor

PURPOSE = "survey"

CREATE: LiteralString = """
    MATCH (r:Response {id: $response_id})-[:GIVEN_BY]->(i:Institution)
    MERGE (n:Invitation {id: $id})
    ON CREATE SET n.token_hash = $token_hash, n.purpose = 'survey', n.institution_id = i.id,
        n.response_id = $response_id, n.sections = $sections, n.role = $role, n.to_function = $to_function,
        n.created_at = $at, n.expires_at = $expires_at, n.created_by = $by, n.claim_ids = []
    MERGE (n)-[:FOR]->(i)
    RETURN n.id AS id
    """
CREATE_MANY: LiteralString = """
    UNWIND $rows AS row
    MATCH (r:Response {id: row.response_id})-[:GIVEN_BY]->(i:Institution)
    MERGE (n:Invitation {id: row.id})
    ON CREATE SET n.token_hash = row.token_hash, n.purpose = 'survey', n.institution_id = i.id,
        n.response_id = row.response_id, n.sections = [], n.role = 'fill', n.to_function = '',
        n.created_at = $at, n.expires_at = $expires_at, n.created_by = $by, n.claim_ids = []
    MERGE (n)-[:FOR]->(i)
    RETURN n.id AS id
    """
WHOLE: LiteralString = """
    MATCH (n:Invitation) WHERE n.response_id IN $ids AND n.purpose = 'survey' AND n.role = 'fill'
      AND size(n.sections) = 0 AND n.revoked_at IS NULL AND n.expires_at > $at
    RETURN n.response_id AS response_id, n.id AS id ORDER BY n.created_at, n.id
    """
FIELDS: LiteralString = """
    n {.id, .response_id, .institution_id, .sections, .role, .to_function, .created_at, .expires_at, .revoked_at,
       .opened_at, .created_by} AS it
    """
BY_ID: LiteralString = "MATCH (n:Invitation {id: $id, purpose: 'survey'}) RETURN " + FIELDS
OF_RESPONSE: LiteralString = (
    "MATCH (n:Invitation {response_id: $response_id}) RETURN " + FIELDS + " ORDER BY it.created_at DESC, it.id"
)
REVOKE: LiteralString = """
    MATCH (n:Invitation {id: $id, response_id: $response_id})
    SET n.tried_at = $at
    WITH n WHERE n.revoked_at IS NULL
    SET n.revoked_at = $at
    RETURN n.id AS id
    """
PROLONG: LiteralString = """
    MATCH (n:Invitation)-[:FOR]->(:Institution)<-[:GIVEN_BY]-(r:Response {round_id: $round_id})
    WHERE n.response_id = r.id AND n.revoked_at IS NULL
    SET n.expires_at = $expires_at
    RETURN count(n) AS n
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLink:
    """`sections`: dimension ids it opens, none for all. `role`: fill, or sign for whoever approves the whole."""

    id: str
    response_id: str
    institution_id: str
    role: str
    created_at: datetime
    expires_at: datetime
    sections: tuple[str, ...] = ()
    to_function: str = ""  # e.g. "Wydział Kadr"; never a person's name
    revoked_at: datetime | None = None
    opened_at: datetime | None = None
    created_by: str = ""

    def open(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    def opens(self, section: str) -> bool:
        return not self.sections or section in self.sections


def token_of(secret: str, link_id: str) -> str:
    """The token of a link: 256 bits that nobody without the secret key can work out, safe in an address."""
    digest = hmac.new(secret.encode(), f"survey-link|{link_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def create(
    tx: Tx,
    actor: Actor,
    *,
    id: str,
    secret: str,
    response_id: str,
    at: datetime,
    expires_at: datetime,
    sections: Sequence[str] = (),
    role: str = "fill",
    to_function: str = "",
) -> None:
    """Make one link. Raises NotFound when there is no such response."""
    made = tx.run(
        CREATE,
        id=id,
        token_hash=token_hash(token_of(secret, id)),
        response_id=response_id,
        sections=list(sections),
        role=role,
        to_function=to_function,
        at=at,
        expires_at=expires_at,
        by=actor.id,
    )
    if not made:
        raise NotFound(response_id)
    after = {"response": response_id, "sections": list(sections), "role": role}
    audit.record(tx, actor, "invitation:create", id, after=after, at=at)


def create_many(
    tx: Tx, actor: Actor, links: Mapping[str, str], *, secret: str, at: datetime, expires_at: datetime
) -> None:
    """Links to whole responses, as letters of a round need them: response id by link id. The entry of the audit log is
    that of the letters. Raises NotFound when one of the responses is no more."""
    rows = [
        {"id": id, "response_id": response_id, "token_hash": token_hash(token_of(secret, id))}
        for id, response_id in links.items()
    ]
    if len(tx.run(CREATE_MANY, rows=rows, at=at, expires_at=expires_at, by=actor.id)) != len(rows):
        raise NotFound(next(iter(links.values()), ""))


def whole(store: Store, response_ids: Iterable[str], at: datetime) -> dict[str, str]:
    """The newest open link to the whole of each response, by response id; those without one are absent."""
    rows = store.read(WHOLE, ids=list(response_ids), at=at)
    return {row["response_id"]: row["id"] for row in rows}


def by_id(store: Store, id: str, now: datetime) -> SurveyLink:
    """The open link of a running session. Raises Gone once it was revoked or expired, or is none of these."""
    rows = store.read(BY_ID, id=id)
    found = _link(rows[0]["it"]) if rows else None
    if found is None or not found.open(now):
        raise Gone("link")
    return found


def of_response(store: Store, response_id: str) -> list[SurveyLink]:
    """The links of a response, the newest first, ended ones too."""
    return [_link(row["it"]) for row in store.read(OF_RESPONSE, response_id=response_id)]


def revoke(tx: Tx, actor: Actor, response_id: str, id: str, at: datetime) -> None:
    """End a link of this response. Raises NotFound when it has none of that id that is open."""
    if not tx.run(REVOKE, id=id, response_id=response_id, at=at):
        raise NotFound(id)
    audit.record(tx, actor, "invitation:revoke", id, at=at)


def prolong(tx: Tx, round_id: str, expires_at: datetime) -> None:
    """Let the open links of a round live longer, as when its date was moved."""
    tx.run(PROLONG, round_id=round_id, expires_at=expires_at)


def _link(row: dict) -> SurveyLink:
    return SurveyLink(
        **{
            **row,
            "sections": tuple(row["sections"] or ()),
            "to_function": row["to_function"] or "",
            "created_by": row["created_by"] or "",
        }
    )
