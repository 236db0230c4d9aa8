"""All 16 voivodeships side by side, honestly: no league table, response beside every figure, "too few" instead of a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from coordination.graph import gaps, priority
from coordination.graph.facts import World
from coordination.graph.gaps import Gap
from coordination.graph.model import GapState, InstitutionType, Level, Stance, Team, Voivodeship
from coordination.graph.ties import latest
from coordination.i18n import polish_key

ENOUGH = 0.4  # of the regional institutions must have stated something before a weight is shown

# Classes of the weight of gaps per assessed tie, 0 (all covered) to 3 (all required ties are gaps), heaviest first.
# Lower bound, inclusive, on the weight rounded to one decimal, as it is printed.
CLASSES: tuple[float, ...] = (1.6, 1.3, 1.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One voivodeship: its team, who answered, and the states of its ties of one level."""

    voivodeship: Voivodeship
    team: Team | None
    answered: int
    asked: int
    counts: Mapping[GapState, int]
    weight: float | None  # None: too few answers, or nothing could be assessed

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def enough(self) -> bool:
        return self.asked > 0 and self.answered / self.asked >= ENOUGH

    @property
    def group(self) -> int:
        """Number of the class, 0 the heaviest; 4 where no weight is shown."""
        if self.weight is None:
            return len(CLASSES)
        return next(number for number, low in enumerate(CLASSES) if self.weight >= low)


@dataclass(frozen=True, kw_only=True)
class Overview:
    rows: Sequence[Row]  # in Polish order
    answered: int  # institutions of the whole country, each once
    asked: int
    counts: Mapping[GapState, int]

    def groups(self) -> list[tuple[int, list[Row]]]:
        """Rows by class, heaviest first, in Polish order inside; empty classes are left out."""
        found = [
            (number, [row for row in self.rows if row.group == number]) for number in range(len(CLASSES) + 1)
        ]
        return [(number, rows) for number, rows in found if rows]


def overview(
    world: World,
    voivodeships: Iterable[Voivodeship],
    teams: Mapping[str, Team],
    on: date,
    level: Level = Level.REQUIRED,
) -> Overview:
    """The table of the country. Every count is that of the voivodeship's own list of gaps, so both agree.

    The weight of a voivodeship is the mean of level x state over its ties that could be assessed; pathways are
    left out, so that it stays between 0 and the weight of the level.
    """
    found = gaps.assess_country(world, on, level=level)
    spoke = {
        said.claimant_id for said in latest(world.statements, on).values() if said.stance != Stance.WITHDRAWN
    }
    active = [each for each in world.institutions.values() if each.active(on)]
    regional = [each for each in active if not each.national]
    rows = []
    for voivodeship in voivodeships:
        here = [each for each in regional if each.covers(voivodeship.teryt)]
        rows.append(
            _row(voivodeship, teams.get(voivodeship.teryt), here, spoke, found.get(voivodeship.teryt, []))
        )
    rows.sort(key=lambda row: polish_key(row.voivodeship.name_pl))
    total: Counter[GapState] = Counter()
    for row in rows:
        total.update(row.counts)
    return Overview(
        rows=rows,
        answered=sum(each.id in spoke for each in active),
        asked=len(active),
        counts=total,
    )


def _row(
    voivodeship: Voivodeship, team: Team | None, here: list, spoke: set[str], found: Sequence[Gap]
) -> Row:
    answered = sum(each.id in spoke for each in here)
    assessed = [gap for gap in found if gap.assessable]
    weights = priority.DEFAULT
    total = sum(
        weights.level[gap.expectation.level] * (weights.state.get(gap.state, 0.0) if gap.actionable else 0.0)
        for gap in assessed
    )
    enough = bool(here) and answered / len(here) >= ENOUGH and bool(assessed)
    return Row(
        voivodeship=voivodeship,
        team=team,
        answered=answered,
        asked=len(here),
        counts=Counter(gap.state for gap in found),
        weight=round(total / len(assessed), 1) if enough else None,
    )


@dataclass(frozen=True)
class Blank:
    """A blank spot of the country: a type without an institution in so many voivodeships."""

    type: InstitutionType
    without: tuple[str, ...]  # TERYT codes


def blanks(world: World, types: Mapping[str, InstitutionType], on: date) -> list[Blank]:
    """Core and extended types that the model counts on, missing in some voivodeship, most missing first."""
    wanted = {code for each in world.expectations for code in (each.type_a, each.type_b)}
    place = gaps.Places(world.institutions.values(), world.voivodeships, on)
    found = [
        Blank(kind, tuple(teryt for teryt in world.voivodeships if not place.candidates(teryt, code)))
        for code, kind in types.items()
        if code in wanted and kind.team_role in ("core", "extended", "on_demand")
    ]
    return sorted(
        (each for each in found if each.without),
        key=lambda each: (-len(each.without), each.type.team_role != "core", polish_key(each.type.name_pl)),
    )
