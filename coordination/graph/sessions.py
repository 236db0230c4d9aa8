"""Sessions in the graph: what makes sign-out, a disabled account and a changed password end them at once.

The browser holds a random 256-bit token; the graph holds only its SHA-256. A session belongs to an account
(kind "user") or to an invitation link (kind "guest").
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from coordination.errors import NotFound
from coordination.graph import users
from coordination.graph.store import Store, Tx
from coordination.graph.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """The holder of an invitation link and the institution they speak for."""

    invitation_id: str
    purpose: str
    institution_id: str
    institution_name: str
    national: bool
    voivodeships: tuple[str, ...]
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    id_hash: str
    seen_at: datetime
    expires_at: datetime
    data: dict[str, Any]
    user: User | None = None
    guest: Guest | None = None


def new_token() -> str:
    """256 random bits for an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


# One round trip brings the session, whose it is and what they act for.
LOAD: LiteralString = (
    """
    MATCH (s:Session {id_hash: $id_hash})
    WHERE s.expires_at > $now AND s.seen_at > $idle_since
    OPTIONAL MATCH (s)-[:OF_USER]->(u:User)
    OPTIONAL MATCH (s)-[:OF_INVITATION]->(n:Invitation)-[:FOR]->(g:Institution)
    RETURN s {.id_hash, .seen_at, .expires_at, .data} AS session, s.account_version AS account_version,
           n {.id, .purpose, .expires_at, .used_at, .revoked_at} AS invitation,
           g {.id, .short_name, .national} AS institution,
           COLLECT { MATCH (g)-[:COVERS]->(gv:Voivodeship) RETURN gv.teryt } AS institution_covers,
    """
    + users.SIGNED_IN
)

CREATE_FOR_USER: LiteralString = """
    MATCH (u:User {id: $user_id}) WHERE u.active AND u.version = $version
    CREATE (s:Session {id_hash: $id_hash, kind: 'user', created_at: $now, seen_at: $now, expires_at: $expires_at,
                       data: $data, account_version: $version})-[:OF_USER]->(u)
    RETURN u.id AS id
    """
CREATE_FOR_GUEST: LiteralString = """
    MATCH (n:Invitation {id: $invitation_id}) WHERE n.revoked_at IS NULL AND n.expires_at > $now
    CREATE (s:Session {id_hash: $id_hash, kind: 'guest', created_at: $now, seen_at: $now, expires_at: $expires_at,
                       data: $data})-[:OF_INVITATION]->(n)
    RETURN n.id AS id
    """
EXISTING: LiteralString = "MATCH (s:Session {id_hash: $id_hash}) RETURN s.id_hash AS id"
SAVE: LiteralString = "MATCH (s:Session {id_hash: $id_hash}) SET s.data = $data, s.seen_at = $now"
TOUCH: LiteralString = "MATCH (s:Session {id_hash: $id_hash}) SET s.seen_at = $now"
END: LiteralString = "MATCH (s:Session {id_hash: $id_hash}) DETACH DELETE s"
OF_USER: LiteralString = """
    MATCH (s:Session)-[:OF_USER]->(:User {id: $user_id}) WHERE s.expires_at > $now AND s.seen_at > $idle_since
    RETURN s.id_hash AS id_hash, s.created_at AS created_at, s.seen_at AS seen_at
    """
PURGE: LiteralString = "MATCH (s:Session) WHERE s.expires_at <= $now OR s.seen_at <= $idle_since DETACH DELETE s"


def load(store: Store, id_hash: str, now: datetime, idle_since: datetime) -> SessionRecord | None:
    """The live session: neither past its end, nor idle since `idle_since`, nor of a disabled account or dead link."""
    rows = store.read(LOAD, id_hash=id_hash, now=now, idle_since=idle_since)
    if not rows:
        return None
    row = rows[0]
    user = users.from_row(row) if row["user"] else None
    guest = None
    invitation, institution = row["invitation"], row["institution"]
    if invitation and institution:
        if invitation["revoked_at"] is not None or invitation["expires_at"] <= now:
            return None
        guest = Guest(
            invitation_id=invitation["id"],
            purpose=invitation["purpose"] or "",
            institution_id=institution["id"],
            institution_name=institution["short_name"] or "",
            national=bool(institution["national"]),
            voivodeships=tuple(sorted(row["institution_covers"])),
            used_at=invitation["used_at"],
        )
    # A change of password, role or state raises the account's version: what was opened before it is void.
    live = user is not None and user.active and user.version == row["account_version"]
    if not live and guest is None:
        return None
    session = dict(row["session"])
    session["data"] = json.loads(session["data"] or "{}")
    return SessionRecord(**session, user=user, guest=guest)


def begin(tx: Tx, id_hash: str, now: datetime, expires_at: datetime, data: dict[str, Any], user: User) -> None:
    """Open a session of an account as it was when its password was checked. Raises NotFound when it has changed."""
    values = {"id_hash": id_hash, "now": now, "expires_at": expires_at, "data": json.dumps(data)}
    if not tx.run(EXISTING, id_hash=id_hash) and not tx.run(
        CREATE_FOR_USER, user_id=user.id, version=user.version, **values
    ):
        raise NotFound(user.id)


def begin_guest(
    tx: Tx, id_hash: str, now: datetime, expires_at: datetime, data: dict[str, Any], invitation_id: str
) -> None:
    """Open a session of an invitation's holder. Raises NotFound for one revoked or expired."""
    values = {"id_hash": id_hash, "now": now, "expires_at": expires_at, "data": json.dumps(data)}
    if not tx.run(EXISTING, id_hash=id_hash) and not tx.run(
        CREATE_FOR_GUEST, invitation_id=invitation_id, **values
    ):
        raise NotFound(invitation_id)


def save(tx: Tx, id_hash: str, data: dict[str, Any], now: datetime) -> None:
    tx.run(SAVE, id_hash=id_hash, data=json.dumps(data), now=now)


def touch(tx: Tx, id_hash: str, now: datetime) -> None:
    tx.run(TOUCH, id_hash=id_hash, now=now)


def end(tx: Tx, id_hash: str) -> None:
    tx.run(END, id_hash=id_hash)


def of_user(store: Store, user_id: str, now: datetime, idle_since: datetime) -> list[dict[str, Any]]:
    """Live sessions of an account (`id_hash`, `created_at`, `seen_at`), the newest first."""
    rows = store.read(OF_USER, user_id=user_id, now=now, idle_since=idle_since)
    return sorted(rows, key=lambda row: (row["seen_at"], row["id_hash"]), reverse=True)


def purge(tx: Tx, now: datetime, idle_since: datetime) -> None:
    """Drop sessions nobody can use any more."""
    tx.run(PURGE, now=now, idle_since=idle_since)
