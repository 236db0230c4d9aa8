"""Signs of the map as SVG elements, in the geometry vis-network draws them. Attributes only, no inline style."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape, quoteattr

Point = tuple[float, float]

INK, PALE = "#16212B", "#465563"
STALE = "#84613E"
FONT = "Segoe UI, system-ui, -apple-system, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif"


def tag(name: str, inside: str = "", **attributes: object) -> str:
    """One element; `_` in an attribute's name stands for `-`, a trailing one is dropped, None is left out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(number(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def number(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(x: float, y: float, words: str, *, size: float = 13, anchor: str = "middle", bold: bool = False,
         fill: str = INK, halo: bool = True) -> str:  # fmt: skip
    halo_values = (
        {"stroke": "#FFFFFF", "stroke_width": 4, "paint_order": "stroke", "stroke_linejoin": "round"} if halo else {}
    )
    return tag("text", escape(words), x=x, y=y, font_size=size, text_anchor=anchor, fill=fill,
               font_weight=650 if bold else None, **halo_values)  # fmt: skip


def points(at: list[Point]) -> str:
    return " ".join(f"{number(float(x))},{number(float(y))}" for x, y in at)


def shape(kind: str, x: float, y: float, r: float, colour: str) -> str:
    """The sign of a sector group around (x, y); `kind` as in drawing.SHAPES."""
    if kind == "dot":
        return tag("circle", cx=x, cy=y, r=r, fill=colour)
    if kind == "hollow":
        r *= 0.86
        return tag("rect", x=x - r, y=y - r, width=2 * r, height=2 * r, fill="#FFFFFF", stroke=colour, stroke_width=2.2)
    if kind == "square":
        return tag("rect", x=x - r, y=y - r, width=2 * r, height=2 * r, fill=colour)
    return tag("polygon", points=points(_corners(kind, x, y, r)), fill=colour)


def _corners(kind: str, x: float, y: float, r: float) -> list[Point]:
    if kind == "diamond":
        return [(x, y + r), (x + r, y), (x, y - r), (x - r, y)]
    if kind == "hexagon":
        return [(x + r * math.cos(step * math.pi / 3), y + r * math.sin(step * math.pi / 3)) for step in range(6)]
    if kind == "star":
        r *= 0.82
        y += 0.1 * r
        reach = [r * 1.3 if step % 2 == 0 else r * 0.5 for step in range(10)]
        return [
            (x + d * math.sin(step * math.pi / 5), y - d * math.cos(step * math.pi / 5)) for step, d in enumerate(reach)
        ]
    r *= 1.15
    inner, high = math.sqrt(3) / 3 * r, math.sqrt(3) * r
    if kind == "triangleDown":
        y -= 0.275 * r
        return [(x, y + high - inner), (x + r, y - inner), (x - r, y - inner)]
    y += 0.275 * r
    return [(x, y - high + inner), (x + r, y + inner), (x - r, y + inner)]


def half_circle(x: float, y: float, towards: Point | None, colour: str, r: float = 4.6) -> str:
    """One-sided: a ring with the half on the claimant's side full. Without a side the left half, as in the legend."""
    angle = math.atan2(towards[1] - y, towards[0] - x) if towards else math.pi
    from_x, from_y = x + r * math.cos(angle - math.pi / 2), y + r * math.sin(angle - math.pi / 2)
    to_x, to_y = x + r * math.cos(angle + math.pi / 2), y + r * math.sin(angle + math.pi / 2)
    arc = f"M{number(from_x)} {number(from_y)}A{number(r)} {number(r)} 0 0 1 {number(to_x)} {number(to_y)}Z"
    return tag("circle", cx=x, cy=y, r=r, fill="#FFFFFF", stroke=colour, stroke_width=1.4) + tag(
        "path", d=arc, fill=colour
    )


def bow(x: float, y: float, along: float, colour: str, r: float = 7.5) -> str:
    """Disputed: two triangles point to point, in the direction of the line (radians)."""
    flat = [(x + dx * math.cos(along) - dy * math.sin(along), y + dx * math.sin(along) + dy * math.cos(along))
            for dx, dy in ((-r, -r * 0.8), (-r, r * 0.8), (0.0, 0.0), (r, -r * 0.8), (r, r * 0.8), (0.0, 0.0))]  # fmt: skip
    return tag("polygon", points=points(flat), fill=colour, stroke="#FFFFFF", stroke_width=3, paint_order="stroke")


def slash(x: float, y: float, along: float, colour: str, r: float = 5.0) -> str:
    """No cooperation: a stroke across the line."""
    angle = along + math.pi / 3
    dx, dy = r * math.cos(angle), r * math.sin(angle)
    return tag("line", x1=x - dx, y1=y - dy, x2=x + dx, y2=y + dy, stroke=colour, stroke_width=2.2)


def clock(x: float, y: float, r: float = 5.2) -> str:
    """Out of date: a clock face."""
    hands = f"M{number(x)} {number(y - r * 0.62)}V{number(y)}H{number(x + r * 0.5)}"
    return tag("circle", cx=x, cy=y, r=r, fill="#FFFFFF", stroke=STALE, stroke_width=1.4) + tag(
        "path", d=hands, fill="none", stroke=STALE, stroke_width=1.3
    )


def full(x: float, y: float, colour: str, r: float = 5.5) -> str:
    return tag("circle", cx=x, cy=y, r=r, fill=colour)
