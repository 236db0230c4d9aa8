"""The board of a round: who stands where, who is stuck, filtered and paged. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from coordination.graph.board import Mark
from coordination.graph.responses import HANDED_IN, State
from coordination.i18n import polish_key

STAGES = tuple(State)
SIZE = 20
LONG = timedelta(days=14)  # at one stage, and worth asking about


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the address asks for; empty shows all."""

    stage: State | None = None
    type: str = ""
    bounced: bool = False
    stuck: bool = False  # longer than LONG at its stage
    sort: str = "stage"  # stage, name; with a minus, the other way


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """
    Attributes
    ----------
    stages
        How many of those that pass the filter, its stage apart, stand at each stage; their sum is `total`.
    by_type
        (answered, asked) of each institution type.
    stuck
        How many have stood longer than LONG at a stage, where there are any.
    found, shown
        How many are at the chosen stage, and the ids of one page of them.
    """

    total: int
    answered: int
    stages: Mapping[State, int]
    by_type: Mapping[str, tuple[int, int]]
    stuck: Mapping[State, int]
    bounced: int
    found: int
    shown: Sequence[str]


def lay_out(every: Iterable[Mark], asked: Filter, page: int) -> Board:
    """The board of these responses; `late` among them is from LONG on."""
    # The stages are counted before one of them is chosen, so that each count is the length of its list.
    marks = [mark for mark in every if _passes(mark, asked)]
    stages = Counter(mark.state for mark in marks)
    late = Counter(mark.state for mark in marks if mark.late)
    passing = [mark for mark in marks if asked.stage is None or mark.state is asked.stage]
    passing.sort(key=lambda mark: (polish_key(mark.name), mark.id))
    if asked.sort.removeprefix("-") == "stage":
        order = {state: number for number, state in enumerate(STAGES)}
        passing.sort(key=lambda mark: order[mark.state])
    if asked.sort.startswith("-"):
        passing.reverse()
    asked_of = Counter(mark.type for mark in marks)
    done = Counter(mark.type for mark in marks if mark.state in HANDED_IN)
    return Board(
        total=len(marks),
        answered=done.total(),
        stages={state: stages[state] for state in STAGES},
        by_type={code: (done[code], number) for code, number in asked_of.items()},
        stuck={state: late[state] for state in STAGES if late[state]},
        bounced=sum(mark.bounced for mark in marks),
        found=len(passing),
        shown=[mark.id for mark in passing[(page - 1) * SIZE : page * SIZE]],
    )


def _passes(mark: Mark, asked: Filter) -> bool:
    return (
        (not asked.type or mark.type == asked.type)
        and (not asked.bounced or mark.bounced)
        and (not asked.stuck or mark.late)
    )
