"""One institution's result as pages show it: a bar per dimension, answers in words, the first steps. No Flask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from coordination.i18n import Translator, local, short_date
from coordination.surveys.advice import Step, first_steps, would_gain
from coordination.surveys.benchmarks import NOTHING, Benchmark, Mean
from coordination.surveys.change import Change, DimensionChange
from coordination.surveys.model import Answer, Band, Item, Kind, Said
from coordination.surveys.scoring import DimensionScore, ItemScore, Result, band_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A dimension beside what it is measured by. `band` is the word of its score; critical items cap the whole alone.

    `others` is the mean of at least five other institutions; `change` compares items common with the earlier round.
    """

    scored: DimensionScore
    band: Band | None
    target: Fraction | None = None
    others: Mean | None = None
    change: DimensionChange | None = None

    @property
    def open(self) -> bool:
        """Whether what is not answered could still move the score."""
        return self.scored.low != self.scored.high


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedHelper:
    """An institution that is strong at an item and has offered to share what it has; its score is not told."""

    institution_id: str
    name: str
    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """One of the first steps: the action in words, how it shows, what the whole would gain, who can help."""

    step: Step
    told: str
    hints: tuple[str, ...]
    gain: Fraction | None
    helpers: tuple[NamedHelper, ...] = ()

    @property
    def item(self) -> Item:
        return self.step.item


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the macros of result_parts.html draw. `said` is the answer in words by item id."""

    result: Result
    bars: tuple[Bar, ...]
    said: Mapping[str, str]
    steps: tuple[FirstStep, ...]
    others: Mean | None = None
    change: Change | None = None

    @property
    def open(self) -> bool:
        return self.result.low != self.result.high

    @property
    def left_out(self) -> tuple[Bar, ...]:
        """Dimensions of which nothing applies, or for which too little was answered."""
        return tuple(bar for bar in self.bars if bar.scored.score is None)


def sheet(
    result: Result,
    tr: Translator,
    *,
    targets: Mapping[str, Fraction] | None = None,
    others: Benchmark = NOTHING,
    change: Change | None = None,
    helpers: Mapping[str, Sequence[NamedHelper]] | None = None,
) -> Sheet:
    """Gather what a page shows of a result.

    Parameters
    ----------
    targets
        Score 0..100 by dimension id, of the round and the institution's type.
    others
        Means of institutions of the same type and level.
    helpers
        Who can help, by item id.
    """
    bands = result.questionnaire.rules.bands
    changed = {one.dimension.id: one for one in change.dimensions} if change else {}
    return Sheet(
        result=result,
        bars=tuple(
            Bar(
                scored=one,
                band=None if one.score is None else band_of(bands, one.score),
                target=(targets or {}).get(one.id),
                others=others.dimensions.get(one.id),
                change=changed.get(one.id),
            )
            for one in result.dimensions
        ),
        said={one.item.id: said(one, tr) for one in result.items.values()},
        steps=tuple(
            FirstStep(
                step=step,
                told=step.told(tr),
                hints=step.hints(tr),
                gain=would_gain(result, step),
                helpers=tuple((helpers or {}).get(step.item.id, ())),
            )
            for step in first_steps(result)
        ),
        others=others.whole,
        change=change,
    )


def said(one: ItemScore, tr: Translator) -> str:
    """The answer of an item in words; "" where there is none with a value."""
    return words(one.item, one.answer, tr.lang) if one.answer else ""


def words(item: Item, answer: Answer, lang: str) -> str:
    """The value of an answer as people read it; "" for "not applicable" and "don't know", which say so themselves."""
    value = answer.value
    if answer.said is not Said.VALUE or value is None:
        return ""
    if item.kind is Kind.MATURITY:
        level = item.level(value)
        return f"{value} – {local(level, 'label', lang)}" if level else str(value)
    if isinstance(value, tuple):
        return ", ".join(_option(item, one, lang) for one in value)
    if isinstance(value, date):
        return short_date(value)
    if item.kind is Kind.NUMBER:
        shown = str(value).replace(".", ",") if lang == "pl" else str(value)
        unit = _unit(item, lang)
        return f"{shown}\u00a0%" if unit == "%" else f"{unit}: {shown}" if unit else shown
    return _option(item, value, lang)


def _unit(item: Item, lang: str) -> str:
    polish, _, english = item.unit.partition("/")
    return english or polish if lang == "en" else polish


def _option(item: Item, value: object, lang: str) -> str:
    option = item.option(value)
    return local(option, "label", lang) if option else str(value)


def targets_of(targets: Mapping[str, Mapping[str, float]], institution_type: str) -> dict[str, Fraction]:
    """The targets of a round for one institution type, exact."""
    return {name: Fraction(str(value)) for name, value in targets.get(institution_type, {}).items()}


def critical_items(failures: Iterable[ItemScore]) -> str:
    """Ids of critical items, for a sentence."""
    return ", ".join(one.item.id for one in failures)
