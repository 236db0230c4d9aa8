"""Ties that the answers suggest: proposals to be confirmed one by one, and recorded as statements. No Flask."""

from __future__ import annotations

from dataclasses import dataclass

from coordination.clock import today
from coordination.cooperation import service as cooperation
from coordination.cooperation.service import Statement
from coordination.errors import NotFound
from coordination.graph import claims
from coordination.graph.directory import Entry
from coordination.graph.model import Claim, ClaimSource
from coordination.graph.store import Store
from coordination.graph.world import world
from coordination.permissions import Actor, Permission, scope
from coordination.readiness.results.service import Own, response_of
from coordination.surveys.advice import ProposedClaim, proposed_claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A proposal with the partner it names."""

    claim: ProposedClaim
    partner: Entry


def suggested(store: Store, actor: Actor, own: Own) -> list[Suggested]:
    """What the answers handed in suggest and the institution has not said anything about yet."""
    claimant = cooperation.claimant(store, actor, own.record.institution_id)
    known = cooperation.partners(store, actor, claimant)
    day = today()
    active = {id: each for id, each in world(store).institutions.items() if each.active(day)}
    reach = scope(actor, Permission.CLAIM_READ)
    stated = {
        (each.partner_id, each.area)
        for each in claims.of_institution(store, reach, claimant.id)
        if each.claimant_id == claimant.id
    }
    found = proposed_claims(response_of(own.questionnaire, own.submission), own.result, active, stated)
    return [Suggested(claim=each, partner=known[each.partner_id]) for each in found if each.partner_id in known]


def confirm(store: Store, actor: Actor, own: Own, partner_id: str, area: str) -> Claim:
    """Record one proposal as the institution's statement.

    Raises NotFound for what is not proposed, or not any more: somebody may have stated it meanwhile.
    """
    for each in suggested(store, actor, own):
        if (each.claim.partner_id, each.claim.area) == (partner_id, area):
            claimant = cooperation.claimant(store, actor, own.record.institution_id)
            statement = Statement(stance=each.claim.stance, source=ClaimSource.SURVEY)
            return cooperation.record(store, actor, claimant, partner_id, [area], statement)[0]
    raise NotFound(f"{partner_id}|{area}")
