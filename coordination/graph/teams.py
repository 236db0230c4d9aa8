"""Regional teams: the voivode's act, who convenes them, and which institutions are members, with the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from coordination.graph.model import Team
from coordination.graph.store import Store
from coordination.i18n import polish_key

TEAMS: LiteralString = """
    MATCH (t:Team)
    WHERE $voivodeships IS NULL OR t.voivodeship IN $voivodeships
    OPTIONAL MATCH (t)-[:CONVENED_BY]->(c:Institution)
    RETURN t {.id, .name_pl, .voivodeship, .established, .legal_act, .sources, .note} AS team, c.id AS convener
    """
MEMBERS: LiteralString = """
    MATCH (i:Institution)-[m:MEMBER_OF]->(t:Team {id: $id})
    RETURN i.id AS id, i.name_pl AS name_pl, i.short_name AS short_name, m.role AS role, m.since AS since,
           m.source AS source
    """


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    name_pl: str
    short_name: str
    role: str
    since: str
    source: tuple[str, ...]


_ROLES = ("chair", "vice_chair", "secretariat", "convener", "member", "invited")


def teams(store: Store, voivodeships: list[str] | None = None) -> list[Team]:
    """Teams of the named voivodeships ("PL": the inter-ministerial ones), or all, by place and id."""
    rows = store.read(TEAMS, voivodeships=voivodeships)
    found = [
        Team(
            **{key: value or "" for key, value in row["team"].items() if key != "sources"},
            sources=tuple(row["team"].get("sources") or ()),
            convened_by=row["convener"] or "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda team: (team.voivodeship, team.id))


def members(store: Store, team_id: str) -> list[Member]:
    """Members of a team: by role, then in Polish order."""
    rows = store.read(MEMBERS, id=team_id)
    found = [
        Member(**{**row, "since": row["since"] or "", "source": tuple(row["source"] or ())}) for row in rows
    ]
    return sorted(
        found,
        key=lambda each: (_ROLES.index(each.role) if each.role in _ROLES else 9, polish_key(each.short_name)),
    )
