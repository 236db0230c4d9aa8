"""The outline of the 16 voivodeships, for a picture and nothing else. No Flask, no database.

The borders are simplified (about 1.6 km off); docs/borders.md names their source and licence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent.parent / "data" / "poland.json"


@dataclass(frozen=True, slots=True)
class Shape:
    """One voivodeship: an SVG path and the point where its label stands, in units of the picture."""

    teryt: str
    short: str  # two letters, e.g. "MZ"
    x: int
    y: int
    path: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The picture: width × height in its own units, and the shapes by TERYT."""

    width: int
    height: int
    shapes: tuple[Shape, ...]


@lru_cache(maxsize=1)
def outline() -> Outline:
    """The 16 shapes, read once."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return Outline(data["width"], data["height"], tuple(Shape(**shape) for shape in data["shapes"]))
