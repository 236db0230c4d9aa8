"""Names beside the signs: how wide they are, on which side they stand, and room between them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

import numpy as np

Point = tuple[float, float]

FONT = 13.0  # px
LINE = 15.0
RADIUS = 9.0  # a middling sign
WRAP = 17  # longer names stand on two lines

_NARROW, _WIDE = set("ijlItfr.,:;|!'() "), set("mwMWOQGŚŻĄ@–")


@lru_cache(maxsize=65536)
def rows(text: str) -> tuple[str, ...]:
    """The name on one line, or on two broken at the space nearest the middle."""
    if len(text) <= WRAP or " " not in text:
        return (text,)
    middle = len(text) / 2
    cut = min((place for place, sign in enumerate(text) if sign == " "), key=lambda place: (abs(place - middle), place))
    return text[:cut], text[cut + 1 :]


@lru_cache(maxsize=65536)
def width(text: str) -> float:
    """Estimated width in px at 13 px, on the wide side (Noto Sans)."""
    units = sum(
        0.34 if sign in _NARROW else 0.86 if sign in _WIDE else 0.64 if sign.isupper() else 0.57 for sign in text
    )
    return units * FONT


def size(text: str) -> Point:
    parts = rows(text)
    return max(map(width, parts)), LINE * len(parts)


def separate(
    places: Mapping[str, Point],
    sizes: Mapping[str, Point],
    *,
    pinned: bool = False,
    kept: Sequence[Point] = (),
    steps: int = 160,
) -> dict[str, Point]:
    """Push signs with their names apart until the boxes no longer overlap, each as little as needed.

    `sizes` are widths and heights of the names, written below the sign. With `pinned` every sign is drawn back
    towards where it was, so that rings stay rings. `kept` are middles of texts behind the map that never move.
    """
    keys = list(places)
    if len(keys) < 2:
        return dict(places)
    n = len(keys)
    # A sign's box reaches from above the sign to below its name; its middle lies under the sign.
    drop = np.array([sizes[key][1] / 2 for key in keys] + [0.0] * len(kept))
    at = np.array([*(places[key] for key in keys), *kept], dtype=float)
    at[:, 1] += drop
    home = at.copy()
    wide = np.array([max(sizes[key][0], 2 * RADIUS) + 10 for key in keys] + [120.0] * len(kept))
    high = np.array([sizes[key][1] + 2 * RADIUS + 8 for key in keys] + [16.0] * len(kept))
    number = np.arange(len(at))
    order = np.sign(number[:, None] - number[None, :])
    for step in range(steps):
        gap = at[:, None, :] - at[None, :, :]
        over_x = (wide[:, None] + wide[None, :]) / 2 - np.abs(gap[..., 0])
        over_y = (high[:, None] + high[None, :]) / 2 - np.abs(gap[..., 1])
        meet = (over_x > 0) & (over_y > 0)
        np.fill_diagonal(meet, False)
        if not meet.any():
            break
        # Names are wide and low: moving up or down costs less, so it is taken unless sideways is much shorter.
        sideways = meet & (over_x < over_y * 0.8)
        upright = meet & ~sideways
        sign_x = np.where(gap[..., 0] == 0, order, np.sign(gap[..., 0]))
        sign_y = np.where(gap[..., 1] == 0, order, np.sign(gap[..., 1]))
        at[:, 0] += (np.where(sideways, over_x, 0) * sign_x).sum(axis=1) * 0.3
        at[:, 1] += (np.where(upright, over_y, 0) * sign_y).sum(axis=1) * 0.3
        if pinned and step < steps * 0.6:
            at += (home - at) * 0.04
        at[n:] = home[n:]
    at[:, 1] -= drop
    return {key: (float(x), float(y)) for key, (x, y) in zip(keys, at[:n], strict=True)}


def spread(at: np.ndarray, radius: float, steps: int = 30) -> np.ndarray:
    """Points in a disc, pushed to a similar distance from each other; for many signs without names."""
    n = len(at)
    wanted = radius * 1.55 / np.sqrt(n)
    for _ in range(steps):
        gap = at[:, None, :] - at[None, :, :]
        distance = np.linalg.norm(gap, axis=2)
        np.fill_diagonal(distance, np.inf)
        push = np.maximum(0, wanted - distance) / np.maximum(distance, 1e-6)
        at = at + (gap * push[..., None]).sum(axis=1) * 0.35
        length = np.linalg.norm(at, axis=1)
        at = at * np.minimum(1, radius / np.maximum(length, 1e-9))[:, None]
    return at


def sides(
    places: Mapping[str, Point], names: Mapping[str, str], pairs: Sequence[tuple[str, str]], *,
    below: Collection[str] = (), kept: Sequence[Point] = (),
) -> dict[str, str]:  # fmt: skip
    """For each name the side of its sign, "below", "above", "right" or "left", with least in the way.

    Counted are names already placed and texts around the middles `kept`, signs, and lines crossing the name.
    Names in `below` stand below.
    """
    keys = sorted(places, key=lambda key: (places[key][1], places[key][0], key))
    at = {key: np.array(places[key]) for key in keys}
    signs = np.array([places[key] for key in keys])
    steps = np.linspace(0.06, 0.94, 24)[:, None]
    on_lines = np.concatenate(
        [at[a] * (1 - steps) + at[b] * steps for a, b in pairs if a in at and b in at] or [np.empty((0, 2))]
    )
    taken = [(x - 60.0, y - 8.0, x + 60.0, y + 8.0) for x, y in kept]
    found: dict[str, str] = {}
    for key in keys:
        best = None
        for cost, side in enumerate(("below",) if key in below else ("below", "above", "right", "left")):
            box = place(places[key], names[key], side)
            weight = cost * 0.8
            for other in taken:
                weight += 0.02 * common(box, other)
            weight += 6.0 * _inside(signs, box, RADIUS)
            weight += 0.16 * _inside(on_lines, box, 0.0)
            if best is None or weight < best[0]:
                best = (weight, side, box)
        assert best is not None
        found[key] = best[1]
        taken.append(best[2])
    return found


def place(at: Point, name: str, side: str, radius: float = RADIUS) -> tuple[float, float, float, float]:
    """The box of a name: left, top, right, bottom."""
    x, y = at
    wide, high = size(name)
    if side == "below":
        return x - wide / 2, y + radius + 3, x + wide / 2, y + radius + 3 + high
    if side == "above":
        return x - wide / 2, y - radius - 3 - high, x + wide / 2, y - radius - 3
    if side == "right":
        return x + radius + 4, y - high / 2, x + radius + 4 + wide, y + high / 2
    return x - radius - 4 - wide, y - high / 2, x - radius - 4, y + high / 2


def common(one: Sequence[float], other: Sequence[float]) -> float:
    """Area two boxes share, 0 when they do not meet."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _inside(points: np.ndarray, box: Sequence[float], margin: float) -> int:
    x, y = points[:, 0], points[:, 1]
    return int(((x > box[0] - margin) & (x < box[2] + margin) & (y > box[1] - margin) & (y < box[3] + margin)).sum())
