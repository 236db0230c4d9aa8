"""New institutions that may be registered already under another id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from rapidfuzz import fuzz, process

from coordination.exchange.cells import items
from coordination.graph.bulk import Place
from coordination.graph.text import folded

# Above this two names of the same type in the same place are worth a person's look.
ALIKE = 88
# The same body under its abbreviation and in full.
_ABBREVIATIONS = {
    "sp zoz": "samodzielny publiczny zaklad opieki zdrowotnej",
    "kwp": "komenda wojewodzka policji",
    "kpp": "komenda powiatowa policji",
    "kmp": "komenda miejska policji",
    "osg": "oddzial strazy granicznej",
    "oip": "okregowy inspektorat pracy",
    "mops": "miejski osrodek pomocy spolecznej",
    "gops": "gminny osrodek pomocy spolecznej",
    "ops": "osrodek pomocy spolecznej",
    "pcpr": "powiatowe centrum pomocy rodzinie",
    "uw": "urzad wojewodzki",
    "pup": "powiatowy urzad pracy",
}


class Created(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def full(self) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Row `number` (id `id`, name `name`) may be the registered institution `other_id`; `score` of 100."""

    number: int
    id: str
    name: str
    other_id: str
    other_name: str
    score: int


def plain(name: str) -> str:
    """A name as it is compared: folded, without punctuation, abbreviations written out."""
    words = "".join(sign if sign.isalnum() else " " for sign in folded(name)).split()
    text = f" {' '.join(words)} "
    for short, whole in _ABBREVIATIONS.items():
        text = text.replace(f" {short} ", f" {whole} ")
    return text.strip()


def find_duplicates(created: Iterable[Created], places: Mapping[str, Place]) -> list[Duplicate]:
    """The closest registered institution of the same type in a common voivodeship, for each new row alike enough."""
    rows = list(created)
    wanted = {row.full["type"] for row in rows}
    # Only the same type in the same place is compared: n × n names of a whole country would take minutes.
    shelves: dict[tuple[str, str], dict[str, str]] = {}
    for id, place in places.items():
        if place.type in wanted:
            for code in place.covers or ("PL",):
                shelves.setdefault((place.type, code), {})[id] = plain(place.name)
    found = []
    for row in rows:
        name = plain(row.full["name_pl"])
        near: dict[str, str] = {}
        for code in items(row.full["voivodeships"]):
            near |= shelves.get((row.full["type"], code), {})
        best = process.extractOne(name, near, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE) if near else None
        if best is not None:
            other = places[best[2]]
            found.append(
                Duplicate(row.number, row.full["id"], row.full["name_pl"], best[2], other.name, round(best[1]))
            )
    return found
