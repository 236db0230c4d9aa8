"""A questionnaire, its items, and what an institution answers: frozen dataclasses. No Flask, no store.

Texts of people are in pairs `<name>_pl`, `<name>_en`, as everywhere (`coordination.i18n.local`). Scores and weights
are exact fractions: a mean of 50 must be 50 to the rule that says "from 50", whatever the order of summing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

EVERYBODY = "all"  # the audience that holds every institution type


class Kind(StrEnum):
    """What an item asks for; the value of its answer is of the type named here."""

    MATURITY = "maturity"  # int 0..4, each level described
    YPN = "ypn"  # str: yes, partly, no
    CHOICE = "choice"  # str: one option
    MULTICHOICE = "multichoice"  # tuple[str, ...]: any number of options
    NUMBER = "number"  # int or float
    DATE = "date"  # date
    LINE = "line"  # str: a short text
    TEXT = "text"  # str: a long text
    LINK = "link"  # str: an address of evidence


SCORABLE = frozenset({Kind.MATURITY, Kind.YPN, Kind.CHOICE, Kind.MULTICHOICE, Kind.NUMBER})
WITH_OPTIONS = frozenset({Kind.YPN, Kind.CHOICE, Kind.MULTICHOICE})

Value = int | float | str | tuple[str, ...] | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to choose; `score` (0..100) is None where the item is not scored by options."""

    value: str
    label_pl: str
    label_en: str
    score: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a maturity item, with the sentence that describes it."""

    value: int
    label_pl: str
    label_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBand:
    """`score` of a number whose whole part is from `low` to `high`, both included."""

    low: int
    high: int
    score: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The item is shown where the answer to `item` is one of `any_of`, or above `gt`, or below `lt`.

    Exactly one of the three is given. Choices, levels and yes/partly/no are compared as texts; of a multiple
    choice one chosen option is enough.
    """

    item: str
    any_of: tuple[str, ...] = ()
    gt: Fraction | None = None
    lt: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. Its id is for ever: a changed meaning needs a new id.

    Attributes
    ----------
    weight
        Within its dimension; 0 for an item that is not scored.
    critical
        Below the threshold of the rules it caps the band of the whole.
    applies_to
        `all`, groups of the questionnaire and codes of institution types.
    show_if
        All conditions must hold.
    levels, options, bands
        By kind; empty for the others. The options of yes/partly/no are those of its scale.
    share_of_options
        A multiple choice is scored by the share of options chosen.
    """

    id: str
    dimension: str
    kind: Kind
    text_pl: str
    text_en: str
    hint_pl: str = ""
    hint_en: str = ""
    evidence_pl: str = ""
    evidence_en: str = ""
    weight: Fraction = Fraction(1)
    scored: bool = True
    critical: bool = False
    applies_to: tuple[str, ...] = (EVERYBODY,)
    show_if: tuple[Condition, ...] = ()
    levels: tuple[Level, ...] = ()
    options: tuple[Option, ...] = ()
    share_of_options: bool = False
    bands: tuple[ScoreBand, ...] = ()
    unit: str = ""
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    max_length: int = 0

    def option(self, value: object) -> Option | None:
        return next((option for option in self.options if option.value == value), None)

    def level(self, value: object) -> Level | None:
        return next((level for level in self.levels if level.value == value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    id: str
    weight: Fraction
    name_pl: str
    name_en: str
    basis: str = ""  # id of a source


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A word for a whole score from `low` (included) to `high` (not included)."""

    id: str
    low: Fraction
    high: Fraction
    name_pl: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The numbers of the scoring rules; the rules themselves are scoring.py.

    Attributes
    ----------
    min_coverage
        Share (0..1) of the applicable scored weight of a dimension that must be answered for it to have a score.
    min_dimensions
        Scored dimensions the whole needs.
    threshold, cap_band
        A critical item answered below the threshold caps the band of the whole at `cap_band`.
    gap_at_most, strength_at_least, strength_weight
        Flags of items: a gap scores at most, a strength at least and weighs at least so much.
    """

    min_coverage: Fraction
    min_dimensions: int
    bands: tuple[Band, ...]
    threshold: Fraction
    cap_band: str
    gap_at_most: Fraction = Fraction(25)
    strength_at_least: Fraction = Fraction(75)
    strength_weight: Fraction = Fraction(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """One version of a questionnaire. `groups` are named sets of institution types, for audiences."""

    id: str
    version: str
    title_pl: str
    title_en: str
    intro_pl: str
    intro_en: str
    privacy_pl: str
    privacy_en: str
    minutes: int
    cycle_months: int
    dimensions: tuple[Dimension, ...]
    items: tuple[Item, ...]
    groups: Mapping[str, tuple[str, ...]]
    rules: Rules
    by_id: Mapping[str, Item] = field(init=False, repr=False, compare=False)
    memo: dict[object, tuple[Item, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", MappingProxyType({item.id: item for item in self.items}))

    @property
    def major(self) -> str:
        """Results are compared over time only within one major version."""
        return self.version.partition(".")[0]

    def of_dimension(self, dimension_id: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.dimension == dimension_id)


class Said(StrEnum):
    """What an answer says. An item without any answer is missing, which is a fourth thing."""

    VALUE = "value"
    NOT_APPLICABLE = "not_applicable"  # with a reason; the item then counts nowhere
    UNKNOWN = "unknown"  # "don't know": out of the score, but somebody could find out


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one institution says to one item.

    `copied` is an answer taken over from an earlier round and not confirmed yet: it counts as missing.
    """

    item_id: str
    said: Said = Said.VALUE
    value: Value | None = None
    reason: str = ""
    evidence: str = ""
    comment: str = ""
    copied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One institution's survey: its type decides which items it is asked. Answers by item id."""

    id: str
    institution_id: str
    institution_type: str
    version: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    completed_on: date | None = None
    on_behalf: bool = False  # somebody else answered for the institution, and it says so

    def said(self, item_id: str) -> Answer | None:
        """The answer that counts, or None where it is missing or only copied."""
        answer = self.answers.get(item_id)
        return None if answer is None or answer.copied else answer
