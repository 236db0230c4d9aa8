"""What the consultant changes of the regional team, and what is missing in it. No Flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from coordination import guard
from coordination.errors import AlreadyExists, Invalid, NotFound
from coordination.graph import directory, teams
from coordination.graph.directory import Entry
from coordination.graph.mapset import SECTOR_GROUPS, sector_group
from coordination.graph.model import Team
from coordination.graph.store import Store
from coordination.graph.teams import Member
from coordination.i18n import N_
from coordination.permissions import Actor, Permission, ever, require, scope

NEEDED = ("chair", "secretariat")


@dataclass(frozen=True, slots=True)
class Missing:
    """What a team lacks. `facts`: of FIELDS, those never entered; `groups`: sectors without a member."""

    roles: tuple[str, ...]
    facts: tuple[str, ...]
    term_over: bool
    groups: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.roles or self.facts or self.term_over or self.groups)


def missing(team: Team, members: Sequence[Member], today: date) -> Missing:
    """What is missing in a team on a day."""
    taken = {each.role for each in members}
    present = {sector_group(each.type, each.sector) for each in members}
    return Missing(
        roles=tuple(role for role in NEEDED if role not in taken),
        facts=tuple(name for name in ("legal_act", "established") if not getattr(team, name)),
        term_over=bool(team.term_end) and team.term_end < today.isoformat(),
        groups=tuple(group for group in SECTOR_GROUPS if group not in present) if members else (),
    )


def may_edit(actor: Actor, team: Team) -> bool:
    """Whether the actor may change this team."""
    return ever(actor, Permission.TEAM_EDIT) and _inside(actor, team)


def editable(store: Store, actor: Actor, team_id: str) -> Team:
    """A team that the actor may change. Raises NotFound for any other."""
    found = teams.team(store, team_id)
    require(actor, Permission.TEAM_EDIT, voivodeship=found.voivodeship)
    return found


def member(store: Store, team: Team, institution_id: str) -> Member:
    """A member of a team. Raises NotFound."""
    for each in teams.members(store, team.id):
        if each.id == institution_id:
            return each
    raise NotFound(institution_id)


def candidates(store: Store, actor: Actor, team: Team) -> dict[str, Entry]:
    """Institutions that may join: those the actor sees that are no members yet, by id in Polish order."""
    taken = {each.id for each in teams.members(store, team.id)}
    seen = directory.entries(store, scope(actor, Permission.INSTITUTION_READ))
    return {key: each for key, each in seen.items() if key not in taken}


def save_order(
    store: Store, actor: Actor, team_id: str, version: int, *, legal_act: str, established: str, term_end: str
) -> None:
    """Change the act, its date and the last day of the term. Raises Conflict, Invalid, NotFound."""
    found = editable(store, actor, team_id)
    guard.refuse(legal_act, field="legal_act")
    if term_end and established and term_end < established:
        raise Invalid(N_("The term ends before the team is established. Correct one of the two dates."), field="term_end")
    after = replace(found, legal_act=legal_act, established=established, term_end=term_end, version=version)
    store.change(teams.edit, actor, after)


def add_member(store: Store, actor: Actor, team_id: str, version: int, made: Member) -> None:
    """Let an institution the actor sees join. Raises AlreadyExists for a member, Conflict, Invalid, NotFound."""
    found = editable(store, actor, team_id)
    directory.entry(store, scope(actor, Permission.INSTITUTION_READ), made.id)
    if any(each.id == made.id for each in teams.members(store, found.id)):
        raise AlreadyExists(made.id)
    _put(store, actor, found, version, made)


def change_member(store: Store, actor: Actor, team_id: str, version: int, after: Member) -> None:
    """Change role, function or date of a member. Raises Conflict, Invalid, NotFound."""
    found = editable(store, actor, team_id)
    member(store, found, after.id)
    _put(store, actor, found, version, after)


def remove_member(store: Store, actor: Actor, team_id: str, version: int, institution_id: str) -> None:
    """Take a member out of the team. Raises Conflict, NotFound."""
    found = editable(store, actor, team_id)
    store.change(teams.leave, actor, found.id, version, member(store, found, institution_id).id)


def _put(store: Store, actor: Actor, team: Team, version: int, made: Member) -> None:
    guard.refuse(made.function, field="function")
    if made.role not in teams.ROLES:
        raise Invalid(N_("Choose from the list"), field="role")
    store.change(teams.put, actor, team.id, version, made)


def _inside(actor: Actor, team: Team) -> bool:
    try:
        require(actor, Permission.TEAM_EDIT, voivodeship=team.voivodeship)
    except NotFound:
        return False
    return True
