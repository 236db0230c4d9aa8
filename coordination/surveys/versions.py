"""Two versions of a questionnaire compared: what is new, gone, said otherwise, or means something else.

Item ids are for ever. An answer given in one round is compared with the next by its item's id, so an id whose
levels, options or scores changed would compare what cannot be compared: it is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from coordination.i18n import N_
from coordination.surveys.model import Item, Questionnaire
from coordination.surveys.publishing import Fault

MEANING = N_(
    "%(where)s: this changes what the answers mean (%(what)s). A changed meaning needs a new id: "
    "leave the old item out and add a new one."
)
REUSED = N_("%(where)s: this id belonged to an item of an earlier version that was left out: give a new id.")
NOT_LATER = N_("The version must be later than %(what)s: raise it.")

KIND = N_("kind of answer")
LEVELS = N_("levels")
OPTIONS = N_("options or their scores")
RANGE = N_("range or unit")
BANDS = N_("score bands")
SCORED = N_("whether it is scored")
WORDS = N_("wording")
WEIGHT = N_("weight")
CRITICAL = N_("whether it is critical")
AUDIENCE = N_("audience")
CONDITION = N_("condition")
DIMENSION = N_("dimension")


@dataclass(frozen=True, slots=True)
class Change:
    """An item of both versions and what differs in it: msgids, each a short noun."""

    item_id: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ids in the order of the newer version; of what was removed, in that of the older.

    `reworded` keeps its meaning by the word of its author: a program cannot read that. `retuned` items are asked
    of others or weigh otherwise. `faults` keep the newer version from being published.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[Change, ...]
    retuned: tuple[Change, ...]
    faults: tuple[Fault, ...]

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed or self.reworded or self.retuned or self.faults)


def compare(old: Questionnaire, new: Questionnaire, retired: Collection[str] = ()) -> Comparison:
    """What changed from one version to the next.

    Parameters
    ----------
    retired
        Ids of items of all versions before `old`; one that comes back is refused.
    """
    added = tuple(item.id for item in new.items if item.id not in old.by_id)
    kept = [(old.by_id[item.id], item) for item in new.items if item.id in old.by_id]
    faults = [Fault(REUSED, one) for one in added if one in retired]
    if _number(new.version) <= _number(old.version):
        faults.insert(0, Fault(NOT_LATER, values={"what": old.version}))
    reworded, retuned = [], []
    for before, after in kept:
        meaning = _differing(_meaning(before), _meaning(after))
        if meaning:
            faults.append(Fault(MEANING, before.id, parts=meaning))
        if _words(before) != _words(after) and not meaning:
            reworded.append(Change(after.id, (WORDS,)))
        use = _differing(_use(before), _use(after))
        if use:
            retuned.append(Change(after.id, use))
    return Comparison(
        added=added,
        removed=tuple(item.id for item in old.items if item.id not in new.by_id),
        reworded=tuple(reworded),
        retuned=tuple(retuned),
        faults=tuple(faults),
    )


def _number(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(int(part) if part.isascii() and part.isdigit() else 0 for part in parts)


def _differing(before: dict[str, object], after: dict[str, object]) -> tuple[str, ...]:
    return tuple(name for name in before if before[name] != after[name])


def _meaning(item: Item) -> dict[str, object]:
    """What an answer stands on. The order of options does not matter, nor do their words."""
    return {
        KIND: item.kind,
        LEVELS: [level.value for level in item.levels],
        OPTIONS: ({option.value: option.score for option in item.options}, item.share_of_options),
        RANGE: (item.unit, item.minimum, item.maximum),
        BANDS: item.bands,
        SCORED: item.scored,
    }


def _use(item: Item) -> dict[str, object]:
    return {
        DIMENSION: item.dimension,
        WEIGHT: item.weight,
        CRITICAL: item.critical,
        AUDIENCE: sorted(item.applies_to),
        CONDITION: item.show_if,
    }


def _words(item: Item) -> object:
    return (
        [getattr(item, f"{name}_{lang}") for name in ("text", "hint", "evidence") for lang in ("pl", "en")],
        {level.value: (level.label_pl, level.label_en) for level in item.levels},
        {option.value: (option.label_pl, option.label_en) for option in item.options},
    )
