"""An institution and its subordinate, field and related units: roll-up, spread and dissent, item by item. Pure.

Units answer for themselves. Each counts once, whatever its size: the questionnaire asks how a unit works, and a
mean by headcount would let the seat of the voivodeship speak for its field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from coordination.surveys.model import Dimension, Item
from coordination.surveys.scoring import ZERO, ItemState, Result

# Two levels of five, or a "yes" against a "partly": a difference of practice, not of taste.
APART = Fraction(50)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSpread:
    """One item across the units.

    Attributes
    ----------
    headquarters
        The institution's own score 0..100; None where it has none.
    scores
        (unit id, score) of the units that have one, lowest first.
    median, low, high
        Of those; `spread` is high - low.
    dissenting
        Ids of units whose score is at least `APART` away from headquarters'; empty where headquarters has none.
    others
        How many units said something else: not applicable, don't know, missing.
    """

    item: Item
    headquarters: Fraction | None
    scores: tuple[tuple[str, Fraction], ...]
    median: Fraction
    low: Fraction
    high: Fraction
    dissenting: tuple[str, ...]
    others: Mapping[ItemState, int]

    @property
    def spread(self) -> Fraction:
        return self.high - self.low

    @property
    def difference(self) -> Fraction | None:
        """Headquarters above (+) or below (-) the median unit."""
        return None if self.headquarters is None else self.headquarters - self.median


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionSpread:
    """One dimension across the units: the mean of the units that have a score, each counted once."""

    dimension: Dimension
    headquarters: Fraction | None
    scores: tuple[tuple[str, Fraction], ...]
    mean: Fraction
    median: Fraction
    low: Fraction
    high: Fraction

    @property
    def spread(self) -> Fraction:
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """`asked` units, `answered` of them; only items and dimensions that at least one unit has a score for.

    `items` come in the order of the questionnaire; `by_dissent` has those first where most units dissent, then
    those that spread widest.
    """

    asked: int
    answered: int
    score: Fraction | None  # mean of the units' whole scores
    dimensions: tuple[DimensionSpread, ...]
    items: tuple[ItemSpread, ...]

    @property
    def by_dissent(self) -> tuple[ItemSpread, ...]:
        return tuple(sorted(self.items, key=lambda one: (-len(one.dissenting), -one.spread)))


def roll_up(
    headquarters: Result | None,
    units: Mapping[str, Result],
    asked: int | None = None,
    apart: Fraction = APART,
) -> RollUp:
    """Units' results beside their parent's.

    Parameters
    ----------
    units
        Results by unit id; m of them. Types of units may differ: an item is compared among those asked it.
    asked
        How many units were asked; at least m. Default m.

    Raises
    ------
    ValueError
        If fewer were asked than answered.
    """
    asked = len(units) if asked is None else asked
    if asked < len(units):
        raise ValueError(f"{asked} units asked and {len(units)} answered")
    questionnaire = next((result.questionnaire for result in (headquarters, *units.values()) if result), None)
    wholes = [result.score for result in units.values() if result.score is not None]
    items = [
        _item(item, headquarters, units, apart) for item in (questionnaire.items if questionnaire else ())
    ]
    dimensions = [
        _dimension(one, headquarters, units) for one in (questionnaire.dimensions if questionnaire else ())
    ]
    return RollUp(
        asked=asked,
        answered=len(units),
        score=sum(wholes, ZERO) / len(wholes) if wholes else None,
        dimensions=tuple(one for one in dimensions if one),
        items=tuple(one for one in items if one),
    )


def _item(
    item: Item, headquarters: Result | None, units: Mapping[str, Result], apart: Fraction
) -> ItemSpread | None:
    found = [(unit, result.items[item.id]) for unit, result in units.items() if item.id in result.items]
    scores = sorted(((unit, one.score) for unit, one in found if one.score is not None), key=_lowest_first)
    if not scores:
        return None
    own = headquarters.items.get(item.id) if headquarters else None
    at_head = own.score if own else None
    return ItemSpread(
        item=item,
        headquarters=at_head,
        scores=tuple(scores),
        median=median(score for _, score in scores),
        low=scores[0][1],
        high=scores[-1][1],
        dissenting=tuple(
            unit for unit, score in scores if at_head is not None and abs(score - at_head) >= apart
        ),
        others=Counter(
            one.state for _, one in found if one.score is None and one.state != ItemState.NOT_SHOWN
        ),
    )


def _dimension(
    dimension: Dimension, headquarters: Result | None, units: Mapping[str, Result]
) -> DimensionSpread | None:
    found = ((unit, result.dimension(dimension.id).score) for unit, result in units.items())
    scores = sorted(((unit, score) for unit, score in found if score is not None), key=_lowest_first)
    if not scores:
        return None
    values = [score for _, score in scores]
    return DimensionSpread(
        dimension=dimension,
        headquarters=headquarters.dimension(dimension.id).score if headquarters else None,
        scores=tuple(scores),
        mean=sum(values, ZERO) / len(values),
        median=median(values),
        low=values[0],
        high=values[-1],
    )


def _lowest_first(one: tuple[str, Fraction]) -> tuple[Fraction, str]:
    return one[1], one[0]
