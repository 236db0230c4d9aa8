"""From answers to scores: item, dimension, whole. Pure, exact, and with its arithmetic kept.

The rules are those of the questionnaire file, section `scoring`. Nothing is rounded on the way: scores are exact
fractions of 0 to 100, and `shown` makes whole numbers of them, half up, for the eye alone. Every number holds the
parts it is made of, so a page can open it down to the answers.

Three ways of not answering differ. *Not applicable* takes the item out of everything, as if it had not been asked.
*Don't know* and a *missing* answer leave the mean as it is, count as unanswered, and open the bounds: the lowest
and highest score that some way of answering the rest could give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache

from coordination.surveys import exact
from coordination.surveys.conditions import possible, shown
from coordination.surveys.model import (
    Answer,
    Band,
    Dimension,
    Item,
    Kind,
    Questionnaire,
    Response,
    Said,
)

HUNDRED = Fraction(100)
ZERO = Fraction(0)


class ItemState(StrEnum):
    SCORED = "scored"
    NOT_SCORED = "not_scored"  # answered, and never part of a score
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    MISSING = "missing"
    NOT_SHOWN = "not_shown"  # not asked so far; a missing answer may yet open it


class DimensionState(StrEnum):
    SCORED = "scored"
    INSUFFICIENT = "insufficient_data"  # too little of it is answered
    LEFT_OUT = "left_out"  # nothing of it applies


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScore:
    """One item of a response.

    Attributes
    ----------
    score
        0..100 where the state is scored, otherwise None.
    weight
        Within the dimension; 0 where the item is not scored.
    low, high
        The lowest and highest score the item can still get; both `score` where it is scored, None where it never
        counts.
    """

    item: Item
    state: ItemState
    answer: Answer | None
    score: Fraction | None
    weight: Fraction
    low: Fraction | None = None
    high: Fraction | None = None

    @property
    def points(self) -> Fraction:
        """Score times weight: what it adds to its dimension."""
        return (self.score or ZERO) * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionScore:
    """One dimension: `score` = `points` / `answered_weight`, or None.

    Attributes
    ----------
    items
        Every item that is shown or may yet be, in order, also those that are not scored.
    points
        Sum of score x weight over the scored items.
    answered_weight, applicable_weight
        Weight of the scored items; of those and the unanswered ones that are shown. Their ratio is `coverage`.
    low, high
        Bounds of the dimension once everything is answered; None where nothing of it can apply.
    weight
        In the whole, before leaving out dimensions without a score.
    """

    dimension: Dimension
    state: DimensionState
    items: tuple[ItemScore, ...]
    score: Fraction | None
    points: Fraction
    answered_weight: Fraction
    applicable_weight: Fraction
    low: Fraction | None
    high: Fraction | None

    @property
    def id(self) -> str:
        return self.dimension.id

    @property
    def weight(self) -> Fraction:
        return self.dimension.weight

    @property
    def coverage(self) -> Fraction | None:
        return self.answered_weight / self.applicable_weight if self.applicable_weight else None


@dataclass(frozen=True, kw_only=True)
class Result:
    """A response scored.

    Attributes
    ----------
    score
        `points` / `scored_weight`, or None where too few dimensions have a score.
    points, scored_weight
        Sums of score x weight and of weight over the dimensions with a score.
    low, high
        Bounds of the whole once every missing answer and every "don't know" is answered in one way or another,
        "not applicable" included. A dimension without enough answers counts in the bounds though not in the score,
        so an incomplete score may lie outside of them. Items are taken one by one, also those behind a door that may
        yet open (an answer kept behind it counts for nothing): where answers hang together, the bounds may be wider
        than anything that can be answered, never narrower.
    uncapped_band, band
        The word for the score; and the one that counts, held down by critical items where they fail.
    critical_failures
        Critical items answered below the threshold, weakest first.
    """

    questionnaire: Questionnaire
    institution_type: str
    dimensions: tuple[DimensionScore, ...]
    score: Fraction | None
    points: Fraction
    scored_weight: Fraction
    low: Fraction | None
    high: Fraction | None
    uncapped_band: Band | None
    band: Band | None
    critical_failures: tuple[ItemScore, ...]

    @property
    def capped(self) -> bool:
        return self.band is not self.uncapped_band

    @cached_property
    def items(self) -> Mapping[str, ItemScore]:
        """All items by id, those that may yet be shown included."""
        return {one.item.id: one for dimension in self.dimensions for one in dimension.items}

    def dimension(self, dimension_id: str) -> DimensionScore:
        return next(one for one in self.dimensions if one.id == dimension_id)

    def share(self, dimension: DimensionScore) -> Fraction:
        """The part (0..1) of the whole that a dimension makes, after leaving out those without a score."""
        return dimension.weight / self.scored_weight if dimension.score is not None else ZERO

    @property
    def complete(self) -> bool:
        return not self.unanswered

    @property
    def unanswered(self) -> tuple[ItemScore, ...]:
        """Items shown without an answer, not scored ones and "don't know" included."""
        open_ = (ItemState.MISSING, ItemState.UNKNOWN)
        return tuple(one for one in self.items.values() if one.state in open_)

    @property
    def gaps(self) -> tuple[ItemScore, ...]:
        most = self.questionnaire.rules.gap_at_most
        return tuple(one for one in self.items.values() if one.score is not None and one.score <= most)

    @property
    def strengths(self) -> tuple[ItemScore, ...]:
        rules = self.questionnaire.rules
        return tuple(
            one
            for one in self.items.values()
            if one.score is not None
            and one.score >= rules.strength_at_least
            and one.item.weight >= rules.strength_weight
        )


def rounded(score: Fraction) -> int:
    """A score for the eye: half up, so that 62.5 is 63. Never used in a comparison."""
    return int((2 * score + 1) // 2)


def score(questionnaire: Questionnaire, response: Response) -> Result:
    """Score a response.

    Parameters
    ----------
    questionnaire
        Of the version of the response; n items. Time O(n log n).

    Raises
    ------
    ValueError
        If an answer to a shown item is no answer to it: an unknown option, a level out of 0..4, a number out of
        range. Answers are checked when they are given, so this is never somebody's typing.
    """
    answers = {item_id: answer for item_id, answer in response.answers.items() if not answer.copied}
    there = {item.id for item in shown(questionnaire, response.institution_type, answers)}
    by_dimension: dict[str, list[ItemScore]] = defaultdict(list)
    for item in possible(questionnaire, response.institution_type, answers):
        is_shown = item.id in there
        by_dimension[item.dimension].append(_item(item, answers.get(item.id) if is_shown else None, is_shown))
    dimensions = tuple(
        _dimension(dimension, tuple(by_dimension[dimension.id]), questionnaire.rules.min_coverage)
        for dimension in questionnaire.dimensions
    )
    return whole(questionnaire, response.institution_type, dimensions)


def whole(
    questionnaire: Questionnaire, institution_type: str, dimensions: tuple[DimensionScore, ...]
) -> Result:
    """The whole of scored dimensions: the last step of `score`."""
    rules = questionnaire.rules
    scored = [one for one in dimensions if one.score is not None]
    points = exact.points([(one.score or ZERO, one.weight) for one in scored])
    weight = exact.total(one.weight for one in scored)
    overall = points / weight if weight and len(scored) >= rules.min_dimensions else None
    failures = sorted(
        (
            one
            for dimension in dimensions
            for one in dimension.items
            if one.item.critical and one.score is not None and one.score < rules.threshold
        ),
        key=lambda one: one.score or ZERO,
    )
    word = None if overall is None else band_of(rules.bands, overall)
    band = word
    if failures and word is not None:
        order = [one.id for one in rules.bands]
        if order.index(word.id) > order.index(rules.cap_band):
            band = rules.bands[order.index(rules.cap_band)]
    certain = [one for one in dimensions if one.answered_weight]
    optional = [one for one in dimensions if not one.answered_weight and one.low is not None]
    return Result(
        questionnaire=questionnaire,
        institution_type=institution_type,
        dimensions=dimensions,
        score=overall,
        points=points,
        scored_weight=weight,
        low=exact.extreme(_lows(certain), _lows(optional), -1),
        high=exact.extreme(_highs(certain), _highs(optional), 1),
        uncapped_band=word,
        band=band,
        critical_failures=tuple(failures),
    )


def _lows(dimensions: list[DimensionScore]) -> exact.Parts:
    return [(one.low or ZERO, one.weight) for one in dimensions]


def _highs(dimensions: list[DimensionScore]) -> exact.Parts:
    return [(one.high or ZERO, one.weight) for one in dimensions]


def band_of(bands: Iterable[Band], value: Fraction) -> Band:
    """The band a score falls in: from its low, included, to its high, not included."""
    for band in bands:
        if band.low <= value < band.high:
            return band
    raise ValueError(f"no band holds {value}")


def item_score(item: Item, value: object) -> Fraction:
    """The score 0..100 of a value given to a scored item.

    maturity: level / 4 x 100 · yes/partly/no, choice: of the option · number: of the band that holds its whole part
    · multiple choice: chosen / all options x 100.

    Raises
    ------
    ValueError
        If the value is no answer to the item.
    """
    if item.kind is Kind.MATURITY:
        if isinstance(value, int) and not isinstance(value, bool) and item.level(value):
            return _share(value, item.levels[-1].value)
    elif item.kind in (Kind.YPN, Kind.CHOICE):
        option = item.option(value)
        if option and option.score is not None:
            return option.score
    elif item.kind is Kind.NUMBER:
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
            for band in item.bands:
                # Rounded down: 9.7 % is still in the band up to 9.
                if band.low <= value < band.high + 1 and (item.maximum is None or value <= item.maximum):
                    return band.score
    elif item.kind is Kind.MULTICHOICE and isinstance(value, tuple):
        chosen = set(value)
        if len(chosen) == len(value) and chosen <= {option.value for option in item.options}:
            return _share(len(chosen), len(item.options))
    raise ValueError(f"{value!r} is no answer to {item.id}")


@lru_cache(maxsize=1024)
def _share(part: int, of: int) -> Fraction:
    return Fraction(100 * part, of)


def extremes(item: Item) -> tuple[Fraction, Fraction]:
    """The lowest and the highest score a scored item can get."""
    if item.kind in (Kind.YPN, Kind.CHOICE):
        scores = [option.score for option in item.options if option.score is not None]
    elif item.kind is Kind.NUMBER:
        scores = [band.score for band in item.bands]
    else:
        scores = [ZERO, HUNDRED]
    return min(scores), max(scores)


def _item(item: Item, answer: Answer | None, is_shown: bool) -> ItemScore:
    if not is_shown:
        state = ItemState.NOT_SHOWN
    elif answer is None:
        state = ItemState.MISSING
    elif answer.said is Said.NOT_APPLICABLE:
        state = ItemState.NOT_APPLICABLE
    elif answer.said is Said.UNKNOWN:
        state = ItemState.UNKNOWN
    else:
        state = ItemState.SCORED if item.scored else ItemState.NOT_SCORED
    if not item.scored:
        return ItemScore(item=item, state=state, answer=answer, score=None, weight=ZERO)
    points, low, high = None, None, None
    if state is ItemState.SCORED and answer is not None:
        points = low = high = item_score(item, answer.value)
    elif state is not ItemState.NOT_APPLICABLE:
        low, high = extremes(item)
    return ItemScore(
        item=item, state=state, answer=answer, score=points, weight=item.weight, low=low, high=high
    )


def _dimension(dimension: Dimension, items: tuple[ItemScore, ...], min_coverage: Fraction) -> DimensionScore:
    scored = [(one.score, one.weight) for one in items if one.score is not None]
    points = exact.points(scored)
    answered = exact.total(weight for _, weight in scored)
    unanswered = (ItemState.MISSING, ItemState.UNKNOWN)
    applicable = answered + exact.total(one.weight for one in items if one.weight and one.state in unanswered)
    if not applicable:
        state = DimensionState.LEFT_OUT
    elif not answered or answered < min_coverage * applicable:
        state = DimensionState.INSUFFICIENT
    else:
        state = DimensionState.SCORED
    open_ = [one for one in items if one.score is None and one.low is not None]
    if open_:
        low = exact.extreme(scored, [(one.low or ZERO, one.weight) for one in open_], -1)
        high = exact.extreme(scored, [(one.high or ZERO, one.weight) for one in open_], 1)
    else:
        low = high = points / answered if answered else None
    return DimensionScore(
        dimension=dimension,
        state=state,
        items=items,
        score=points / answered if state is DimensionState.SCORED else None,
        points=points,
        answered_weight=answered,
        applicable_weight=applicable,
        low=low,
        high=high,
    )
