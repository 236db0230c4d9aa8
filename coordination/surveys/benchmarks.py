"""Means of others, by type and level: only from five institutions up, and never by name. Pure.

A mean of few gives each of them away. What is too small is not there at all: neither its mean nor how small it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from coordination.surveys.scoring import ZERO, Result

MINIMUM = 5


class Group(NamedTuple):
    """Institutions that are compared with one another: of one type on one level."""

    type: str
    level: str


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the `count` institutions that have the score; never fewer than `MINIMUM`."""

    value: Fraction
    count: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`whole` and `dimensions` (by id) hold only what enough institutions have a score for."""

    whole: Mean | None
    dimensions: Mapping[str, Mean]

    @property
    def enough(self) -> bool:
        return self.whole is not None or bool(self.dimensions)


NOTHING = Benchmark(None, {})


def benchmarks(results: Iterable[tuple[str, Group, Result]]) -> dict[Group, Benchmark]:
    """Means by group.

    Parameters
    ----------
    results
        (institution id, group, result). Of an institution named more than once the last result counts, so that two
        responses of one never make it two.

    Returns
    -------
    Only groups with something to show. Ask with `.get(group, NOTHING)`.
    """
    last: dict[str, tuple[Group, Result]] = {}
    for institution_id, group, result in results:
        last[institution_id] = (group, result)
    wholes: dict[Group, list[Fraction]] = defaultdict(list)
    parts: dict[Group, dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    for group, result in last.values():
        if result.score is not None:
            wholes[group].append(result.score)
        for dimension in result.dimensions:
            if dimension.score is not None:
                parts[group][dimension.id].append(dimension.score)
    found: dict[Group, Benchmark] = {}
    for group in sorted({*wholes, *parts}):
        means = {name: _mean(scores) for name, scores in parts[group].items()}
        benchmark = Benchmark(
            _mean(wholes[group]), {name: mean for name, mean in means.items() if mean is not None}
        )
        if benchmark.enough:
            found[group] = benchmark
    return found


def _mean(scores: list[Fraction]) -> Mean | None:
    return Mean(sum(scores, ZERO) / len(scores), len(scores)) if len(scores) >= MINIMUM else None
