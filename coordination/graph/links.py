"""One-time links of accounts: to set the first password, to set a forgotten one, to make the first administrator.

Kept as (:Invitation) with purpose "set-up", "reset" or "administrator"; the first two point [:FOR] at their
(:User). Only the SHA-256 of the token is kept. A new link of the same owner revokes the older ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from coordination.errors import Gone, NotFound
from coordination.graph import audit
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor

PURPOSES = ("set-up", "reset", "administrator")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """An open link; `user_id` and `email` are empty for the first administrator's."""

    id: str
    purpose: str
    expires_at: datetime
    user_id: str = ""
    email: str = ""


EXISTING: LiteralString = "MATCH (n:Invitation {id: $id}) RETURN n.id AS id"
REVOKE_OF_USER: LiteralString = """
    MATCH (n:Invitation)-[:FOR]->(:User {id: $user_id}) WHERE n.used_at IS NULL AND n.revoked_at IS NULL
    SET n.revoked_at = $at
    """
REVOKE_FIRST: LiteralString = """
    MATCH (n:Invitation {purpose: 'administrator'}) WHERE n.used_at IS NULL AND n.revoked_at IS NULL
    SET n.revoked_at = $at
    """
CREATE: LiteralString = """
    CREATE (n:Invitation {id: $id, token_hash: $token_hash, purpose: $purpose, created_at: $at,
                          expires_at: $expires_at, created_by: $created_by})
    RETURN n.id AS id
    """
FOR_USER: LiteralString = """
    MATCH (n:Invitation {id: $id}), (u:User {id: $user_id}) WHERE u.active
    SET u.reset_asked_at = null CREATE (n)-[:FOR]->(u) RETURN u.id AS id
    """
OPEN: LiteralString = """
    MATCH (n:Invitation {token_hash: $token_hash})
    WHERE n.purpose IN ['set-up', 'reset', 'administrator']
      AND n.used_at IS NULL AND n.revoked_at IS NULL AND n.expires_at > $now
    OPTIONAL MATCH (n)-[:FOR]->(u:User)
    RETURN n {.id, .purpose, .expires_at} AS link, u {.id, .email, .active} AS user
    """
# The write comes first: it takes the node for this transaction, so the check after it sees the last state.
HOLD: LiteralString = "MATCH (n:Invitation {id: $id}) SET n.tried_at = $at"
USE: LiteralString = """
    MATCH (n:Invitation {id: $id}) WHERE n.revoked_at IS NULL AND n.expires_at > $at
      AND (n.used_at IS NULL OR n.used_at = $at)
    SET n.used_at = $at RETURN n.id AS id
    """


def add(
    tx: Tx, actor: Actor, *, id: str, token_hash: str, purpose: str, user_id: str, at: datetime, expires_at: datetime
) -> None:
    """Write a link and revoke the earlier open ones. Raises NotFound for a disabled or unknown account."""
    if tx.run(EXISTING, id=id):
        return
    if user_id:
        tx.run(REVOKE_OF_USER, user_id=user_id, at=at)
    else:
        tx.run(REVOKE_FIRST, at=at)
    tx.run(
        CREATE, id=id, token_hash=token_hash, purpose=purpose, at=at, expires_at=expires_at, created_by=actor.id
    )
    if user_id and not tx.run(FOR_USER, id=id, user_id=user_id):
        raise NotFound(user_id)
    audit.record(tx, actor, "account:link", user_id, after={"purpose": purpose}, at=at)


def opened(store: Store, token_hash: str, now: datetime) -> AccountLink:
    """The link of a token. Raises Gone alike for one that is wrong, used, expired or revoked."""
    rows = store.read(OPEN, token_hash=token_hash, now=now)
    if not rows:
        raise Gone("link")
    link, user = rows[0]["link"], rows[0]["user"]
    if link["purpose"] != "administrator" and not (user and user["active"]):
        raise Gone("link")
    return AccountLink(
        id=link["id"],
        purpose=link["purpose"],
        expires_at=link["expires_at"],
        user_id=user["id"] if user else "",
        email=user["email"] if user else "",
    )


def use(tx: Tx, link_id: str, at: datetime) -> None:
    """Use a link up. Raises Gone when someone was first."""
    tx.run(HOLD, id=link_id, at=at)
    if not tx.run(USE, id=link_id, at=at):
        raise Gone("link")
