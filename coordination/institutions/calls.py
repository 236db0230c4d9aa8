"""Whom to call now: contact points of a voivodeship in the order in which help is organised. No Flask.

Nothing is asked about a person and nothing is stored. A contact confirmed longer ago than a year is left out and
named; a step at which nobody can be called is shown as broken, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from coordination.clock import WARSAW
from coordination.graph import contacts, institutions
from coordination.graph.institutions import Listed
from coordination.graph.model import Freshness
from coordination.graph.store import Store
from coordination.i18n import N_, polish_key
from coordination.institutions.reach import Reach, reach
from coordination.permissions import Actor, Permission, scope

# The order in which the referral pathways of the reference model call them: who identifies, who advises and brings an
# interpreter, where the person sleeps, who coordinates, who handles labour exploitation and the case, who notifies.
STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("identification", N_("Identification"), ("police_regional_thb", "bg_division", "police_regional")),
    ("advice", N_("Advice and interpreter"), ("kcik",)),
    ("shelter", N_("Shelter"), ("crisis_centre",)),
    ("coordination", N_("Coordination of support"), ("voivode_social_dept", "voivodeship_office")),
    ("labour", N_("Forced labour: inspection"), ("labour_regional",)),
    ("case", N_("Criminal proceedings"), ("prosecution_regional", "prosecution_district")),
    ("programme", N_("Notification to the Programme"), ("moi_thb_unit",)),
)

NO_INSTITUTION = N_("No institution of this kind is registered here.")
NO_CONTACT = N_("The institutions of this kind have no contact with a number that may be shown.")
ALL_STALE = N_("Every contact of this kind was last confirmed more than 12 months ago.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact point on the list, and whose it is."""

    institution: Listed
    reach: Reach


@dataclass(slots=True, kw_only=True)
class Step:
    """One step of the list. Broken: `first` is None and `why` says so. `others` follow if the first does not answer."""

    code: str
    title: str
    types: tuple[str, ...]
    first: Entry | None = None
    others: list[Entry] = field(default_factory=list)
    why: str = ""
    instead: Entry | None = None  # whom to call while the step is broken

    @property
    def on_duty(self) -> bool:
        return self.first is not None and self.first.reach.on_duty


@dataclass(slots=True, kw_only=True)
class CallList:
    now: datetime
    steps: list[Step]
    left_out: list[Entry]  # stale, in Polish order of the institutions
    fallback: Entry | None = None  # the national helpline, when its number may be shown

    @property
    def empty(self) -> bool:
        return all(step.first is None for step in self.steps)

    @property
    def answering(self) -> int:
        """Steps at which somebody is on duty now."""
        return sum(step.on_duty for step in self.steps)

    @property
    def weakest(self) -> Step | None:
        """The first step that is broken, else the first at which nobody is on duty now."""
        return next((step for step in self.steps if step.first is None), None) or next(
            (step for step in self.steps if not step.on_duty), None
        )


def call_list(store: Store, actor: Actor, voivodeship: str | None, now: datetime) -> CallList:
    """The list of a voivodeship, national bodies included (None: national bodies alone). Three queries."""
    kinds = {code for _, _, types in STEPS for code in types}
    today = now.astimezone(WARSAW).date().isoformat()
    lines = [
        line for line in institutions.listed(store, scope(actor, Permission.INSTITUTION_READ), voivodeship)
        if line.type in kinds and (voivodeship or line.national) and (not line.active_to or line.active_to >= today)
    ]
    found = contacts.of_institutions(store, [line.id for line in lines])
    entries = [Entry(line, reach(each, now)) for line in lines for each in found[line.id]]
    steps = [_step(code, title, types, lines, entries) for code, title, types in STEPS]
    if voivodeship is None:
        steps = [step for step in steps if step.why != NO_INSTITUTION]
    left_out = [each for each in entries if each.reach.freshness is Freshness.STALE and each.reach.number]
    left_out.sort(key=lambda each: (polish_key(each.institution.short_name), each.reach.contact.function))
    firsts = {step.code: step.first for step in steps}
    helpline = firsts.get("advice")
    for step in steps:
        # A matter for an authority goes to the one that identifies; help for the person to the helpline.
        step.instead = firsts.get("identification") if step.code in ("labour", "case") else helpline
    return CallList(now=now, steps=steps, left_out=left_out, fallback=helpline)


def _step(code: str, title: str, types: tuple[str, ...], lines: list[Listed], entries: list[Entry]) -> Step:
    own = [each for each in entries if each.institution.type in types]
    ready = sorted((each for each in own if each.reach.callable), key=lambda each: _order(each, types))
    step = Step(code=code, title=title, types=types)
    if ready:
        step.first = ready[0]
        elsewhere = [each for each in ready[1:] if each.institution.id != ready[0].institution.id]
        step.others = (elsewhere or ready[1:])[:2]
    elif not any(line.type in types for line in lines):
        step.why = NO_INSTITUTION
    elif any(each.reach.number for each in own):
        step.why = ALL_STALE
    else:
        step.why = NO_CONTACT
    return step


def _order(each: Entry, types: tuple[str, ...]) -> tuple[object, ...]:
    reached = each.reach
    return (
        not reached.on_duty,
        reached.duty.on is False,
        types.index(each.institution.type),
        reached.freshness is not Freshness.FRESH,
        polish_key(each.institution.short_name),
        reached.contact.function,
    )
