"""The board of a round: who stands where, who is stuck, filtered and paged. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coordination.graph.board import Line
from coordination.graph.responses import State
from coordination.i18n import polish_key

STAGES = tuple(State)
SIZE = 20
LONG = timedelta(days=14)  # at one stage, and worth asking about
# Stages at which somebody has to do something, and who it is does not matter here.
STUCK = (State.INVITED, State.OPENED, State.IN_PROGRESS, State.TO_SIGN, State.RETURNED, State.SUBMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the address asks for; empty shows all."""

    stage: State | None = None
    type: str = ""
    bounced: bool = False
    stuck: bool = False  # longer than LONG at its stage
    sort: str = "stage"  # stage, name, last; with a minus, the other way


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
    found, lines
        What is at the chosen stage, and the page of it.
    """

    total: int
    answered: int
    stages: Mapping[State, int]
    by_type: Mapping[str, tuple[int, int]]
    stuck: Mapping[State, int]
    bounced: int
    found: int
    lines: Sequence[Line]


def lay_out(every: Iterable[Line], asked: Filter, at: datetime, page: int) -> Board:
    """The board of these responses at the moment `at`."""
    # The stages are counted before one of them is chosen, so that each count is the length of its list.
    lines = [line for line in every if _passes(line, asked, at)]
    stages = Counter(line.state for line in lines)
    late = Counter(line.state for line in lines if _long(line, at))
    passing = [line for line in lines if asked.stage is None or line.state is asked.stage]
    passing.sort(key=lambda line: (polish_key(line.name), line.id))
    name = asked.sort.removeprefix("-")
    if name != "name":
        order = {state: number for number, state in enumerate(STAGES)}
        passing.sort(key=(lambda line: order[line.state]) if name == "stage" else _last)
    if asked.sort.startswith("-"):
        passing.reverse()
    asked_of = Counter(line.type for line in lines)
    done = Counter(line.type for line in lines if line.state in (State.SUBMITTED, State.ACCEPTED))
    return Board(
        total=len(lines),
        answered=done.total(),
        stages={state: stages[state] for state in STAGES},
        by_type={code: (done[code], number) for code, number in asked_of.items()},
        stuck={state: late[state] for state in STAGES if late[state]},
        bounced=sum(line.bounced for line in lines),
        found=len(passing),
        lines=passing[(page - 1) * SIZE : page * SIZE],
    )


def _long(line: Line, at: datetime) -> bool:
    return line.state in STUCK and line.at is not None and at - line.at >= LONG


def _last(line: Line) -> float:
    return line.last.timestamp() if line.last else 0.0


def _passes(line: Line, asked: Filter, at: datetime) -> bool:
    return (
        (not asked.type or line.type == asked.type)
        and (not asked.bounced or line.bounced)
        and (not asked.stuck or _long(line, at))
    )
