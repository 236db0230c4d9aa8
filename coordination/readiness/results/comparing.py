"""Many institutions side by side: the matrix of a voivodeship and the country by dimension. No Flask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coordination.graph.model import Voivodeship
from coordination.i18n import polish_key
from coordination.readiness.results.service import Answers, Line
from coordination.surveys.benchmarks import MINIMUM
from coordination.surveys.model import Option
from coordination.surveys.overview import Asked, Place, by_voivodeship, counts, matrix, place, texts

OFFERS, HINDRANCES, TRAINING = "RS07", "CO06", "ST04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Institutions that answered, critical failures first; `place` has their means and the response rate."""

    answers: Answers
    rows: tuple[Line, ...]
    place: Place

    @property
    def failing(self) -> int:
        """Institutions with a critical item below the threshold."""
        return sum(bool(line.result and line.result.critical_failures) for line in self.rows)


def matrix_of(found: Answers) -> Matrix:
    """The matrix of a round within a place. Among equally grave rows the Polish order of names stays."""
    lines = {line.id: line for line in found.lines}
    return Matrix(
        answers=found,
        rows=tuple(lines[one.institution_id] for one in matrix(found.asked)),
        place=place(found.questionnaire, found.asked),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One voivodeship, or Poland (`voivodeship` None).

    `failing`: institutions with a critical item below the threshold; None where fewer than five answered.
    """

    voivodeship: Voivodeship | None
    place: Place
    failing: int | None


@dataclass(frozen=True, slots=True)
class Need:
    """How many institutions chose a kind of training; None for one to four of them."""

    option: Option
    count: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    line: Line
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """16 voivodeships in Polish order and Poland, where each institution counts once.

    Attributes
    ----------
    needs
        Kinds of training, in the order of the questionnaire; empty where fewer than five answered.
    offers
        Who offers what, by name: an offer is made to be seen.
    hindrances
        What hinders cooperation, without saying who wrote it; empty where fewer than five wrote.
    """

    answers: Answers
    rows: tuple[Row, ...]
    poland: Row
    needs: tuple[Need, ...]
    offers: tuple[Offer, ...]
    hindrances: tuple[str, ...]


def country_of(found: Answers, voivodeships: Sequence[Voivodeship]) -> Country:
    """Everything the country's page shows of one round; `voivodeships` come in Polish order."""
    asked = found.asked
    places, poland = by_voivodeship(found.questionnaire, asked, [each.teryt for each in voivodeships])
    responses = [response for response, _result in found.responses()]
    lines = {line.id: line for line in found.lines}
    there = found.questionnaire.by_id
    hindrances = texts(HINDRANCES, responses)
    offers = (Offer(lines[id], text) for id, text in texts(OFFERS, responses))
    needs: tuple[Need, ...] = ()
    if TRAINING in there and len(responses) >= MINIMUM:
        chosen = counts(found.questionnaire, TRAINING, responses)
        needs = tuple(
            Need(option, None if 0 < chosen[option.value] < MINIMUM else chosen[option.value])
            for option in there[TRAINING].options
        )
    return Country(
        answers=found,
        rows=tuple(
            Row(
                voivodeship=each,
                place=places[each.teryt],
                failing=_failing(one for one in asked if each.teryt in one.voivodeships),
            )
            for each in voivodeships
        ),
        poland=Row(voivodeship=None, place=poland, failing=_failing(asked)),
        needs=needs,
        offers=tuple(sorted(offers, key=lambda one: polish_key(one.line.name))),
        # In the order of the alphabet, so that not even the order tells who wrote what.
        hindrances=tuple(sorted({text for _id, text in hindrances}, key=polish_key))
        if len(hindrances) >= MINIMUM
        else (),
    )


def _failing(asked: Iterable[Asked]) -> int | None:
    results = [one.result for one in asked if one.result is not None]
    return sum(bool(one.critical_failures) for one in results) if len(results) >= MINIMUM else None
