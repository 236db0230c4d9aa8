"""P10: states of all expectations in all voivodeships beside the least programs that count or list, interleaved.

    python -m bench.gaps [SIZE …]

No store: worlds and ties are at hand for both sides. The limit programs know no dates, no agreements, no waivers
and keep no evidence; both are given pairs that are met, and their answers are compared with ours before anything
is timed. `count` adds up met pairs by voivodeship and expectation. `list` names the institutions of the smaller
side that no pair meets, with big whole numbers as sets.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from bench.countries import ON, country
from bench.measure import Timing, interleaved
from coordination.graph import gaps, ties
from coordination.graph.facts import World
from coordination.graph.model import Stance
from coordination.graph.ties import Tie

SIZES = (200, 2_000, 20_000)
Cell = tuple[str, str]  # voivodeship, expectation


def simple(world: World) -> World:
    """The same statements, all of them fresh and of cooperation: what the limit programs can judge too."""
    said = [
        one._replace(stance=str(Stance.COOPERATES), stated_on=ON, last_activity=None)
        for one in world.statements
    ]
    return replace(world, statements=said, memo={})


class Limits:
    """What the limit programs are given: places and classes of institutions, and met pairs."""

    def __init__(self, world: World, found: list[Tie]) -> None:
        self.world = world
        self.met = [(tie.a, tie.b, tie.area) for tie in found if tie.met]
        self.places = {
            one.id: frozenset(world.voivodeships if one.national else one.voivodeships)
            for one in world.institutions.values()
        }
        self.kinds = {one.id: one.type for one in world.institutions.values()}
        self.classes: dict[Cell, list[str]] = {}
        for one in world.institutions.values():
            for teryt in self.places[one.id]:
                self.classes.setdefault((teryt, one.type), []).append(one.id)

    def count(self) -> dict[Cell, int]:
        """Met pairs by voivodeship and expectation: O(ties + classes²)."""
        counted: dict[tuple[str, str, str, str], int] = {}
        places, kinds = self.places, self.kinds
        for a, b, area in self.met:
            for teryt in places[a] & places[b]:
                key = (teryt, area, kinds[a], kinds[b])
                counted[key] = counted.get(key, 0) + 1
        found: dict[Cell, int] = {}
        for teryt in self.world.voivodeships:
            for one in self.world.expectations:
                both = {(one.type_a, one.type_b), (one.type_b, one.type_a)}
                found[teryt, one.id] = sum(counted.get((teryt, one.area, *pair), 0) for pair in both)
        return found

    def list(self) -> dict[Cell, list[str]]:
        """The unmet of the smaller side, an institution being one bit."""
        number = {id: place for place, id in enumerate(self.kinds)}
        partners: dict[tuple[str, str], int] = {}
        for a, b, area in self.met:
            partners[a, area] = partners.get((a, area), 0) | 1 << number[b]
            partners[b, area] = partners.get((b, area), 0) | 1 << number[a]
        members = {key: sum(1 << number[id] for id in ids) for key, ids in self.classes.items()}
        found: dict[Cell, list[str]] = {}
        for teryt in self.world.voivodeships:
            for one in self.world.expectations:
                a, b = self.classes.get((teryt, one.type_a), []), self.classes.get((teryt, one.type_b), [])
                small, large = (a, one.type_b) if len(a) <= len(b) else (b, one.type_a)
                mask = members.get((teryt, large), 0)
                found[teryt, one.id] = [id for id in small if not partners.get((id, one.area), 0) & mask]
        return found


def measure(size: int, rounds: int = 9, budget: float = 60.0) -> dict[str, Timing]:
    """Times of one size, after the answers were found equal."""
    world = simple(country(size))
    found = ties.ties_of(world, ON)
    limits = Limits(world, found)

    def ours() -> dict[str, list[gaps.Gap]]:
        for key in [key for key in world.memo if key[0] == "gaps"]:
            del world.memo[key]
        return gaps.assess_country(world, ON, scope=None)

    def ours_from_statements() -> dict[str, list[gaps.Gap]]:
        world.memo.clear()
        answer = gaps.assess_country(world, ON, scope=None)
        return answer

    every = [gap for here in ours().values() for gap in here]
    assert {(gap.teryt, gap.id): gap.met_pairs for gap in every} == limits.count(), "counts differ"
    unmet = {(gap.teryt, gap.id): set(gap.unmet) for gap in every if gap.assessable}
    told = limits.list()
    assert unmet == {key: set(told[key]) for key in unmet}, "lists differ"
    return interleaved(
        {
            "count limit": limits.count,
            "list limit": limits.list,
            "ours": ours,
            "statements": ours_from_statements,
        },
        rounds,
        budget,
    )


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print(
        "| institutions | ties | ours, ms | count, ms | ours ÷ count | list, ms | ours ÷ list | with ties, ms |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    best: list[float] = []
    for size in sizes:
        times = measure(size)
        ours, counted, listed = times["ours"], times["count limit"], times["list limit"]
        best.append(ours.best)
        cells = (
            f"{size:,}", f"{size * 4:,}", f"{ours.best * 1000:.1f}", f"{counted.best * 1000:.1f}",
            f"{ours.over(counted):.1f}", f"{listed.best * 1000:.1f}", f"{ours.over(listed):.1f}",
            f"{times['statements'].best * 1000:.1f}",
        )  # fmt: skip
        print("| " + " | ".join(cells) + " |", flush=True)
    if len(best) > 1:
        print(f"growth over the last step: {best[-1] / best[-2]:.1f}")


if __name__ == "__main__":
    main()
