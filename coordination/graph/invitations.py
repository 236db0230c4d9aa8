"""One-time links without an account: for one institution, expiring, revocable, used up.

The graph holds only a hash of the token, so that a copy of the database opens no link.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString

from coordination.errors import Gone, NotFound
from coordination.graph import audit
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor, Scope

LIFETIME = timedelta(days=30)

CREATE: LiteralString = """
    MATCH (i:Institution {id: $institution_id})
    MERGE (n:Invitation {id: $id})
    ON CREATE SET n.token_hash = $token_hash, n.purpose = $purpose, n.institution_id = $institution_id,
        n.created_at = $at, n.expires_at = $expires_at, n.created_by = $by, n.claim_ids = $claim_ids
    MERGE (n)-[:FOR]->(i)
    RETURN n.id AS id
    """
FIELDS: LiteralString = """
    n {.id, .purpose, .institution_id, .created_at, .expires_at, .used_at, .revoked_at, .created_by, .claim_ids,
       .opened_at} AS it
    """
BY_TOKEN: LiteralString = "MATCH (n:Invitation {token_hash: $token_hash}) RETURN " + FIELDS
BY_ID: LiteralString = "MATCH (n:Invitation {id: $id}) RETURN " + FIELDS
OPENED: LiteralString = "MATCH (n:Invitation {id: $id}) SET n.opened_at = coalesce(n.opened_at, $at)"
# The first SET takes the write lock: a condition asked before it may be out of date when the write comes.
USE: LiteralString = """
    MATCH (n:Invitation {id: $id})
    SET n.tried_at = $at
    WITH n WHERE n.used_at IS NULL AND n.revoked_at IS NULL AND n.expires_at > $at
    SET n.used_at = $at RETURN n.id AS id
    """
REVOKE: LiteralString = """
    MATCH (n:Invitation {id: $id})-[:FOR]->(i:Institution)
    WHERE ($scope_all OR i.id = $scope_own
           OR EXISTS { MATCH (i)-[:COVERS]->(v:Voivodeship) WHERE v.teryt IN $scope_voivodeships }
           OR n.created_by = $by)
    SET n.tried_at = $at
    WITH n WHERE n.used_at IS NULL AND n.revoked_at IS NULL
    SET n.revoked_at = $at RETURN n.id AS id
    """
OF_INSTITUTIONS: LiteralString = (
    """
    MATCH (n:Invitation)-[:FOR]->(i:Institution)
    WHERE ($ids IS NULL OR i.id IN $ids) AND n.purpose <> 'survey'
      AND ($scope_all OR i.id = $scope_own OR ($scope_shared AND coalesce(i.national, false))
           OR EXISTS { MATCH (i)-[:COVERS]->(v:Voivodeship) WHERE v.teryt IN $scope_voivodeships })
    RETURN """
    + FIELDS
    + " ORDER BY n.created_at DESC, n.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    id: str
    purpose: str
    institution_id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    opened_at: datetime | None = None
    created_by: str = ""
    claim_ids: tuple[str, ...] = ()

    def open(self, at: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and at < self.expires_at


def new_token() -> str:
    """192 bits of randomness, safe in an address."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create(
    tx: Tx,
    actor: Actor,
    *,
    id: str,
    token: str,
    institution_id: str,
    purpose: str,
    at: datetime,
    claim_ids: tuple[str, ...] = (),
) -> None:
    """Make one link. Raises NotFound when the institution does not exist."""
    made = tx.run(
        CREATE,
        id=id,
        token_hash=token_hash(token),
        institution_id=institution_id,
        purpose=purpose,
        at=at,
        expires_at=at + LIFETIME,
        by=actor.id,
        claim_ids=list(claim_ids),
    )
    if not made:
        raise NotFound(institution_id)
    audit.record(
        tx, actor, "invitation:create", id, after={"institution": institution_id, "purpose": purpose}
    )


def by_token(store: Store, token: str) -> Invitation:
    """The open invitation behind a token. Raises Gone for any other: unknown, used, expired and revoked
    links answer alike."""
    return _open(store.read(BY_TOKEN, token_hash=token_hash(token)), store)


def by_id(store: Store, invitation_id: str) -> Invitation:
    """The open invitation of a running guest session. Raises Gone once it was used, revoked or expired."""
    return _open(store.read(BY_ID, id=invitation_id), store)


def opened(tx: Tx, actor: Actor, invitation_id: str, at: datetime) -> None:
    """Note the first time a link was opened."""
    tx.run(OPENED, id=invitation_id, at=at)
    audit.record(tx, actor, "invitation:open", invitation_id)


def use(tx: Tx, actor: Actor, invitation_id: str, at: datetime) -> None:
    """Use the link up. Raises Gone when it no longer is open, so that parallel answers end as one."""
    if not tx.run(USE, id=invitation_id, at=at):
        raise Gone(invitation_id)
    audit.record(tx, actor, "invitation:use", invitation_id)


def revoke(tx: Tx, actor: Actor, scope: Scope, invitation_id: str, at: datetime) -> None:
    """Close an open link. Raises NotFound when there is none within the scope."""
    if not tx.run(REVOKE, id=invitation_id, at=at, by=actor.id, **scope.params()):
        raise NotFound(invitation_id)
    audit.record(tx, actor, "invitation:revoke", invitation_id)


def of_institutions(store: Store, scope: Scope, ids: list[str] | None = None) -> list[Invitation]:
    """Invitations of the named institutions (all within the scope when None), newest first. Links to a
    self-assessment are survey_links.py's."""
    return [_from(row["it"]) for row in store.read(OF_INSTITUTIONS, ids=ids, **scope.params())]


def _open(rows: list[dict], store: Store) -> Invitation:
    from coordination.clock import now

    if not rows:
        raise Gone("link")
    found = _from(rows[0]["it"])
    if not found.open(now()):
        raise Gone("link")
    return found


def _from(row: dict) -> Invitation:
    return Invitation(
        **{**row, "claim_ids": tuple(row.get("claim_ids") or ()), "created_by": row["created_by"] or ""}
    )
