"""Accounts in the graph: who signs in, in which role, and for what institution or voivodeship they act.

An account is never deleted: what it did stays readable in the audit log. It is disabled instead, which ends its
sessions and its links in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from coordination.errors import AlreadyExists, Conflict, NotFound
from coordination.graph import audit
from coordination.graph.store import Row, Store, Tx
from coordination.i18n import polish_key
from coordination.permissions import Actor, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One account. `voivodeships`: of a consultant the one they act in, of an institution those it covers."""

    id: str
    email: str
    role: Role
    active: bool = True
    label: str = ""
    language: str = "pl"
    dense: bool = False
    created_at: datetime | None = None
    password_changed_at: datetime | None = None
    version: int = 1
    institution_id: str = ""
    institution_name: str = ""
    national: bool = False
    voivodeships: tuple[str, ...] = ()
    has_password: bool = False
    reset_asked_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        return Actor(
            id=self.id,
            role=self.role,
            voivodeships=self.voivodeships,
            institution_id=self.institution_id,
            national=self.national,
            label=self.label,
        )


def email_key(email: str) -> str:
    """The form in which addresses are compared."""
    return email.strip().casefold()


# What every query returns of a user `u`; kept as one text so that the fields cannot drift apart.
_ACTS: LiteralString = """
    COLLECT { MATCH (u)-[:ACTS_FOR]->(v:Voivodeship) RETURN v.teryt } AS acts_in,
    COLLECT { MATCH (u)-[:ACTS_FOR]->(i:Institution)
              RETURN {id: i.id, name: i.short_name, national: coalesce(i.national, false)} } AS acts_for,
    COLLECT { MATCH (u)-[:ACTS_FOR]->(:Institution)-[:COVERS]->(c:Voivodeship) RETURN c.teryt } AS covers
    """
_OWN: LiteralString = """.id, .email, .role, .active, .label, .language, .dense, .password_changed_at, .version,
       has_password: u.password_hash IS NOT NULL"""
_USER: LiteralString = "u {" + _OWN + ", .created_at, .reset_asked_at} AS user," + _ACTS
# Of whoever asks for a page, every time: without the moments only their administrator looks at, as each of them costs
# the driver as much as ten texts.
SIGNED_IN: LiteralString = "u {" + _OWN + "} AS user," + _ACTS

BY_ID: LiteralString = "MATCH (u:User {id: $id}) RETURN " + _USER
BY_EMAIL: LiteralString = "MATCH (u:User {email_key: $email_key}) RETURN u.password_hash AS password_hash, " + _USER

# Accounts an actor may manage: all of them, or those of institutions covering their voivodeships.
_MANAGED: LiteralString = """
    ($scope_all OR (u.role = 'institution' AND EXISTS {
        MATCH (u)-[:ACTS_FOR]->(:Institution)-[:COVERS]->(w:Voivodeship) WHERE w.teryt IN $scope_voivodeships }))
    """

LISTED: LiteralString = "MATCH (u:User) WHERE " + _MANAGED + " RETURN " + _USER
ONE_MANAGED: LiteralString = "MATCH (u:User {id: $id}) WHERE " + _MANAGED + " RETURN " + _USER

ADMINISTRATORS: LiteralString = """
    MATCH (u:User {role: 'administrator'}) WHERE u.active AND u.password_hash IS NOT NULL RETURN count(u) AS n
    """

CREATE: LiteralString = """
    CREATE (u:User {id: $id, email: $email, email_key: $email_key, role: $role, active: true, label: $label,
                    language: $language, dense: false, created_at: $at, version: 1})
    """
FOR_INSTITUTION: LiteralString = """
    MATCH (u:User {id: $id}), (i:Institution {id: $target}) CREATE (u)-[:ACTS_FOR]->(i) RETURN i.id AS id
    """
FOR_VOIVODESHIP: LiteralString = """
    MATCH (u:User {id: $id}), (v:Voivodeship {teryt: $target}) CREATE (u)-[:ACTS_FOR]->(v) RETURN v.teryt AS id
    """
EXISTING: LiteralString = "MATCH (u:User {email_key: $email_key}) RETURN u.id AS id"

# The first SET takes the write lock; a version compared before it may be out of date when the write comes.
SET_ACTIVE: LiteralString = """
    MATCH (u:User {id: $id}) SET u.version = u.version + 1
    WITH u WHERE u.version = $version + 1
    SET u.active = $active RETURN u.id AS id
    """
SET_ROLE: LiteralString = """
    MATCH (u:User {id: $id}) SET u.version = u.version + 1
    WITH u WHERE u.version = $version + 1
    SET u.role = $role
    WITH u OPTIONAL MATCH (u)-[old:ACTS_FOR]->() DELETE old RETURN DISTINCT u.id AS id
    """
SET_PASSWORD: LiteralString = """
    MATCH (u:User {id: $id}) WHERE u.active
    SET u.password_hash = $hash, u.password_changed_at = $at, u.reset_asked_at = null, u.version = u.version + 1
    RETURN u.id AS id
    """
REHASH: LiteralString = """
    MATCH (u:User {id: $id}) WHERE u.password_hash = $old SET u.password_hash = $hash RETURN u.id AS id
    """
SET_PREFERENCES: LiteralString = """
    MATCH (u:User {id: $id}) SET u.language = $language, u.dense = $dense RETURN u.id AS id
    """
ASK_RESET: LiteralString = """
    MATCH (u:User {email_key: $email_key}) WHERE u.active SET u.reset_asked_at = $at RETURN u.id AS id
    """
# Institutions an actor may give an account to, as [id, name] pairs in one row.
INSTITUTIONS: LiteralString = """
    MATCH (i:Institution)
    WHERE $scope_all OR EXISTS {
        MATCH (i)-[:COVERS]->(w:Voivodeship) WHERE w.teryt IN $scope_voivodeships }
    RETURN collect([i.id, i.short_name, i.name_pl]) AS found
    """
END_SESSIONS: LiteralString = """
    MATCH (s:Session)-[:OF_USER]->(:User {id: $id}) WHERE s.id_hash <> $keep DETACH DELETE s
    """
REVOKE_LINKS: LiteralString = """
    MATCH (n:Invitation)-[:FOR]->(:User {id: $id}) WHERE n.used_at IS NULL AND n.revoked_at IS NULL
    SET n.revoked_at = $at
    """


def from_row(row: Row) -> User:
    """The account in a row of `_USER`."""
    institution = (row["acts_for"] or [{}])[0]
    data = {key: value for key, value in row["user"].items() if value is not None}
    data["role"] = Role(data["role"])
    return User(
        **data,
        institution_id=institution.get("id", ""),
        institution_name=institution.get("name") or "",
        national=bool(institution.get("national")),
        voivodeships=tuple(sorted({*row["acts_in"], *row["covers"]})),
    )


def by_id(store: Store, user_id: str) -> User | None:
    """The account whatever its scope: only for whoever it belongs to."""
    rows = store.read(BY_ID, id=user_id)
    return from_row(rows[0]) if rows else None


def by_email(store: Store, email: str) -> tuple[User, str] | None:
    """The account of an address and its password hash ("" before a password is set)."""
    rows = store.read(BY_EMAIL, email_key=email_key(email))
    return (from_row(rows[0]), rows[0]["password_hash"] or "") if rows else None


def listed(store: Store, scope: Scope) -> list[User]:
    """Accounts within the scope, by address."""
    return sorted((from_row(row) for row in store.read(LISTED, **scope.params())), key=lambda u: (u.email, u.id))


def managed(store: Store, scope: Scope, user_id: str) -> User:
    """One account within the scope. Raises NotFound, also for one outside it."""
    rows = store.read(ONE_MANAGED, id=user_id, **scope.params())
    if not rows:
        raise NotFound(user_id)
    return from_row(rows[0])


def administrators(store: Store) -> int:
    """How many administrators can sign in."""
    return store.read(ADMINISTRATORS)[0]["n"]


def institutions(store: Store, scope: Scope) -> list[tuple[str, str]]:
    """Ids and names of institutions whose accounts the scope covers, in Polish order."""
    found = store.read(INSTITUTIONS, scope_all=scope.everything, scope_voivodeships=list(scope.voivodeships))
    named = [(id, short or name) for id, short, name in found[0]["found"]]
    return sorted(named, key=lambda each: (polish_key(each[1]), each[0]))


def add(tx: Tx, actor: Actor, user: User, at: datetime) -> str:
    """Create the account of `user` acting for its institution or its one voivodeship; returns its id.

    Raises AlreadyExists when the address has an account, NotFound when what it acts for does not exist.
    """
    if (found := tx.run(EXISTING, email_key=email_key(user.email))) and found[0]["id"] != user.id:
        raise AlreadyExists(user.email)
    if not found:
        tx.run(
            CREATE,
            id=user.id,
            email=user.email.strip(),
            email_key=email_key(user.email),
            role=str(user.role),
            label=user.label,
            language=user.language,
            at=at,
        )
        _act_for(tx, user)
        audit.record(tx, actor, "account:add", user.id, after=_told(user), at=at)
    return user.id


def set_active(tx: Tx, actor: Actor, user: User, active: bool, at: datetime) -> None:
    """Disable or enable. Disabling ends sessions and links at once. Raises Conflict."""
    if not tx.run(SET_ACTIVE, id=user.id, version=user.version, active=active):
        raise Conflict(user.id)
    if not active:
        end_access(tx, user.id, at)
    verb = "account:enable" if active else "account:disable"
    audit.record(tx, actor, verb, user.id, before={"active": user.active}, after={"active": active}, at=at)


def set_role(tx: Tx, actor: Actor, user: User, changed: User, at: datetime) -> None:
    """Give another role or another place to act; every session ends, so nothing outlives the old one."""
    if not tx.run(SET_ROLE, id=user.id, version=user.version, role=str(changed.role)):
        raise Conflict(user.id)
    _act_for(tx, changed)
    end_access(tx, user.id, at)
    audit.record(tx, actor, "account:role", user.id, before=_told(user), after=_told(changed), at=at)


def set_password(tx: Tx, actor: Actor, user_id: str, hash: str, at: datetime, *, keep: str = "") -> None:
    """Store a new password hash; other sessions (all but the one hashed as `keep`) and links end."""
    if not tx.run(SET_PASSWORD, id=user_id, hash=hash, at=at):
        raise NotFound(user_id)
    end_access(tx, user_id, at, keep=keep)
    audit.record(tx, actor, "account:password", user_id, at=at)


def end_access(tx: Tx, user_id: str, at: datetime, *, keep: str = "") -> None:
    """End sessions and open links of an account."""
    tx.run(END_SESSIONS, id=user_id, keep=keep)
    tx.run(REVOKE_LINKS, id=user_id, at=at)


def rehash(tx: Tx, user_id: str, old: str, hash: str) -> None:
    """Replace a hash made with older parameters by one of the same password."""
    tx.run(REHASH, id=user_id, old=old, hash=hash)


def set_preferences(tx: Tx, actor: Actor, user: User, language: str, dense: bool, at: datetime) -> None:
    tx.run(SET_PREFERENCES, id=user.id, language=language, dense=dense)
    audit.record(
        tx,
        actor,
        "account:preferences",
        user.id,
        before={"language": user.language, "dense": user.dense},
        after={"language": language, "dense": dense},
        at=at,
    )


def ask_reset(tx: Tx, actor: Actor, email: str, at: datetime) -> str:
    """Note that the owner of an address asks for a new link; the id, or "" when there is no such account."""
    rows = tx.run(ASK_RESET, email_key=email_key(email), at=at)
    if not rows:
        return ""
    audit.record(tx, actor, "account:reset_asked", rows[0]["id"], at=at)
    return rows[0]["id"]


def _act_for(tx: Tx, user: User) -> None:
    if user.role is Role.INSTITUTION:
        if not tx.run(FOR_INSTITUTION, id=user.id, target=user.institution_id):
            raise NotFound(user.institution_id)
    elif user.role is Role.CONSULTANT:
        for teryt in user.voivodeships:
            if not tx.run(FOR_VOIVODESHIP, id=user.id, target=teryt):
                raise NotFound(teryt)


def _told(user: User) -> dict[str, Any]:
    """What the audit log may hold of an account: never the address."""
    where = user.institution_id or ",".join(user.voivodeships)
    return {"role": str(user.role), "acts_for": where}
