"""Many institutions at once: a voivodeship's matrix, the country by dimension, needs and offers. Pure.

No league table: rows come by what is grave, then as they were given. Means of few are not shown, and what was not
answered opens the bounds instead of being passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from coordination.surveys import exact
from coordination.surveys.benchmarks import MINIMUM
from coordination.surveys.model import Kind, Questionnaire, Response, Said
from coordination.surveys.scoring import HUNDRED, ZERO, DimensionScore, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An institution that was asked in a round; `result` is None until it has answered.

    `voivodeships` are those it acts in; a national body has all of them, and counts once in the country.
    """

    institution_id: str
    type: str
    voivodeships: tuple[str, ...]
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One dimension (or the whole) over the institutions asked in a place.

    Attributes
    ----------
    mean
        Of the `count` institutions with a score; None where these are fewer than five.
    low, high
        Bounds of the mean over everybody it concerns: who has not answered may be anywhere from 0 to 100, who has
        answered in part anywhere within their own bounds. Institutions to which nothing of it applies are left out.
        None where `mean` is, so that bounds do not tell what the mean may not.
    """

    mean: Fraction | None
    count: int
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A voivodeship, or the country. `dimensions` by id, in the order of the questionnaire."""

    asked: int
    answered: int
    whole: Cell
    dimensions: Mapping[str, Cell]

    @property
    def rate(self) -> Fraction | None:
        """The share (0..1) that answered; None where nobody was asked."""
        return Fraction(self.answered, self.asked) if self.asked else None


def by_voivodeship(
    questionnaire: Questionnaire, asked: Iterable[Asked], teryts: Sequence[str]
) -> tuple[dict[str, Place], Place]:
    """Every voivodeship in the order given, and the country, where each institution counts once.

    Time O(institutions x voivodeships they act in x dimensions).
    """
    rows = list({one.institution_id: one for one in asked}.values())
    places = {
        teryt: place(questionnaire, [one for one in rows if teryt in one.voivodeships]) for teryt in teryts
    }
    return places, place(questionnaire, rows)


def place(questionnaire: Questionnaire, asked: Sequence[Asked]) -> Place:
    """One place: the institutions asked there, each once."""
    results = [one.result for one in asked if one.result is not None]
    silent = len(asked) - len(results)
    return Place(
        asked=len(asked),
        answered=len(results),
        whole=_cell([(one.score, one.low, one.high) for one in results], silent),
        dimensions={
            dimension.id: _cell([_numbers(result.dimension(dimension.id)) for result in results], silent)
            for dimension in questionnaire.dimensions
        },
    )


Numbers = tuple[Fraction | None, Fraction | None, Fraction | None]


def _numbers(dimension: DimensionScore) -> Numbers:
    return dimension.score, dimension.low, dimension.high


def _cell(numbers: list[Numbers], silent: int) -> Cell:
    scores = [score for score, _, _ in numbers if score is not None]
    if len(scores) < MINIMUM:
        return Cell(None, len(scores), None, None)
    lows = [low for _, low, _ in numbers if low is not None]
    highs = [high for _, _, high in numbers if high is not None]
    everybody = len(lows) + silent
    return Cell(
        exact.total(scores) / len(scores),
        len(scores),
        exact.total(lows) / everybody,
        (exact.total(highs) + HUNDRED * silent) / everybody,
    )


def matrix(asked: Iterable[Asked]) -> list[Asked]:
    """Institutions that answered, critical failures first: most of them, then the weakest; then as given."""
    answered = [one for one in asked if one.result is not None]

    def gravity(one: Asked) -> tuple[int, Fraction]:
        failures = one.result.critical_failures if one.result else ()
        return -len(failures), failures[0].score or ZERO if failures else HUNDRED

    return sorted(answered, key=gravity)


def counts(questionnaire: Questionnaire, item_id: str, responses: Iterable[Response]) -> dict[str, int]:
    """How many responses chose each option of an item, in the order of its options; those none chose are 0.

    For a multiple choice one response may count in several. Needs of training are `counts(q, "ST04", …)`.

    Raises
    ------
    ValueError
        If the item has no options.
    """
    item = questionnaire.by_id[item_id]
    if item.kind not in (Kind.YPN, Kind.CHOICE, Kind.MULTICHOICE):
        raise ValueError(f"{item_id} has no options")
    found: Counter[object] = Counter()
    for response in responses:
        answer = response.said(item_id)
        if answer and answer.said is Said.VALUE:
            found.update(set(answer.value) if isinstance(answer.value, tuple) else [answer.value])
    return {option.value: found[option.value] for option in item.options}


def texts(item_id: str, responses: Iterable[Response]) -> list[tuple[str, str]]:
    """(institution id, what it wrote) for a text item, as given; offers are RS07 and blockers CO06."""
    found = []
    for response in responses:
        answer = response.said(item_id)
        if answer and answer.said is Said.VALUE and isinstance(answer.value, str) and answer.value.strip():
            found.append((response.institution_id, answer.value.strip()))
    return found


@dataclass(frozen=True, slots=True)
class AgainstTarget:
    """A dimension beside its target; `short` is what it lacks, 0 where it is reached, None without a score."""

    dimension_id: str
    score: Fraction | None
    target: Fraction

    @property
    def short(self) -> Fraction | None:
        return None if self.score is None else max(self.target - self.score, ZERO)


def against_targets(result: Result, targets: Mapping[str, Fraction]) -> tuple[AgainstTarget, ...]:
    """The dimensions that have a target for the institution's type, in the order of the questionnaire.

    Targets are of a round and a type; a dimension of which nothing applies is left out.
    """
    return tuple(
        AgainstTarget(one.id, one.score, targets[one.id])
        for one in result.dimensions
        if one.id in targets and one.low is not None
    )
