"""Example claims: pure, seeded, and varied enough that every tie state and gap state appears."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from coordination.graph.gaps import Places
from coordination.graph.model import (
    Agreement,
    Basis,
    Claim,
    ClaimSource,
    Expectation,
    Form,
    Frequency,
    Institution,
    Stance,
    Waiver,
)

SEED = 2034
# How institutions answer, by voivodeship: most do, in three too few to show a weight.
RESPONSE = {"16": 0.3, "18": 0.35, "26": 0.3, "14": 0.92, "30": 0.95}
USUAL_RESPONSE = 0.86

# What becomes of an expectation in a voivodeship; the shares add up to 100.
OUTCOMES: tuple[tuple[str, int], ...] = (
    ("covered", 56),
    ("one_sided", 11),
    ("mutual_old", 8),
    ("disputed", 7),
    ("one_sided_old", 3),
    ("denied", 2),
    ("not_applicable", 2),
    ("withdrawn", 3),
    ("silent", 8),
)
_FORMS = {
    "joint_inspections": (Form.INSPECTION, Form.JOINT_ACTION),
    "training": (Form.TRAINING,),
    "info_exchange": (Form.INFORMATION,),
    "referral": (Form.REFERRAL, Form.INFORMATION),
    "crisis_shelter": (Form.REFERRAL,),
}


@dataclass(frozen=True)
class Examples:
    claims: Sequence[Claim]
    agreements: Sequence[Agreement]
    waivers: Sequence[Waiver]


def make(
    institutions: Mapping[str, Institution],
    expectations: Sequence[Expectation],
    teryts: Sequence[str],
    today: date,
    seed: int = SEED,
) -> Examples:
    """Examples as of a day; the same seed and day give the same examples."""
    maker = _Maker(institutions, today, seed)
    place = Places(institutions.values(), teryts, today)
    for teryt in teryts:
        rng = random.Random(f"{seed}|{teryt}")
        for expected in expectations:
            a, b = place.candidates(teryt, expected.type_a), place.candidates(teryt, expected.type_b)
            maker.expectation(rng, a, b, expected.area)
    return Examples(
        sorted(maker.claims.values(), key=lambda claim: (claim.recorded_at, claim.id)),
        _agreements(institutions, today),
        _waivers(today),
    )


class _Maker:
    def __init__(self, institutions: Mapping[str, Institution], today: date, seed: int) -> None:
        self.institutions, self.today, self.seed = institutions, today, seed
        self.claims: dict[str, Claim] = {}
        self._done: set[tuple[str, str, str]] = set()
        rng = random.Random(f"{seed}|response")
        self.answers = {
            each.id: rng.random() < RESPONSE.get((each.voivodeships or ("",))[0], USUAL_RESPONSE)
            for each in sorted(institutions.values(), key=lambda each: each.id)
        }

    def expectation(self, rng: random.Random, a: Sequence[str], b: Sequence[str], area: str) -> None:
        """Let the candidates of one expectation speak so that it comes out in one of many ways."""
        outcome = rng.choices([name for name, _ in OUTCOMES], [share for _, share in OUTCOMES])[0]
        smaller, larger = (a, b) if len(a) <= len(b) else (b, a)
        pairs = []
        for one in smaller:
            others = [other for other in larger if other != one]
            if others:
                pairs.append((one, rng.choice(others)))
        # Few expectations have two institutions on their smaller side: those are often met by one of them only.
        if outcome != "covered" or (len(pairs) > 1 and rng.random() < 0.85):
            pairs = pairs[:1]
        for one, other in pairs:
            self.pair(rng, one, other, area, "mutual" if outcome == "covered" else outcome)

    def pair(self, rng: random.Random, a: str, b: str, area: str, outcome: str) -> None:
        key = (min(a, b), max(a, b), area)
        if key in self._done:
            return
        self._done.add(key)  # a pair that acts in several voivodeships is spoken of once
        if rng.random() < 0.5:
            a, b = b, a
        recent = self.today - timedelta(days=rng.randint(8, 320))
        old = self.today - timedelta(days=rng.randint(760, 1500))
        if outcome in ("mutual", "withdrawn"):
            if rng.random() < 0.25:
                self._say(rng, a, b, area, old, Stance.COOPERATES)  # history: said before, and again
            self._say(rng, a, b, area, recent, Stance.COOPERATES)
            self._say(rng, b, a, area, self._later(rng, recent), Stance.COOPERATES)
            if outcome == "withdrawn":
                self._say(rng, b, a, area, self.today - timedelta(days=3), Stance.WITHDRAWN)
        elif outcome == "mutual_old":
            self._say(rng, a, b, area, old, Stance.COOPERATES)
            self._say(rng, b, a, area, old + timedelta(days=20), Stance.COOPERATES)
        elif outcome in ("one_sided", "one_sided_old"):
            self._say(rng, a, b, area, recent if outcome == "one_sided" else old, Stance.COOPERATES)
        elif outcome == "disputed":
            self._say(rng, a, b, area, recent, Stance.COOPERATES)
            self._say(rng, b, a, area, self._later(rng, recent), Stance.DOES_NOT_COOPERATE)
        elif outcome == "denied":
            self._say(rng, a, b, area, recent, Stance.DOES_NOT_COOPERATE)
        elif outcome == "not_applicable":
            self._say(rng, a, b, area, recent, Stance.NOT_APPLICABLE)

    def _later(self, rng: random.Random, day: date) -> date:
        return min(day + timedelta(days=rng.randint(1, 60)), self.today - timedelta(days=2))

    def _say(self, rng: random.Random, who: str, whom: str, area: str, day: date, stance: Stance) -> None:
        if not self.answers[who]:
            return
        cooperates = stance is Stance.COOPERATES
        forms = _FORMS.get(area, (Form.JOINT_ACTION, Form.INFORMATION, Form.TOOK_PART))
        claim = Claim(
            id=str(uuid5(NAMESPACE_URL, f"example|{self.seed}|{who}|{whom}|{area}|{day}|{stance}")),
            claimant_id=who,
            partner_id=whom,
            area=area,
            stance=stance,
            forms=tuple(rng.sample(forms, rng.randint(1, len(forms)))) if cooperates else (),
            basis=rng.choice(list(Basis)) if cooperates else None,
            frequency=rng.choice(list(Frequency)) if cooperates else None,
            intensity=rng.randint(1, 4) if cooperates and rng.random() < 0.8 else None,
            valid_from=date(rng.randint(2014, 2022), 1, 1) if cooperates and rng.random() < 0.3 else None,
            last_activity=day - timedelta(days=rng.randint(3, 70))
            if cooperates and rng.random() < 0.8
            else None,
            stated_on=day,
            source=rng.choices(
                [ClaimSource.OWN_STATEMENT, ClaimSource.ON_BEHALF, ClaimSource.MEETING], [7, 2, 1]
            )[0],
            recorded_at=datetime(day.year, day.month, day.day, 10, rng.randint(0, 59), tzinfo=UTC),
            recorded_by="example",
            example=True,
        )
        self.claims[claim.id] = claim


def current(claims: Iterable[Claim]) -> dict[tuple[str, str, str], Claim]:
    """Of each claimant, partner and area the claim stated last."""
    found: dict[tuple[str, str, str], Claim] = {}
    for claim in claims:
        key = (claim.claimant_id, claim.partner_id, claim.area)
        if key not in found or found[key].stated_on <= claim.stated_on:
            found[key] = claim
    return found


def _agreements(institutions: Mapping[str, Institution], today: date) -> list[Agreement]:
    of = {kind: tuple(sorted(each.id for each in institutions.values() if each.type == kind))
          for kind in ("labour_regional", "bg_division", "police_regional", "police_regional_thb", "kcik",
                       "voivode_social_dept")}  # fmt: skip
    start = date(today.year - 3, 3, 1)
    return [
        Agreement(
            id="example-inspections",
            title="Porozumienie o wspólnych kontrolach legalności zatrudnienia (przykład)",
            parties=of["labour_regional"] + of["bg_division"],
            areas=("joint_inspections", "training", "info_exchange"),
            signed_on=start,
            valid_from=start,
            example=True,
        ),
        Agreement(
            id="example-referral",
            title="Porozumienie o kierowaniu do wsparcia (przykład)",
            parties=of["police_regional"] + of["kcik"],
            areas=("referral", "crisis_shelter"),
            signed_on=start,
            valid_from=start,
            valid_to=date(today.year + 1, 12, 31),
            example=True,
        ),
        Agreement(
            id="example-expired",
            title="Porozumienie o wymianie informacji, wygasłe (przykład)",
            parties=of["police_regional_thb"] + of["voivode_social_dept"],
            areas=("info_exchange",),
            signed_on=date(today.year - 6, 5, 10),
            valid_from=date(today.year - 6, 6, 1),
            valid_to=date(today.year - 1, 5, 31),
            example=True,
        ),
    ]


def _waivers(today: date) -> list[Waiver]:
    reason = "Przykład: zadanie wykonuje w województwie inna instytucja; decyzja do ponownego rozważenia po terminie."
    return [
        Waiver(
            id=f"example-{teryt}-{expectation_id}",
            expectation_id=expectation_id,
            voivodeship=teryt,
            reason=reason,
            valid_from=today - timedelta(days=60),
            valid_to=today + timedelta(days=300),
            decided_by="example",
        )
        for teryt, expectation_id in (("14", "ec-001"), ("30", "ec-002"), ("24", "ec-001"))
    ]
