"""The map as SVG: the same places, signs and lines as in the browser, for print, download and where no script runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from coordination.graph import labels, signs
from coordination.graph.drawing import (
    COLOURS,
    DASHES,
    PALE,
    SHAPES,
    THIN,
    WIDTHS,
    control_point,
    line_id,
    sign_size,
)
from coordination.graph.layout import NAMED, Layout, Point
from coordination.graph.mapset import SECTOR_GROUPS, WORST_FIRST, Line, MapSet, Node
from coordination.graph.model import TieState
from coordination.graph.signs import tag, text

LARGEST = 20  # names written on a map too large for all of them


@dataclass(frozen=True, kw_only=True)
class Captions:
    """Every word of the picture, in the reader's language."""

    title: str
    lede: str
    description: str
    states: Mapping[TieState, str]
    sectors: Mapping[str, str]
    guides: Mapping[str, str] = field(default_factory=dict)  # ring roles, TERYT codes, "national"
    isolates: str = ""
    lines_heading: str = ""
    shapes_heading: str = ""
    width_note: str = ""
    stale: str = ""


def svg(shown: MapSet, layout: Layout, words: Captions) -> str:
    """The whole map with heading and legend, as a document of its own."""
    left, top, right, bottom = layout.box
    wide = max(right - left, 760.0)
    # A large map is seen from farther away: its words grow with it.
    grown = max(1.0, wide / 1250)
    legend, legend_height = _legend(words, 16, 30, wide / grown - 32)
    head, legend_height = 74.0 * grown, (legend_height + 40) * grown
    start = left - (wide - (right - left)) / 2  # a map narrower than its legend stands in the middle
    heading = text(16, 30, words.title, size=20, anchor="start", bold=True, halo=False) + text(
        16, 54, words.lede, size=14, anchor="start", fill=signs.PALE, halo=False
    )
    parts = [
        tag("g", heading, transform=_moved(start, top - head, grown)),
        *_rings(layout),
        *_lines(shown, layout),
        *_ring_names(layout, words, grown),
        *_nodes(shown, layout, grown),
        *(_rule(layout, words.isolates, grown) if layout.rule is not None else ()),
        tag("g", legend, transform=_moved(start, bottom, grown)),
    ]
    return _document(
        parts, (start, top - head, wide, bottom - top + head + legend_height), words.title, words.description
    )


def legend(words: Captions) -> str:
    """The legend alone, as a picture."""
    inside, high = _legend(words, 16, 30, 1000)
    return _document([inside], (0, 0, 1000, high + 20), f"{words.lines_heading}; {words.shapes_heading}", words.description)


def samples(words: Captions) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Lines and shapes of a legend in HTML: each a small picture and its word."""

    def small(inside: str, wide: int) -> str:
        return f'<svg class="k-sample" viewBox="0 0 {wide} 20" width="{wide}" height="20" aria-hidden="true">{inside}</svg>'

    lines = [(small(_sample(state, 1, 10), 48), word) for state, word in words.states.items()]
    if words.stale:
        lines.append((small(signs.clock(24, 10), 48), words.stale))
    shapes = [(small(signs.shape(SHAPES[key][0], 10, 10, 6.5, SHAPES[key][1]), 20), words.sectors[key]) for key in SECTOR_GROUPS]
    return lines, shapes


def _moved(x: float, y: float, scale: float) -> str:
    return f"translate({signs.number(x)} {signs.number(y)}) scale({signs.number(scale)})"


def _document(parts: list[str], box: tuple[float, float, float, float], title: str, description: str) -> str:
    x, y, wide, high = (signs.number(value) for value in box)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {wide} {high}" width="{wide}" height="{high}" role="img" '
        f'aria-labelledby="map-title map-desc" font-family="{signs.FONT}">'
        f'<title id="map-title">{escape(title)}</title><desc id="map-desc">{escape(description)}</desc>'
        f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="#FFFFFF"/>' + "".join(parts) + "</svg>"
    )


def _rings(layout: Layout) -> list[str]:
    same = {"fill": "none", "stroke": "#D6DCE1", "stroke_width": 1}
    return [tag("ellipse", cx=each.x, cy=each.y, rx=each.rx, ry=each.ry, **same) for each in layout.guides]


def _ring_names(layout: Layout, words: Captions, grown: float) -> list[str]:
    return [
        text(each.text_x, each.text_y - 2, words.guides[each.name], size=12 * grown, fill=signs.PALE)
        for each in layout.guides
        if words.guides.get(each.name)
    ]


def _lines(shown: MapSet, layout: Layout) -> list[str]:
    """Confirmed lines first, so that what needs attention lies on top; signs last."""
    order = sorted(shown.lines, key=lambda line: (-WORST_FIRST.index(line.state), line.a, line.b))
    curved = len(shown.nodes) <= NAMED
    drawn, marks = [], []
    for line in order:
        drawn.append(_line(line, layout.positions[line.a], layout.positions[line.b], curved, pale=not curved))
        if curved or line.state is TieState.DISPUTED:
            marks.append(_mark(line, layout.positions, curved))
    return drawn + marks


def _line(line: Line, start: Point, end: Point, curved: bool, pale: bool = False) -> str:
    colour, width = COLOURS[line.state], WIDTHS[line.width - 1] * (THIN if pale else 1)
    if curved:
        via = control_point(start, end)
        path = "M{} {}Q{} {} {} {}".format(*map(signs.number, (*start, *via, *end)))
    else:
        path = "M{} {}L{} {}".format(*map(signs.number, (*start, *end)))
    dashes = DASHES[line.state]
    common = {"d": path, "fill": "none", "opacity": PALE[line.state] if pale else None}
    named = {"data_line": line_id(line), "data_state": line.state}
    if line.state is TieState.DISPUTED:
        outer, inner = (width + 2, width + 0.4) if pale else (width + 4, width + 1.2)
        return tag("path", **common, stroke=colour, stroke_width=outer, **named) + tag(
            "path", **common, stroke="#FFFFFF", stroke_width=inner
        )
    return tag("path", **common, stroke=colour, stroke_width=width, **named,
               stroke_dasharray=" ".join(map(str, dashes)) if isinstance(dashes, list) else None)  # fmt: skip


def _mark(line: Line, places: Mapping[str, Point], curved: bool) -> str:
    start, end = places[line.a], places[line.b]
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if curved:
        via = control_point(start, end)
        x, y = (x + via[0]) / 2, (y + via[1]) / 2
    along = math.atan2(end[1] - start[1], end[0] - start[0])
    found = ""
    if line.state is TieState.ONE_SIDED:
        found = signs.half_circle(x, y, places.get(line.claimant), COLOURS[line.state])
    elif line.state is TieState.DISPUTED:
        found = signs.bow(x, y, along, COLOURS[line.state])
    elif line.state is TieState.NONE:
        found = signs.slash(x, y, along, COLOURS[line.state])
    if line.stale and line.state is not TieState.NONE:
        beside = 14.0 if found else 0.0
        found += signs.clock(x + beside * math.cos(along), y + beside * math.sin(along))
    return found


def _nodes(shown: MapSet, layout: Layout, grown: float) -> list[str]:
    large = len(shown.nodes) > NAMED
    order = sorted(shown.nodes, key=lambda node: (-shown.degree(node.id), node.id)) if large else list(shown.nodes)
    drawn, names = [], []
    taken: list[tuple[float, float, float, float]] = []
    for node in shown.nodes:
        x, y = layout.positions[node.id]
        sign = signs.shape(*_sign(node, x, y, sign_size(shown.degree(node.id))))
        drawn.append(tag("g", f"<title>{escape(node.name)}</title>{sign}", data_node=node.id))
    for node in order[: LARGEST if large else None]:
        side, radius = layout.sides.get(node.id, "below"), sign_size(shown.degree(node.id))
        at = layout.positions[node.id]
        if not large:
            names.append(_name(node.short, at, side, radius))
            continue
        box = labels.place((0.0, 0.0), node.short, side, radius / grown)
        box = (at[0] + box[0] * grown, at[1] + box[1] * grown, at[0] + box[2] * grown, at[1] + box[3] * grown)
        if not any(labels.common(box, other) for other in taken):
            taken.append(box)
            names.append(tag("g", _name(node.short, (0.0, 0.0), side, radius / grown), transform=_moved(*at, grown)))
    return drawn + names


def _sign(node: Node, x: float, y: float, radius: float) -> tuple[str, float, float, float, str]:
    kind, colour = SHAPES[node.sector]
    return kind, x, y, radius, colour


def _name(short: str, at: Point, side: str, radius: float, *, bold: bool = False) -> str:
    left, top, right, _ = labels.place(at, short, side, radius)
    anchor, x = {"right": ("start", left), "left": ("end", right)}.get(side, ("middle", at[0]))
    return "".join(
        text(x, top + 12 + place * labels.LINE, row, anchor=anchor, bold=bold)
        for place, row in enumerate(labels.rows(short))
    )


def _rule(layout: Layout, heading: str, grown: float) -> tuple[str, str]:
    left, _, right, _ = layout.box
    y = layout.rule or 0.0
    return (
        tag("line", x1=left + 12, y1=y, x2=right - 12, y2=y, stroke="#D6DCE1", stroke_width=1),
        text(left + 16, y + 20 * grown, heading, anchor="start", fill=signs.PALE, size=13 * grown),
    )


def _legend(words: Captions, x: float, y: float, wide: float) -> tuple[str, float]:
    """Lines on the left, shapes in three columns beside them; returns the elements and their height."""
    column = 210.0
    parts = [text(x, y, words.lines_heading, anchor="start", bold=True, halo=False, fill=signs.PALE)]
    row = y
    for state, word in words.states.items():
        row += 24
        parts.append(_sample(state, x, row - 4))
        parts.append(text(x + 64, row, word, anchor="start", halo=False))
    if words.stale:
        row += 24
        parts += [signs.clock(x + 22, row - 4), text(x + 64, row, words.stale, anchor="start", halo=False)]
    row += 24
    parts.append(text(x, row, words.width_note, anchor="start", halo=False, fill=signs.PALE))
    shapes_x, columns = x + column + 24, 3 if wide > 900 else 2
    parts.append(text(shapes_x, y, words.shapes_heading, anchor="start", bold=True, halo=False, fill=signs.PALE))
    step = (wide - column - 24) / columns
    for place, sector in enumerate(SECTOR_GROUPS):
        at_x, at_y = shapes_x + (place % columns) * step, y + 24 + (place // columns) * 24
        kind, colour = SHAPES[sector]
        parts.append(signs.shape(kind, at_x + 8, at_y - 4, 6.5, colour))
        parts.append(text(at_x + 24, at_y, words.sectors[sector], anchor="start", halo=False))
    return "".join(parts), row - y + 34


def _sample(state: TieState, x: float, y: float) -> str:
    """A short line of the legend with its sign."""
    colour, dashes = COLOURS[state], DASHES[state]
    plain: dict[str, Any] = {"x1": x, "y1": y, "x2": x + 46, "y2": y}
    if state is TieState.DISPUTED:
        line = tag("line", **plain, stroke=colour, stroke_width=6) + tag(
            "line", **plain, stroke="#FFFFFF", stroke_width=3
        )
        return line + signs.bow(x + 23, y, 0.0, colour)
    line = tag("line", **plain, stroke=colour, stroke_width=2.1,
               stroke_dasharray=" ".join(map(str, dashes)) if isinstance(dashes, list) else None)  # fmt: skip
    if state is TieState.ONE_SIDED:
        return line + signs.half_circle(x + 23, y, None, colour)
    return line + (signs.slash(x + 23, y, 0.0, colour) if state is TieState.NONE else "")


def surroundings(
    shown: MapSet,
    centre: str,
    *,
    most: int = 12,
    link: Callable[[str], str] | None = None,
    title: str = "",
    size: float = 350.0,
) -> str:
    """One institution and up to `most` partners around it, for narrow screens and print.

    Partners with a dispute come first, then those with most areas. `link` gives each sign its address. Names stand
    beside alternating spokes, so that twelve of them fit 350 px.
    """
    node = shown.by_id[centre]
    around = ranked(shown, centre)[:most]
    positions: dict[str, Point] = {centre: (0.0, 0.0)}
    order = sorted(
        around, key=lambda line: (SECTOR_GROUPS.index(shown.by_id[line.other(centre)].sector), line.other(centre))
    )
    for place, line in enumerate(order):
        angle = -math.pi / 2 + 2 * math.pi * (place + 0.5) / max(1, len(order))
        far = 0.95 if len(order) < 8 else (0.8, 1.12)[place % 2]
        positions[line.other(centre)] = (128 * far * math.cos(angle), 178 * far * math.sin(angle))
    shorts = {key: shown.by_id[key].short for key in positions}
    positions = labels.separate(positions, {key: labels.size(short) for key, short in shorts.items()}, pinned=True)
    positions = {key: (_inside(x, shorts[key], size), y) for key, (x, y) in positions.items()}
    parts = [_line(line, positions[line.a], positions[line.b], False) for line in order] + [
        _mark(line, positions, False) for line in order
    ]
    for key, (x, y) in positions.items():
        each, radius = shown.by_id[key], 10.0 if key != centre else 12.0
        ring = (
            tag("circle", cx=x, cy=y, r=21.0, fill="#FFC93C", stroke=signs.INK, stroke_width=2.5)
            if key == centre
            else ""
        )
        ring += tag("circle", cx=x, cy=y, r=15.5, fill="#FFFFFF") if key == centre else ""
        radius_below = 21.0 if key == centre else radius
        drawn = (
            ring
            + signs.shape(*_sign(each, x, y, radius))
            + _name(each.short, (x, y), "below", radius_below, bold=key == centre)
        )
        # A finger meets the sign, its name and what lies between them.
        reach = tag("rect", x=x - 24, y=y - 14, width=48.0, height=48.0, fill="#FFFFFF", fill_opacity=0)
        parts.append(tag("a", reach + drawn, href=link(key)) if link and key != centre else drawn)
    ys = [y for _, y in positions.values()]
    top, bottom = min(ys) - 30, max(ys) + 56
    found = _document(parts, (-size / 2, top, size, bottom - top), title or node.short, node.name)
    return found.replace(
        f'width="{signs.number(size)}" height="{signs.number(bottom - top)}" role="img" ',
        'class="k-ego" role="group" ',
        1,
    )


def _inside(x: float, short: str, size: float) -> float:
    room = size / 2 - labels.size(short)[0] / 2 - 4
    return max(-room, min(room, x))


def ranked(shown: MapSet, centre: str) -> list[Line]:
    """Lines of one institution: disputed first, then by number of areas, then by the partner's name."""
    return sorted(
        shown.lines_of[centre],
        key=lambda line: (line.state is not TieState.DISPUTED, -len(line.areas), shown.by_id[line.other(centre)].short),
    )
