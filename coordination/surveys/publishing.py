"""What keeps a draft from being published: every fault is a sentence that says where it is and what to do.

A published questionnaire is frozen and asked of hundreds of institutions, so all faults are found at once, before.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from coordination.i18n import N_, Translator
from coordination.surveys.conditions import applies
from coordination.surveys.model import (
    EVERYBODY,
    SCORABLE,
    Condition,
    Item,
    Kind,
    Questionnaire,
)

ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
LEVELS = (0, 1, 2, 3, 4)

NO_ITEMS = N_("The questionnaire has no items: add at least one.")
NO_VERSION = N_("The questionnaire has no version: give one like 1.0.0.")
BAD_ID = N_("%(where)s: the id may hold letters, digits and _ only, and begins with a letter: change it.")
TWICE = N_("%(where)s: this id is used more than once: give each item and dimension its own.")
NO_TEXT_PL = N_("%(where)s: the Polish text is missing (%(what)s): write it.")
NO_TEXT_EN = N_("%(where)s: the English text is missing (%(what)s): write it.")
NO_DIMENSION = N_("%(where)s: there is no dimension %(what)s: choose one of: %(known)s.")
WEIGHTS = N_("The weights of the dimensions add up to %(what)s: they must add up to 100.")
WEIGHT = N_("%(where)s: the weight must be above 0 for what is scored, and 0 for what is not.")
EMPTY_DIMENSION = N_("%(where)s: the dimension has no scored item: add one or remove the dimension.")
CRITICAL = N_("%(where)s: a critical item must be scored: score it or take the mark away.")
UNSCORABLE = N_("%(where)s: an item of this kind cannot be scored: mark it as not scored.")
AUDIENCE = N_("%(where)s: %(what)s is neither a group nor a type of institution: correct the audience.")
NOBODY = N_("%(where)s: the audience is empty: name at least one group or type of institution.")
GROUP_TYPE = N_("Group %(where)s: there is no type of institution %(what)s: correct the group.")
GROUP_NAME = N_("Group %(where)s: a group may not be named as a type of institution is: rename it.")
GROUP_EMPTY = N_("Group %(where)s: it holds no type of institution: add one or remove the group.")
LEVEL = N_("%(where)s: the levels must be 0, 1, 2, 3, 4 in this order, each once: correct them.")
FEW_OPTIONS = N_("%(where)s: at least two options are needed: add them.")
OPTION_TWICE = N_("%(where)s: option %(what)s stands there more than once: give each its own value.")
OPTION_VALUE = N_("%(where)s: option values may hold letters, digits, _, + and - only: change %(what)s.")
OPTION_SCORE = N_("%(where)s: option %(what)s needs a score from 0 to 100.")
SHARE = N_(
    "%(where)s: a multiple choice is scored by the share of options chosen: set this or do not score it."
)
RANGE = N_("%(where)s: the smallest number allowed must be below the greatest: correct the range.")
NO_BANDS = N_("%(where)s: a scored number needs score bands: add them or do not score it.")
TILE = N_(
    "%(where)s: the score bands must cover %(low)s to %(high)s without holes or overlaps; see %(what)s."
)
BAND_SCORE = N_("%(where)s: every score band needs a score from 0 to 100.")
NO_GATE = N_("%(where)s: the condition names %(what)s, and there is no such item: correct the condition.")
CYCLE = N_("%(where)s: the conditions go round in a circle (%(what)s): break it.")
FORWARD = N_("%(where)s: the condition looks ahead to %(what)s, which is asked later: move one of them.")
ONE_TEST = N_("%(where)s: the condition on %(what)s must say exactly one thing: one of, above, or below.")
NEVER = N_("%(where)s: the condition on %(what)s can never hold, so nobody is ever asked: correct it.")
UNREACHABLE = N_(
    "%(where)s: for %(types)s the item is never shown, because %(what)s is not asked of them: "
    "widen the audience of %(what)s or narrow this one."
)
RESULT_BANDS = N_("The bands of the result must cover 0 to 100 without holes or overlaps; see %(what)s.")
CAP = N_(
    "The band a weak critical item caps the result at (%(what)s) is not among the bands: choose one of them."
)
COVERAGE = N_("The share of a dimension that must be answered is %(what)s: it must be above 0 and at most 1.")
TOO_FEW = N_(
    "For %(types)s there are fewer than %(what)s dimensions with scored items, so they would never have a result: "
    "widen the audience of some items."
)
NAMES = {
    "title": N_("title"),
    "intro": N_("introduction"),
    "privacy": N_("privacy notice"),
    "name": N_("name"),
    "text": N_("question"),
    "hint": N_("hint"),
    "evidence": N_("evidence"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and where: `where` is an item, dimension or group id, or empty for the whole.

    `parts` are words to be translated (msgids); they stand in the sentence as `what`.
    """

    message: str
    where: str = ""
    values: dict[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = ()

    def told(self, tr: Translator) -> str:
        values = (
            {**self.values, "what": ", ".join(tr._(part) for part in self.parts)}
            if self.parts
            else self.values
        )
        return tr._(self.message, where=self.where, **values)


def faults(questionnaire: Questionnaire, types: Collection[str]) -> list[Fault]:
    """Everything that keeps a draft from being published; none for one that may be.

    Parameters
    ----------
    types
        Codes of all institution types there are, k of them. Time O(items x k).
    """
    return [
        *_whole(questionnaire),
        *_groups(questionnaire, types),
        *(fault for item in questionnaire.items for fault in _item(questionnaire, item, types)),
        *_circles(questionnaire),
        *_reach(questionnaire, sorted(types)),
    ]


def _whole(q: Questionnaire) -> Iterator[Fault]:
    if not q.version:
        yield Fault(NO_VERSION)
    for name in ("title", "intro", "privacy"):
        yield from _texts(q, name, q.id)
    if not q.items:
        yield Fault(NO_ITEMS)
    uses = Counter([item.id for item in q.items])
    uses.update(dimension.id for dimension in q.dimensions)
    for one, number in uses.items():
        if number > 1:
            yield Fault(TWICE, one)
        if not ID.fullmatch(one):
            yield Fault(BAD_ID, one)
    for dimension in q.dimensions:
        yield from _texts(dimension, "name", dimension.id)
        if dimension.weight <= 0:
            yield Fault(WEIGHT, dimension.id)
        if not any(item.scored for item in q.of_dimension(dimension.id)):
            yield Fault(EMPTY_DIMENSION, dimension.id)
    total = sum(dimension.weight for dimension in q.dimensions)
    if total != 100:
        yield Fault(WEIGHTS, values={"what": str(total)})
    rules = q.rules
    for band in rules.bands:
        yield from _texts(band, "name", band.id)
    steps = [(band.low, band.high) for band in rules.bands]
    tiled = bool(steps) and steps[0][0] == 0 and steps[-1][1] > 100 and all(low < high for low, high in steps)
    if not tiled or any(one[1] != next_[0] for one, next_ in itertools.pairwise(steps)):
        yield Fault(RESULT_BANDS, values={"what": ", ".join(f"{low}–{high}" for low, high in steps)})
    if rules.cap_band not in {band.id for band in rules.bands}:
        yield Fault(CAP, values={"what": rules.cap_band})
    if not 0 < rules.min_coverage <= 1:
        yield Fault(COVERAGE, values={"what": str(rules.min_coverage)})


def _groups(q: Questionnaire, types: Collection[str]) -> Iterator[Fault]:
    for name, members in q.groups.items():
        if name in types or name == EVERYBODY:
            yield Fault(GROUP_NAME, name)
        if not members:
            yield Fault(GROUP_EMPTY, name)
        for code in members:
            if code not in types:
                yield Fault(GROUP_TYPE, name, {"what": code})


def _texts(thing: object, name: str, where: str, what: str = "") -> Iterator[Fault]:
    """Faults for a text that is missing in a language; `what` names it where its own name would not tell."""
    for lang, message in (("pl", NO_TEXT_PL), ("en", NO_TEXT_EN)):
        if not str(getattr(thing, f"{name}_{lang}")).strip():
            yield Fault(message, where, {"what": what}, () if what else (NAMES[name],))


def _item(q: Questionnaire, item: Item, types: Collection[str]) -> Iterator[Fault]:
    for name in ("text", "hint", "evidence"):
        # A hint or a note on evidence may be left out, but not in one language only.
        if name == "text" or getattr(item, f"{name}_pl") or getattr(item, f"{name}_en"):
            yield from _texts(item, name, item.id)
    known = [dimension.id for dimension in q.dimensions]
    if item.dimension not in known:
        yield Fault(NO_DIMENSION, item.id, {"what": item.dimension, "known": ", ".join(known)})
    if item.scored and item.kind not in SCORABLE:
        yield Fault(UNSCORABLE, item.id)
    if item.weight < 0 or item.scored != (item.weight > 0):
        yield Fault(WEIGHT, item.id)
    if item.critical and not item.scored:
        yield Fault(CRITICAL, item.id)
    if not item.applies_to:
        yield Fault(NOBODY, item.id)
    for audience in item.applies_to:
        if audience != EVERYBODY and audience not in q.groups and audience not in types:
            yield Fault(AUDIENCE, item.id, {"what": audience})
    if item.kind is Kind.MATURITY:
        if tuple(level.value for level in item.levels) != LEVELS:
            yield Fault(LEVEL, item.id)
        for level in item.levels:
            yield from _texts(level, "label", item.id, str(level.value))
    elif item.kind is Kind.NUMBER:
        yield from _number(item)
    elif item.kind in (Kind.YPN, Kind.CHOICE, Kind.MULTICHOICE):
        yield from _options(item)


def _options(item: Item) -> Iterator[Fault]:
    if len(item.options) < 2:
        yield Fault(FEW_OPTIONS, item.id)
    for value, number in Counter(option.value for option in item.options).items():
        if number > 1:
            yield Fault(OPTION_TWICE, item.id, {"what": value})
        if not re.fullmatch(r"[A-Za-z0-9_+-]{1,64}", value):
            yield Fault(OPTION_VALUE, item.id, {"what": value or "–"})
    for option in item.options:
        yield from _texts(option, "label", item.id, option.value)
        wanted = item.scored and item.kind is not Kind.MULTICHOICE
        if wanted and (option.score is None or not 0 <= option.score <= 100):
            yield Fault(OPTION_SCORE, item.id, {"what": option.value})
    if item.kind is Kind.MULTICHOICE and item.scored and not item.share_of_options:
        yield Fault(SHARE, item.id)


def _number(item: Item) -> Iterator[Fault]:
    low, high, bands = item.minimum, item.maximum, item.bands
    if low is not None and high is not None and low >= high:
        yield Fault(RANGE, item.id)
    if not item.scored:
        return
    if not bands:
        yield Fault(NO_BANDS, item.id)
        return
    whole = bands[0].low == low and bands[-1].high == high and all(b.low <= b.high for b in bands)
    if not whole or any(b.low != a.high + 1 for a, b in itertools.pairwise(bands)):
        shown = ", ".join(f"{band.low}–{band.high}" for band in bands)
        yield Fault(TILE, item.id, {"low": _of(low), "high": _of(high), "what": shown})
    if any(not 0 <= band.score <= 100 for band in bands):
        yield Fault(BAND_SCORE, item.id)


def _of(number: object) -> str:
    return "?" if number is None else str(number)


# --- conditions


def _circles(q: Questionnaire) -> Iterator[Fault]:
    """Unknown items, circles (each told once), looks ahead, and conditions that can never hold."""
    place = {item.id: number for number, item in reversed(list(enumerate(q.items)))}
    gates = {item.id: [condition.item for condition in item.show_if] for item in q.items}
    told: set[str] = set()
    for item in q.items:
        circle = _circle(item.id, gates)
        if circle and item.id not in told:
            told.update(circle)
            yield Fault(CYCLE, item.id, {"what": " → ".join([*circle, circle[0]])})
        for condition in item.show_if:
            gate = q.by_id.get(condition.item)
            if gate is None:
                yield Fault(NO_GATE, item.id, {"what": condition.item})
                continue
            if place[gate.id] >= place[item.id] and not circle:
                yield Fault(FORWARD, item.id, {"what": gate.id})
            if (bool(condition.any_of) + (condition.gt is not None) + (condition.lt is not None)) != 1:
                yield Fault(ONE_TEST, item.id, {"what": gate.id})
        for gate_id in dict.fromkeys(gates[item.id]):
            gate = q.by_id.get(gate_id)
            if gate and not _can_hold(gate, [c for c in item.show_if if c.item == gate_id]):
                yield Fault(NEVER, item.id, {"what": gate_id})


def _circle(start: str, gates: dict[str, list[str]]) -> list[str]:
    """Ids from an item through conditions back to itself, or none."""
    paths = [[start]]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for gate in gates.get(path[-1], ()):
            if gate == start:
                return path
            if gate not in seen:
                seen.add(gate)
                paths.append([*path, gate])
    return []


def _can_hold(gate: Item, conditions: list[Condition]) -> bool:
    """Whether one answer to the gate can satisfy all these conditions on it at once."""
    if gate.kind is Kind.MULTICHOICE:
        # Several options may be chosen, so each condition is on its own.
        values = {option.value for option in gate.options}
        return all(values & set(condition.any_of) for condition in conditions)
    if gate.kind is Kind.NUMBER or (gate.kind is Kind.MATURITY and not any(c.any_of for c in conditions)):
        low, high = (gate.minimum, gate.maximum) if gate.kind is Kind.NUMBER else (LEVELS[0], LEVELS[-1])
        above = [c.gt for c in conditions if c.gt is not None]
        below = [c.lt for c in conditions if c.lt is not None]
        if any(c.any_of for c in conditions):
            return False  # a number is compared as a number
        floor, ceiling = max(above, default=None), min(below, default=None)
        return not (
            (floor is not None and high is not None and floor >= high)
            or (ceiling is not None and low is not None and ceiling <= low)
            or (floor is not None and ceiling is not None and floor >= ceiling)
        )
    values = {option.value for option in gate.options} | {str(level.value) for level in gate.levels}
    for condition in conditions:
        if gate.kind is Kind.MATURITY and not condition.any_of:
            values = {v for v in values if condition.gt is None or int(v) > condition.gt}
            values = {v for v in values if condition.lt is None or int(v) < condition.lt}
        else:
            values &= set(condition.any_of)
    return bool(values)


def _reach(q: Questionnaire, types: list[str]) -> Iterator[Fault]:
    """Items that some type they are meant for never sees; types that could never have a result."""
    reached: dict[str, set[str]] = {}
    for item in q.items:
        mine = {code for code in types if applies(item, code, q.groups)}
        for condition in item.show_if:
            gate = reached.get(condition.item)
            if gate is None:
                continue  # unknown or ahead: told already
            lost = sorted(mine - gate)
            if lost:
                yield Fault(UNREACHABLE, item.id, {"what": condition.item, "types": ", ".join(lost)})
                mine &= gate
        reached.setdefault(item.id, mine)
    wanted = q.rules.min_dimensions
    few = [
        code
        for code in types
        if len({item.dimension for item in q.items if item.scored and code in reached[item.id]}) < wanted
    ]
    if few and q.items:
        yield Fault(TOO_FEW, values={"types": ", ".join(few), "what": str(wanted)})
