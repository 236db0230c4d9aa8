"""Which gap first: points whose every part has a name, so that a page can open the arithmetic. Pure.

points = level x state + per pathway x pathways that break here. The weights are a proposal of the model and
adjustable; no one may read the points as a legal norm or as a mark given to an institution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from coordination.graph.gaps import Gap
from coordination.graph.model import GapState, Level, PathwayStep


@dataclass(frozen=True, slots=True)
class Weights:
    """What the points are made of; a page keeps changed ones in its address."""

    level: Mapping[Level, float] = field(
        default_factory=lambda: {Level.REQUIRED: 3.0, Level.RECOMMENDED: 1.0, Level.OPTIONAL: 0.0}
    )
    state: Mapping[GapState, float] = field(
        default_factory=lambda: {
            GapState.GAP: 1.0,
            GapState.DISPUTED: 0.8,
            GapState.UNCONFIRMED: 0.6,
            GapState.STALE: 0.5,
            GapState.PARTIAL: 0.4,
        }
    )
    pathway: float = 0.5


DEFAULT = Weights()


class Priority(NamedTuple):
    """The points of one gap and their parts: `level_weight` x `state_factor` + `pathway_weight` x pathways.

    `broken` holds the steps at which referral pathways break, in order; a pathway counts once however many
    of its steps break here.
    """

    points: float
    level_weight: float
    state_factor: float
    pathway_weight: float
    broken: tuple[PathwayStep, ...] = ()

    @property
    def pathways(self) -> tuple[str, ...]:
        """Ids of the pathways that break, each once, in order."""
        return tuple(dict.fromkeys(step.pathway_id for step in self.broken))

    @property
    def base(self) -> float:
        return self.level_weight * self.state_factor


class Ranked(NamedTuple):
    gap: Gap
    priority: Priority


class Pathways:
    """Which steps of referral pathways rest on an expectation.

    A step rests on the expectation of its area between its role and one of its partners, whoever initiates.
    """

    def __init__(self, steps: Iterable[PathwayStep]) -> None:
        self._steps: dict[tuple[str, frozenset[str]], list[PathwayStep]] = {}
        for step in sorted(steps, key=lambda s: (s.pathway_id, s.step_no)):
            for partner in dict.fromkeys(step.partner_types):
                self._steps.setdefault((step.area, frozenset((step.role_type, partner))), []).append(step)

    def of(self, gap: Gap) -> tuple[PathwayStep, ...]:
        expected = gap.expectation
        return tuple(self._steps.get((expected.area, frozenset((expected.type_a, expected.type_b))), ()))


def priority(gap: Gap, pathways: Pathways, weights: Weights = DEFAULT) -> Priority:
    """The points of a gap. A state nothing is to be done about has none, and breaks no pathway."""
    broken = pathways.of(gap) if gap.actionable else ()
    level = weights.level.get(gap.expectation.level, 0.0)
    factor = weights.state.get(gap.state, 0.0) if gap.actionable else 0.0
    count = len({step.pathway_id for step in broken})
    # Rounded: 3 x 0.6 + 0.5 is 2.3 to every reader, and equal points must compare as equal.
    points = round(level * factor + weights.pathway * count, 6)
    return Priority(points, level, factor, weights.pathway, broken)


def rank(
    gaps: Iterable[Gap],
    steps: Iterable[PathwayStep] = (),
    areas: Sequence[str] = (),
    weights: Weights = DEFAULT,
) -> list[Ranked]:
    """Gaps with their points: most points first, then level, place of the area, expectation, place."""
    pathways = Pathways(steps)
    position = {code: number for number, code in enumerate(areas)}
    levels = {level: number for number, level in enumerate(Level)}

    def order(ranked: Ranked) -> tuple[float, int, int, str, str]:
        expected = ranked.gap.expectation
        return (
            -ranked.priority.points,
            levels[expected.level],
            position.get(expected.area, len(position)),
            expected.id,
            ranked.gap.teryt,
        )

    return sorted((Ranked(gap, priority(gap, pathways, weights)) for gap in gaps), key=order)


def weight(ranked: Iterable[Ranked]) -> tuple[float, int]:
    """(sum of the points of counted gaps, number of counted expectations that could be assessed)."""
    total, assessed = 0.0, 0
    for gap, points in ranked:
        if gap.counted and gap.assessable:
            total += points.points
            assessed += 1
    return round(total, 6), assessed
