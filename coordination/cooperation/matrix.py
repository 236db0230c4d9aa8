"""The quick matrix: partners by areas, one sign a cell. What a changed cell means, and nothing of the web."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from coordination.clock import now, today
from coordination.cooperation import service
from coordination.cooperation.service import Statement
from coordination.errors import Invalid, NotFound
from coordination.graph import claims
from coordination.graph.claims import Voices
from coordination.graph.directory import Entry
from coordination.graph.model import Claim, Stance
from coordination.graph.store import Store
from coordination.i18n import N_
from coordination.permissions import Actor, Permission, scope

# A cell's sign: nothing said; no cooperation; not applicable; cooperation without, or with an intensity.
SIGNS = ("", "0", "N", "+", "1", "2", "3", "4")
LIMIT = 400


@dataclass(frozen=True)
class Change:
    """One changed cell: what stands, what is wanted, and the id of what its author had seen."""

    partner: Entry
    area: str
    before: str
    after: str
    current: Claim | None


def sign(claim: Claim | None) -> str:
    """The sign of a claim in its cell."""
    if claim is None or claim.stance is Stance.WITHDRAWN:
        return ""
    if claim.stance is Stance.DOES_NOT_COOPERATE:
        return "0"
    if claim.stance is Stance.NOT_APPLICABLE:
        return "N"
    return str(claim.intensity) if claim.intensity else "+"


def table(own_id: str, said: Iterable[Claim]) -> dict[tuple[str, str], Voices]:
    """Voices by partner and area."""
    return {(voice.partner_id, voice.area): voice for voice in claims.voices(own_id, said)}


def changes(
    cells: Mapping[tuple[str, str], str],
    seen: Mapping[tuple[str, str], str],
    voices: Mapping[tuple[str, str], Voices],
    partners: Mapping[str, Entry],
) -> list[Change]:
    """Cells that differ from what their author saw. Raises Invalid for an unknown sign or too many cells,
    NotFound for a partner that is not offered."""
    found = []
    for (partner_id, area), after in cells.items():
        if after not in SIGNS:
            raise Invalid(N_("“%(sign)s” is not a sign of the matrix. Use 1–4, +, 0 or N."), sign=after)
        if partner_id not in partners:
            raise NotFound(partner_id)
        if after != seen.get((partner_id, area), ""):
            voice = voices.get((partner_id, area))
            current = voice.own if voice else None
            found.append(Change(partners[partner_id], area, sign(current), after, current))
    if len(found) > LIMIT:
        raise Invalid(N_("More than %(limit)s cells at once. Save them in parts."), limit=LIMIT)
    return [change for change in found if change.before != change.after]


def save(store: Store, actor: Actor, own: Entry, made: Iterable[Change]) -> int:
    """Record every changed cell together or none. Raises Conflict when a cell changed meanwhile."""
    ready = [(_claim(actor, own.id, change), change.current.id if change.current else "") for change in made]
    service.change_claims(store, claims.state_all, actor, ready)
    return len(ready)


def _claim(actor: Actor, own_id: str, change: Change) -> Claim:
    """What was said of a cooperation stays said when only its intensity changes."""
    old = change.current
    if change.after in ("+", "1", "2", "3", "4"):
        intensity = None if change.after == "+" else int(change.after)
        if old is not None and old.stance is Stance.COOPERATES:
            return replace(
                old,
                id=str(uuid4()),
                intensity=intensity,
                stated_on=today(),
                recorded_at=now(),
                superseded_at=None,
                source=service.source_of(actor),
                recorded_by=actor.id,
                recorded_as=str(actor.role),
                example=False,
            )
        statement = Statement(stance=Stance.COOPERATES, intensity=intensity)
    else:
        stance = {"0": Stance.DOES_NOT_COOPERATE, "N": Stance.NOT_APPLICABLE, "": Stance.WITHDRAWN}[
            change.after
        ]
        statement = Statement(stance=stance)
    return service.claim_of(actor, own_id, change.partner.id, change.area, statement)


def load(store: Store, actor: Actor, own: Entry) -> tuple[dict[str, Entry], dict[tuple[str, str], Voices]]:
    """Partners to offer, those with any statement first, and the voices of every cell."""
    said = claims.of_institution(store, scope(actor, Permission.CLAIM_READ), own.id)
    voices = table(own.id, said)
    partners = service.partners(store, actor, own)
    spoken = {partner for partner, _area in voices}
    ordered = sorted(partners, key=lambda key: key not in spoken)
    return {key: partners[key] for key in ordered}, voices
