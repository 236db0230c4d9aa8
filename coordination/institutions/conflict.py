"""Two versions of one institution: what differs, and what a reader chose of each. No Flask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coordination.graph.institution_edits import FIELDS
from coordination.graph.model import Institution
from coordination.institutions.words import LABELS

PICK = "pick_"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which what stands and what was typed differ, both in words. `label` is a text to translate."""

    name: str
    label: str
    saved: str
    typed: str
    differs: bool
    untouched: bool = False  # what was typed is what stood before the other's change: its reader changed nothing here


def differing(
    standing: Institution,
    values: Mapping[str, Any],
    shown: Callable[[str, Any], str],
    replaced: Mapping[str, list[Any]],
) -> list[Difference]:
    """Every field of the form, what stands and what was typed.

    `shown` puts a value in words; `replaced` holds by field what the latest edits replaced.
    """
    return [
        Difference(
            name, LABELS["field"][name], shown(name, getattr(standing, name)), shown(name, values[name]),
            _plain(getattr(standing, name)) != _plain(values[name]),
            _plain(values[name]) in [_plain(old) for old in replaced.get(name, ())],
        )
        for name in FIELDS if name in values
    ]


def _plain(value: Any) -> Any:
    return tuple(sorted(value)) if isinstance(value, (tuple, list)) else value or None


def taken_from(sent: Mapping[str, str], values: Mapping[str, Any], standing: Institution) -> dict[str, Any]:
    """The typed values, but what stands where the conflict page's reader picked it."""
    return {
        name: getattr(standing, name) if sent.get(PICK + name) == "saved" else value for name, value in values.items()
    }
