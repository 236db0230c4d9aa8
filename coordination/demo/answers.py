"""Example answers to the self-assessment: pure and seeded, with "not applicable", "don't know" and blanks among them."""

from __future__ import annotations

import random
from collections.abc import Mapping

from coordination.surveys.conditions import meant_for, shown
from coordination.surveys.model import Answer, Item, Kind, Questionnaire, Said, Value

TEXTS: Mapping[str, tuple[str, ...]] = {
    "RO06": (
        "Przykład: nie jest jasne, kto zapewnia transport osoby w nocy.",
        "Przykład: do ustalenia, kto zawiadamia konsultanta wojewódzkiego.",
    ),
    "RS07": (
        "Przykład: szkolenie z rozpoznawania oznak, dwie godziny, dla innych instytucji.",
        "Przykład: pokój do spokojnej rozmowy, do uzgodnienia z wyprzedzeniem.",
        "Przykład: wzór procedury i karty wskaźników do wykorzystania.",
        "Przykład: pomoc w ułożeniu ścieżki małoletniego.",
    ),
    "CO06": (
        "Przykład: brak aktualnych numerów poza godzinami pracy.",
        "Przykład: brak stałej osoby do kontaktu w części instytucji.",
        "Przykład: zbyt rzadkie wspólne ćwiczenia.",
    ),
}
REASON = "Przykład: zadanie wykonuje inna komórka."
EVIDENCE = "Przykład: procedura wewnętrzna, karta wskaźników."
COMMENT = "Przykład: odpowiedź uzgodniona z komórkami merytorycznymi."
# Answers that others hang on are always given: examples should show their doors open and closed.
_KEYS = frozenset({"KN04", "FU01", "RS02"})


def make(
    rng: random.Random,
    questionnaire: Questionnaire,
    institution_type: str,
    level: Mapping[str, float],
    *,
    blank: float = 0.04,
    unknown: float = 0.05,
    not_applicable: float = 0.03,
) -> dict[str, Answer]:
    """Answers of one institution, only to items it is asked.

    Parameters
    ----------
    level
        How ready it is, 0 to 1, by dimension id.
    blank, unknown, not_applicable
        Shares of items without an answer, with "don't know" and with "not applicable".
    """
    found: dict[str, Answer] = {}
    for item in meant_for(questionnaire, institution_type):
        fate = rng.random()
        if item.id not in _KEYS and fate < blank + unknown + not_applicable:
            if fate < unknown:
                found[item.id] = Answer(item_id=item.id, said=Said.UNKNOWN)
            elif fate < unknown + not_applicable:
                found[item.id] = Answer(item_id=item.id, said=Said.NOT_APPLICABLE, reason=REASON)
            continue
        value = _value(rng, item, level[item.dimension])
        if value is not None:
            noted = rng.random()
            found[item.id] = Answer(
                item_id=item.id,
                value=value,
                evidence=EVIDENCE if noted < 0.12 else "",
                comment=COMMENT if noted > 0.93 else "",
            )
    asked = {item.id for item in shown(questionnaire, institution_type, found)}
    return {item_id: answer for item_id, answer in found.items() if item_id in asked}


def _value(rng: random.Random, item: Item, level: float) -> Value | None:
    if item.kind is Kind.MATURITY:
        return item.levels[_step(rng, level, len(item.levels))].value
    if item.kind in (Kind.YPN, Kind.CHOICE):
        if not item.scored:
            return rng.choice(item.options).value
        worst_first = sorted(item.options, key=lambda option: option.score or 0)
        return worst_first[_step(rng, level, len(worst_first))].value
    if item.kind is Kind.MULTICHOICE:
        number = max(1, _step(rng, level, len(item.options) + 1)) if item.scored else rng.randint(1, 4)
        chosen = set(rng.sample(range(len(item.options)), min(number, len(item.options))))
        return tuple(option.value for place, option in enumerate(item.options) if place in chosen)
    if item.kind is Kind.NUMBER:
        if item.bands:
            worst_first = sorted(item.bands, key=lambda band: band.score)
            band = worst_first[_step(rng, level, len(worst_first))]
            return rng.randint(band.low, min(band.high, band.low + 20))
        return rng.randint(0, 8)
    texts = TEXTS.get(item.id, ())
    return rng.choice(texts) if texts and rng.random() < 0.4 else None


def _step(rng: random.Random, level: float, number: int) -> int:
    """A place among `number` steps, near the level."""
    return min(number - 1, max(0, round(rng.gauss(level * (number - 1), 0.19 * number))))
