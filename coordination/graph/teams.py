"""Regional teams: the voivode's act, who convenes them, and which institutions are members, with the source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, LiteralString

from coordination.errors import Conflict, NotFound
from coordination.graph import audit
from coordination.graph.model import Team
from coordination.graph.store import Row, Store, Tx
from coordination.i18n import polish_key
from coordination.permissions import Actor

# What people change of a team itself, in the order of the conflict page.
FIELDS = ("legal_act", "established", "term_end")
ROLES = ("chair", "vice_chair", "secretariat", "convener", "member", "invited")

_TEAM: LiteralString = """
    OPTIONAL MATCH (t)-[:CONVENED_BY]->(c:Institution)
    RETURN t {.id, .name_pl, .voivodeship, .established, .legal_act, .term_end, .sources, .note, .version} AS team,
           c.id AS convener
    """
TEAMS: LiteralString = "MATCH (t:Team) WHERE $voivodeships IS NULL OR t.voivodeship IN $voivodeships" + _TEAM
TEAM: LiteralString = "MATCH (t:Team {id: $id})" + _TEAM
MEMBERS: LiteralString = """
    MATCH (i:Institution)-[m:MEMBER_OF]->(t:Team {id: $id})
    OPTIONAL MATCH (i)-[:OF_TYPE]->(k:InstitutionType)
    RETURN i.id AS id, i.name_pl AS name_pl, i.short_name AS short_name, k.code AS type, k.sector AS sector,
           m.role AS role, m.function AS function, m.since AS since, m.source AS source
    """
# Counting up first takes the write lock; a version compared before it may be out of date on either server.
CHANGE: LiteralString = """
    MATCH (t:Team {id: $id})
    SET t.version = coalesce(t.version, 1) + 1
    WITH t WHERE t.version = $version + 1
    SET t += $values
    RETURN t.version AS version
    """
SET_MEMBER: LiteralString = """
    MATCH (i:Institution {id: $institution_id}), (t:Team {id: $id})
    MERGE (i)-[m:MEMBER_OF]->(t)
    SET m.role = $role, m.function = $function, m.since = $since, m.source = $source
    RETURN i.id AS id
    """
LEAVE: LiteralString = "MATCH (:Institution {id: $institution_id})-[m:MEMBER_OF]->(:Team {id: $id}) DELETE m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An institution in a team. `function`: who comes for it, as a function and never as a name."""

    id: str
    name_pl: str = ""
    short_name: str = ""
    type: str = ""
    sector: str = ""
    role: str = "member"
    function: str = ""
    since: str = ""  # "2015-03-10", "2015-03", "2015" or ""
    source: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.short_name or self.name_pl


def teams(store: Store, voivodeships: list[str] | None = None) -> list[Team]:
    """Teams of the named voivodeships ("PL": the inter-ministerial ones), or all, by place and id."""
    found = [_team(row) for row in store.read(TEAMS, voivodeships=voivodeships)]
    return sorted(found, key=lambda team: (team.voivodeship, team.id))


def team(store: Store, team_id: str) -> Team:
    """One team. Raises NotFound."""
    return _found(store.read(TEAM, id=team_id), team_id)


def members(store: Store, team_id: str) -> list[Member]:
    """Members of a team: by role, then in Polish order."""
    return _members(store.read(MEMBERS, id=team_id))


def edit(tx: Tx, actor: Actor, after: Team) -> None:
    """Replace the act, the date and the term, if nobody changed the team after `after.version` was read.

    Raises Conflict with the team that stands now, NotFound.
    """
    before = _found(tx.run(TEAM, id=after.id), after.id)
    _count_up(tx, before, after.version, {name: getattr(after, name) for name in FIELDS})
    differing = [name for name in FIELDS if getattr(before, name) != getattr(after, name)]
    audit.record(
        tx, actor, "team:edit", after.id,
        before={name: getattr(before, name) for name in differing},
        after={name: getattr(after, name) for name in differing},
    )  # fmt: skip


def put(tx: Tx, actor: Actor, team_id: str, version: int, member: Member) -> None:
    """Enter a member or change what stands of it. There is one chair: whoever was it becomes an ordinary member.

    Raises Conflict when somebody changed the team after `version` was read, NotFound.
    """
    _count_up(tx, _found(tx.run(TEAM, id=team_id), team_id), version, {})
    standing = {each.id: each for each in _members(tx.run(MEMBERS, id=team_id))}
    former = [
        replace(each, role="member")
        for each in standing.values()
        if member.role == each.role == "chair" and each.id != member.id
    ]
    for each in (member, *former):
        before = standing.get(each.id)
        told, was = _told(each), _told(before) if before else {}
        source = before.source if before and told == was else ()  # no source states what people enter
        values = {**told, "function": each.function, "source": list(source)}
        if not tx.run(SET_MEMBER, id=team_id, institution_id=each.id, **values):
            raise NotFound(each.id)
        audit.record(
            tx, actor, "team:edit", team_id, before={"member": each.id, **was}, after={"member": each.id, **told}
        )


def leave(tx: Tx, actor: Actor, team_id: str, version: int, institution_id: str) -> None:
    """Take a member out. Raises Conflict when somebody changed the team after `version` was read, NotFound."""
    _count_up(tx, _found(tx.run(TEAM, id=team_id), team_id), version, {})
    standing = {each.id: each for each in _members(tx.run(MEMBERS, id=team_id))}
    if institution_id not in standing:
        raise NotFound(institution_id)
    tx.run(LEAVE, id=team_id, institution_id=institution_id)
    audit.record(tx, actor, "team:edit", team_id, before={"member": institution_id, **_told(standing[institution_id])})


def _count_up(tx: Tx, before: Team, version: int, values: dict[str, Any]) -> None:
    if not tx.run(CHANGE, id=before.id, version=version, values=values):
        raise Conflict(before.id, {"team": before})


def _told(member: Member) -> dict[str, str]:
    """What the audit log holds of a member. The function is free text and stays out of it."""
    return {"role": member.role, "since": member.since}


def _found(rows: list[Row], team_id: str) -> Team:
    if not rows:
        raise NotFound(team_id)
    return _team(rows[0])


def _team(row: Row) -> Team:
    known = {key: value for key, value in row["team"].items() if value is not None}
    return Team(**{**known, "sources": tuple(known.get("sources") or ())}, convened_by=row["convener"] or "")


def _members(rows: list[Row]) -> list[Member]:
    found = [
        Member(**{key: value for key, value in row.items() if value is not None and key != "source"},
               source=tuple(row["source"] or ()))
        for row in rows
    ]  # fmt: skip
    return sorted(
        found,
        key=lambda each: (ROLES.index(each.role) if each.role in ROLES else 9, polish_key(each.short_name)),
    )
