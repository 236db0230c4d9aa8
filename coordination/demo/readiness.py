"""Example rounds of the self-assessment: one closed, one open, with responses in every state. Pure and seeded."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from coordination.clock import WARSAW
from coordination.demo import answers as examples
from coordination.demo.claims import RESPONSE
from coordination.graph.model import Institution
from coordination.graph.responses import State
from coordination.graph.rounds import Round
from coordination.surveys.model import Answer, Questionnaire

SEED = 2034
RUNS, LEFT = 40, 20  # days since the open round opened, and until it closes
AGAIN = 365

# National bodies that are asked beside everybody who acts in a voivodeship.
NATIONAL_TYPES = frozenset({"kcik", "ngo_national", "police_hq", "bg_hq", "labour_hq", "intl_org"})
TARGETS = {"KN": 60, "RO": 70, "ID": 75, "SR": 75, "ST": 60, "RS": 60, "CO": 65, "FU": 60}
# What becomes of a response in the open round; the shares add up to 100.
FATES: tuple[tuple[State, int], ...] = (
    (State.INVITED, 8),
    (State.OPENED, 4),
    (State.IN_PROGRESS, 9),
    (State.TO_SIGN, 4),
    (State.SUBMITTED, 22),
    (State.RETURNED, 6),
    (State.ACCEPTED, 47),
)
ANSWERED_BEFORE = 0.9
# Of the institutions people meet first in the examples, what is told of them stays the same.
FIXED: Mapping[str, State] = {
    "ksp": State.IN_PROGRESS,
    "oip-warszawa": State.SUBMITTED,
    "wcpr": State.RETURNED,
    "uw-mazowieckie": State.ACCEPTED,
    "kwp-radom": State.ACCEPTED,
    "sg-nadwislanski": State.ACCEPTED,
    "sg-psg-lodz": State.ACCEPTED,
    "sg-psg-bydgoszcz": State.SUBMITTED,
    "kgp": State.ACCEPTED,
    "kcik": State.ACCEPTED,
    "mcps": State.TO_SIGN,
    "um-warszawa": State.OPENED,
    "wup-warszawa": State.INVITED,
}
# Units that see it otherwise than their headquarters: field posts of one division.
LEVELS = {"sg-nadwislanski": 0.85, "sg-psg-lodz": 0.25, "sg-psg-bydgoszcz": 0.5, "kcik": 0.93, "ksp": 0.5}

SIGNED = "zastępca kierującego instytucją (przykład)"
SAVED = "punkt kontaktowy (przykład)"
ON_BEHALF = "konsultant wojewódzki (przykład)"
RETURN_NOTE = "Przykład: dwie odpowiedzi wymagają uzupełnienia."
COMMENTS = {
    "ID01": "Przykład: warto wskazać, od kiedy obowiązuje procedura.",
    "SR01": "Przykład: brakuje informacji, dokąd kierowana jest osoba.",
}
NOTES = (
    "Przykład: runda zakończona, odpowiedzi są zmyślone.",
    "Przykład: runda w toku, odpowiedzi są zmyślone.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One response: where it stands, when it moved, and its answers."""

    id: str
    institution: Institution
    state: State
    answers: Mapping[str, Answer]
    invited_at: datetime
    opened_at: datetime | None = None
    saved_at: datetime | None = None
    moved_at: datetime | None = None  # handed in, or asked to be signed
    decided_at: datetime | None = None  # accepted or returned
    on_behalf: bool = False
    reminders: int = 0

    @property
    def handed_in(self) -> bool:
        return self.state in (State.SUBMITTED, State.RETURNED, State.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A round and what its institutions did."""

    round: Round
    closed: bool
    given: tuple[Given, ...]


def key(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "|".join(("example", "readiness", *parts))))


def make(
    institutions: Mapping[str, Institution],
    questionnaire: Questionnaire,
    questionnaire_id: str,
    today: date,
    seed: int = SEED,
) -> tuple[Held, Held]:
    """The closed round and the open one, as of a day; the same seed and day give the same examples."""
    audience = [
        each
        for each in sorted(institutions.values(), key=lambda each: each.id)
        if each.active(today) and (not each.national or each.type in NATIONAL_TYPES)
    ]
    closes = today + timedelta(days=LEFT)
    return (
        _held(
            audience, questionnaire, questionnaire_id, closes - timedelta(days=AGAIN), closes.year - 1, True, seed
        ),
        _held(audience, questionnaire, questionnaire_id, closes, closes.year, False, seed),
    )


def _held(
    audience: list[Institution],
    questionnaire: Questionnaire,
    questionnaire_id: str,
    closes: date,
    year: int,
    closed: bool,
    seed: int,
) -> Held:
    opens = closes - timedelta(days=RUNS + LEFT)
    held = Round(
        id=key("round", str(year)),
        title=f"Samoocena {year} (przykład)",
        voivodeship="",
        state="draft",
        version=1,
        opens_on=opens,
        closes_on=closes,
        questionnaire_id=questionnaire_id,
        targets={kind: TARGETS for kind in sorted({each.type for each in audience})},
        note=NOTES[0 if closed else 1],
        example=True,
    )
    given = tuple(_given(each, questionnaire, held, closed, seed) for each in audience)
    return Held(round=held, closed=closed, given=given)


def _given(each: Institution, questionnaire: Questionnaire, held: Round, closed: bool, seed: int) -> Given:
    steady = random.Random(f"{seed}|readiness|{each.id}")  # the same in every round
    rng = random.Random(f"{seed}|readiness|{each.id}|{'before' if closed else 'now'}")
    state = _state(rng, each, closed)
    base = steady.betavariate(3.2, 2.4)
    base = LEVELS.get(each.id, base) - (0.08 if closed else 0.0)
    spread = 0.06 if each.id in LEVELS else 0.16
    level = {
        dimension.id: min(1.0, max(0.0, base + steady.gauss(0, spread) + rng.gauss(0, 0.05)))
        for dimension in questionnaire.dimensions
    }
    answered = state not in (State.INVITED, State.OPENED)
    thin = steady.random() < 0.08  # some leave so much out that dimensions stay without a score
    found: dict[str, Answer] = {}
    if answered:
        found = examples.make(rng, questionnaire, each.type, level, blank=0.45 if thin else 0.03)
    if state is State.IN_PROGRESS:
        order = [dimension.id for dimension in questionnaire.dimensions]
        done = order[: 2 if each.id == "ksp" else rng.randint(1, 5)]
        found = {name: answer for name, answer in found.items() if questionnaire.by_id[name].dimension in done}
    invited = _at(held.opens_on, rng)
    opened = invited + timedelta(days=rng.randint(1, 6), minutes=rng.randint(0, 300))
    saved = opened + timedelta(days=rng.randint(1, 12), minutes=rng.randint(0, 300))
    moved = saved + timedelta(days=rng.randint(0, 6), minutes=rng.randint(20, 300))
    handed_in = state in (State.SUBMITTED, State.RETURNED, State.ACCEPTED)
    return Given(
        id=key("response", held.id, each.id),
        institution=each,
        state=state,
        answers=found,
        invited_at=invited,
        opened_at=None if state is State.INVITED else opened,
        saved_at=saved if answered else None,
        moved_at=moved if handed_in or state is State.TO_SIGN else None,
        decided_at=moved + timedelta(days=rng.randint(1, 9))
        if state in (State.RETURNED, State.ACCEPTED)
        else None,
        on_behalf=handed_in and each.id not in FIXED and rng.random() < 0.06,
        reminders=rng.randint(1, 2) if not answered and not closed else 0,
    )


def _state(rng: random.Random, each: Institution, closed: bool) -> State:
    if closed:
        share = RESPONSE.get((each.voivodeships or ("",))[0], ANSWERED_BEFORE)
        return State.ACCEPTED if each.id in FIXED or rng.random() < share else State.INVITED
    drawn = rng.choices([state for state, _ in FATES], [share for _, share in FATES])[0]
    if each.id in FIXED:
        return FIXED[each.id]
    silent = rng.random() > RESPONSE.get((each.voivodeships or ("",))[0], 1.0)
    return State.INVITED if silent else drawn


def _at(day: date, rng: random.Random) -> datetime:
    return datetime.combine(day, time(9, rng.randint(0, 59)), WARSAW)
