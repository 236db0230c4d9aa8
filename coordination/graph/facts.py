"""What is known, as plain data: what analysis reads and nothing of where it was kept.

Shapes: a `World` holds n institutions, m statements and the few hundred rows of the model. Dates are `date`,
instants aware `datetime`. Nothing here is worked out; see ties.py and gaps.py for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from coordination.clock import WARSAW
from coordination.graph.model import (
    Agreement,
    Claim,
    Event,
    Expectation,
    Institution,
    InstitutionType,
    PathwayStep,
    Waiver,
)


class Statement(NamedTuple):
    """The part of a claim that decides a tie. A hundred thousand of them fit where claims would not."""

    id: str
    claimant_id: str
    partner_id: str
    area: str
    stance: str  # a value of model.Stance
    stated_on: date
    valid_from: date | None = None
    valid_to: date | None = None
    last_activity: date | None = None
    recorded_at: datetime | None = None  # None: known since ever

    @property
    def key(self) -> tuple[str, str, str]:
        """Whose word, about whom, in which area: one statement of a key counts at a time."""
        return (self.claimant_id, self.partner_id, self.area)


def statement(claim: Claim) -> Statement:
    """The statement inside a claim."""
    return Statement(
        claim.id,
        claim.claimant_id,
        claim.partner_id,
        claim.area,
        claim.stance,
        claim.stated_on,
        claim.valid_from,
        claim.valid_to,
        claim.last_activity,
        claim.recorded_at,
    )


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything the analysis of one moment needs.

    Attributes
    ----------
    institutions
        By id. Loaded ones carry what analysis, its sentences and lists need: names, type, seat, parent, coverage,
        dates. Contacts, cards and notes change without the world changing: they are not in it.
    search
        By institution id, the folded text it is found by; empty where none was stored.
    statements
        With `history`, all that were ever recorded; without, only the current one of each key, which is
        enough for every day from the last `stated_on` on, as known now.
    voivodeships, areas
        TERYT codes and area codes in their order. A world of one voivodeship names only that one and holds
        the institutions that cover it.
    version
        The count of audit entries when it was read: two worlds of one store with the same count are equal.
    """

    institutions: Mapping[str, Institution]
    statements: Sequence[Statement]
    expectations: tuple[Expectation, ...]
    voivodeships: tuple[str, ...]
    areas: tuple[str, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    events: tuple[Event, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    steps: tuple[PathwayStep, ...] = ()
    types: Mapping[str, InstitutionType] = field(default_factory=dict)
    search: Mapping[str, str] = field(default_factory=dict)
    history: bool = True
    version: int = 0
    # Results worked out from this world, which never changes; ties.py and gaps.py keep a few here.
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def last_stated(self) -> date:
        return max((said.stated_on for said in self.statements), default=date.min)

    def answers(self, on: date, known_on: date | None = None) -> bool:
        """Whether its statements are enough to tell what was so on a day, as known on a day."""
        return self.history or (known_on is None and on >= self.last_stated)

    def short_name(self, institution_id: str) -> str:
        """For sentences; the id where an institution is not in this world."""
        found = self.institutions.get(institution_id)
        return found.short_name or found.name_pl if found else institution_id


def end_of(day: date) -> datetime:
    """The first instant after a calendar day in Poland: what was recorded before it was known that day."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=WARSAW)
