"""Roles, permissions, and who may do what and where. The one policy table. No Flask.

Reach says how far a permission goes: everywhere, in the actor's voivodeship, or for the actor's own
institution. A view asks "may this role ever?" (`@needs`), a service asks "here?" (`require`), and every
loader is handed the actor's scope, so that what lies outside it does not exist for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coordination.errors import Forbidden, NotFound


class Role(StrEnum):
    CONSULTANT = "consultant"
    INSTITUTION = "institution"
    NATIONAL = "national"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    GUEST = "guest"  # holds an invitation link, no account
    OPERATOR = "operator"  # whoever runs commands on the machine itself


class Permission(StrEnum):
    INSTITUTION_READ = "institution:read"
    INSTITUTION_EDIT = "institution:edit"
    INSTITUTION_ADD = "institution:add"
    CONTACT_CONFIRM = "contact:confirm"
    CONTACT_REVEAL = "contact:reveal"
    CLAIM_READ = "claim:read"
    CLAIM_STATE = "claim:state"
    INVITE = "invitation:send"
    NETWORK_READ = "network:read"
    GAP_READ = "gap:read"
    GAP_WAIVE = "gap:waive"
    COUNTRY_READ = "country:read"
    TEAM_EDIT = "team:edit"
    FILE_IMPORT = "file:import"
    FILE_EXPORT = "file:export"
    ACCOUNT_MANAGE = "account:manage"
    AUDIT_READ = "audit:read"
    BACKUP = "backup:make"
    SURVEY_ANSWER = "survey:answer"  # fill in a self-assessment, one's own or on behalf
    SURVEY_READ = "survey:read"  # answers and results
    SURVEY_COUNTRY = "survey:country"  # the 16 voivodeships side by side
    ROUND_MANAGE = "round:manage"  # rounds, letters, reminders
    RESPONSE_REVIEW = "response:review"  # accept, return, reopen
    QUESTIONNAIRE_READ = "questionnaire:read"  # published versions; drafts are for who edits
    QUESTIONNAIRE_EDIT = "questionnaire:edit"


class Reach(StrEnum):
    ALL = "all"
    VOIVODESHIP = "voivodeship"
    OWN = "own"


_P = Permission
GRANTS: dict[Role, dict[Permission, Reach]] = {
    Role.CONSULTANT: {
        _P.INSTITUTION_READ: Reach.VOIVODESHIP,
        _P.INSTITUTION_EDIT: Reach.VOIVODESHIP,
        _P.INSTITUTION_ADD: Reach.VOIVODESHIP,
        _P.CONTACT_CONFIRM: Reach.VOIVODESHIP,
        _P.CONTACT_REVEAL: Reach.VOIVODESHIP,
        _P.CLAIM_READ: Reach.VOIVODESHIP,
        _P.CLAIM_STATE: Reach.VOIVODESHIP,
        _P.INVITE: Reach.VOIVODESHIP,
        _P.NETWORK_READ: Reach.VOIVODESHIP,
        _P.GAP_READ: Reach.VOIVODESHIP,
        _P.GAP_WAIVE: Reach.VOIVODESHIP,
        _P.TEAM_EDIT: Reach.VOIVODESHIP,
        _P.FILE_IMPORT: Reach.VOIVODESHIP,
        _P.FILE_EXPORT: Reach.VOIVODESHIP,
        _P.ACCOUNT_MANAGE: Reach.VOIVODESHIP,
        _P.SURVEY_ANSWER: Reach.VOIVODESHIP,
        _P.SURVEY_READ: Reach.VOIVODESHIP,
        _P.ROUND_MANAGE: Reach.VOIVODESHIP,
        _P.RESPONSE_REVIEW: Reach.VOIVODESHIP,
        _P.QUESTIONNAIRE_READ: Reach.ALL,
    },
    Role.INSTITUTION: {
        _P.INSTITUTION_READ: Reach.VOIVODESHIP,
        _P.INSTITUTION_EDIT: Reach.OWN,
        _P.CONTACT_CONFIRM: Reach.OWN,
        _P.CONTACT_REVEAL: Reach.OWN,
        _P.CLAIM_READ: Reach.OWN,
        _P.CLAIM_STATE: Reach.OWN,
        _P.FILE_EXPORT: Reach.OWN,
        _P.SURVEY_ANSWER: Reach.OWN,
        _P.SURVEY_READ: Reach.OWN,
    },
    Role.NATIONAL: {
        _P.INSTITUTION_READ: Reach.ALL,
        _P.CLAIM_READ: Reach.ALL,
        _P.NETWORK_READ: Reach.ALL,
        _P.GAP_READ: Reach.ALL,
        _P.COUNTRY_READ: Reach.ALL,
        _P.FILE_EXPORT: Reach.ALL,
        # The reference model and the rounds are the inter-ministerial team's.
        _P.SURVEY_READ: Reach.ALL,
        _P.SURVEY_COUNTRY: Reach.ALL,
        _P.ROUND_MANAGE: Reach.ALL,
        _P.RESPONSE_REVIEW: Reach.ALL,
        _P.QUESTIONNAIRE_READ: Reach.ALL,
        _P.QUESTIONNAIRE_EDIT: Reach.ALL,
    },
    Role.ADMINISTRATOR: {
        _P.INSTITUTION_READ: Reach.ALL,
        _P.INSTITUTION_EDIT: Reach.ALL,
        _P.INSTITUTION_ADD: Reach.ALL,
        _P.CLAIM_READ: Reach.ALL,
        _P.NETWORK_READ: Reach.ALL,
        _P.GAP_READ: Reach.ALL,
        _P.COUNTRY_READ: Reach.ALL,
        _P.FILE_IMPORT: Reach.ALL,
        _P.FILE_EXPORT: Reach.ALL,
        _P.ACCOUNT_MANAGE: Reach.ALL,
        _P.AUDIT_READ: Reach.ALL,
        _P.BACKUP: Reach.ALL,
        _P.SURVEY_READ: Reach.ALL,
        _P.SURVEY_COUNTRY: Reach.ALL,
        _P.QUESTIONNAIRE_READ: Reach.ALL,
    },
    Role.AUDITOR: {
        _P.INSTITUTION_READ: Reach.ALL,
        _P.CLAIM_READ: Reach.ALL,
        _P.NETWORK_READ: Reach.ALL,
        _P.GAP_READ: Reach.ALL,
        _P.COUNTRY_READ: Reach.ALL,
        _P.AUDIT_READ: Reach.ALL,
        _P.SURVEY_READ: Reach.ALL,
        _P.SURVEY_COUNTRY: Reach.ALL,
        _P.QUESTIONNAIRE_READ: Reach.ALL,
    },
    Role.GUEST: {
        _P.CLAIM_READ: Reach.OWN,
        _P.CLAIM_STATE: Reach.OWN,
        _P.CONTACT_CONFIRM: Reach.OWN,
        _P.SURVEY_ANSWER: Reach.OWN,
        _P.SURVEY_READ: Reach.OWN,
    },
    Role.OPERATOR: {permission: Reach.ALL for permission in Permission},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever acts. `voivodeships`: where they act (a consultant: one; an institution: those it covers)."""

    id: str
    role: Role
    voivodeships: tuple[str, ...] = ()
    institution_id: str = ""
    national: bool = False  # an institution account of a national body
    label: str = ""  # the function shown to people, e.g. "Konsultant wojewódzki – mazowieckie"


LOCAL_OPERATOR = Actor(id="local-operator", role=Role.OPERATOR, label="local-operator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an actor may reach under one permission; loaders filter by it in Cypher.

    `everything`: no limit. Otherwise institutions covering one of `voivodeships` (and, where `shared`,
    national bodies), or exactly `institution_id` when it is set.
    """

    everything: bool = False
    voivodeships: tuple[str, ...] = ()
    shared: bool = False
    institution_id: str = ""

    def params(self) -> dict[str, object]:
        """Parameters for the Cypher fragments: scope_all, scope_voivodeships, scope_shared, scope_own."""
        return {
            "scope_all": self.everything,
            "scope_voivodeships": list(self.voivodeships),
            "scope_shared": self.shared,
            "scope_own": self.institution_id,
        }


_SHARED = frozenset(
    {_P.INSTITUTION_READ, _P.CLAIM_READ, _P.NETWORK_READ, _P.GAP_READ, _P.CONTACT_REVEAL, _P.FILE_EXPORT}
)


def ever(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's role holds the permission anywhere at all."""
    return permission in GRANTS[actor.role]


def scope(actor: Actor, permission: Permission) -> Scope:
    """How far the permission reaches for this actor. Raises Forbidden if the role never holds it."""
    reach = GRANTS[actor.role].get(permission)
    if reach is None:
        raise Forbidden(permission)
    if reach is Reach.ALL:
        return Scope(everything=True)
    if reach is Reach.OWN:
        return Scope(institution_id=actor.institution_id)
    if actor.national:  # a national body meets institutions of every voivodeship
        return Scope(everything=True)
    return Scope(voivodeships=actor.voivodeships, shared=permission in _SHARED)


def require(
    actor: Actor,
    permission: Permission,
    *,
    voivodeship: str | None = None,
    institution_id: str | None = None,
    covers: tuple[str, ...] = (),
    national: bool = False,
) -> None:
    """Refuse unless the actor holds `permission` here. Outside the reach is NotFound, not Forbidden:
    a foreign object answers exactly as one that never existed.

    Give `voivodeship` for things of a voivodeship, or `institution_id` with its `covers` and `national`.
    """
    reach = scope(actor, permission)
    if reach.everything:
        return
    if institution_id is not None:
        if reach.institution_id:
            inside = institution_id == reach.institution_id
        else:
            inside = bool(set(covers) & set(reach.voivodeships)) or (national and reach.shared)
    elif voivodeship is not None:
        inside = voivodeship in reach.voivodeships
    else:
        inside = False
    if not inside:
        raise NotFound(institution_id or voivodeship or permission)
