"""The map as data for vis-network, built with pyvis; shapes, colours and lines as the design tokens name them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coordination.graph.labels import rows
from coordination.graph.layout import NAMED, Layout
from coordination.graph.mapset import WORST_FIRST, Line, MapSet
from coordination.graph.model import TieState

if TYPE_CHECKING:
    from pyvis.network import Network

# Sign and colour of each sector group; each colour has at least 4.7 : 1 on white. "hollow" is a white square.
SHAPES = {
    "police": ("square", "#23508C"),
    "border_guard": ("diamond", "#2E6B34"),
    "prosecution": ("triangle", "#6A3D8F"),
    "labour_inspection": ("triangleDown", "#8C4A1F"),
    "central": ("hexagon", "#3B4A57"),
    "social": ("dot", "#0B7285"),
    "ngo": ("star", "#9A6A00"),
    "local": ("hollow", "#5F6B2A"),
}
COLOURS = {
    TieState.CONFIRMED: "#08564E",
    TieState.ONE_SIDED: "#A86002",
    TieState.DISPUTED: "#B5015C",
    TieState.NONE: "#141E23",
}
DASHES: dict[TieState, list[int] | bool] = {
    TieState.CONFIRMED: False,
    TieState.ONE_SIDED: [7, 5],
    TieState.DISPUTED: False,
    TieState.NONE: [1, 5],
}
WIDTHS = (1.2, 1.9, 2.7)  # px for one area, two, three and more
CURVE = 0.1  # of vis-network's "curvedCW"; control_point() is its geometry
VIS_VERSION = "9.1.2"
# On a map too large to read line by line, lines lie pale and thin, and what is disputed stands out.
PALE = {TieState.CONFIRMED: 0.3, TieState.ONE_SIDED: 0.4, TieState.DISPUTED: 0.85, TieState.NONE: 0.5}
THIN = 0.6


def vis_network_file() -> Path:
    """The drawing library inside the installed pyvis wheel. Found without importing pyvis, which is slow."""
    found = find_spec("pyvis")
    if found is None or found.origin is None:
        raise FileNotFoundError("pyvis is not installed")
    return Path(found.origin).parent / "lib" / f"vis-{VIS_VERSION}" / "vis-network.min.js"


def sign_size(degree: int) -> float:
    """Radius of an institution's sign in px: its area grows with the number of partners."""
    return round(min(16.0, 5.5 + 1.9 * math.sqrt(degree)), 2)


def line_id(line: Line) -> str:
    return f"{line.a}|{line.b}"


def network(shown: MapSet, layout: Layout, *, say: Mapping[str, str] | None = None, height: str = "100%") -> Network:
    """The pyvis network of a set: one node per institution, one edge per line.

    A disputed line is two edges, a wide one and a white one upon it, because vis-network knows no double line; the
    second has an id ending in "~" and is no line of its own. Names are kept out of vis-network's `label`: our painter
    (static/js/map-draw.js) writes them where the layout left room. `say` is what a screen reader hears of a node.
    """
    from pyvis.network import Network  # pulls IPython in: half a second that only the map should pay

    # A directed network, although ties have no direction: an undirected one drops the second edge of a pair and
    # searches all edges for every new one.
    net = Network(height=height, width="100%", directed=True, cdn_resources="in_line")
    curved = len(shown.nodes) <= NAMED
    for node in shown.nodes:
        shape, colour = SHAPES[node.sector]
        x, y = layout.positions[node.id]
        hollow = shape == "hollow"
        degree = shown.degree(node.id)
        net.add_node(
            node.id,
            label=node.short,
            name=list(rows(node.short)),
            title=f"{node.name} · {node.type_name}",
            shape="square" if hollow else shape,
            color={"background": "#FFFFFF" if hollow else colour, "border": colour},  # type: ignore[arg-type]
            borderWidth=2.2 if hollow else 1,
            size=sign_size(degree) * (0.86 if hollow else 1),
            x=x,
            y=y,
            degree=degree,
            side=layout.sides.get(node.id, "below"),
            **({"say": say[node.id]} if say else {}),
        )
        del net.nodes[-1]["label"]
    # vis-network paints in the order given: what needs attention comes last and lies on top.
    for line in sorted(shown.lines, key=lambda line: (-WORST_FIRST.index(line.state), line.a, line.b)):
        disputed = line.state is TieState.DISPUTED
        width = WIDTHS[line.width - 1] * (1 if curved else THIN)
        colour = (
            COLOURS[line.state]
            if curved
            else {"color": COLOURS[line.state], "opacity": PALE[line.state], "inherit": False}
        )
        _edge(net, line, id=line_id(line), width=width + (4 if curved else 2) if disputed else width, color=colour,
              dashes=DASHES[line.state], state=str(line.state), **_marks(line))  # fmt: skip
        if disputed:
            _edge(
                net, line, id=line_id(line) + "~", width=width + (1.2 if curved else 0.4), color="#FFFFFF", dashes=False
            )
    net.set_options(json.dumps(options(curved)))
    return net


def options(curved: bool) -> dict[str, Any]:
    """Options of vis-network: no physics, no animation, nothing that moves by itself."""
    return {
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False, "randomSeed": 1},
        "interaction": {
            "dragNodes": False,
            "hover": False,
            "keyboard": False,
            "selectConnectedEdges": False,
            "tooltipDelay": 300,
            "zoomView": False,
            "hideEdgesOnDrag": not curved,
            "hideEdgesOnZoom": not curved,
            "zoomSpeed": 0.6,
        },  # fmt: skip
        "nodes": {"chosen": False},
        "edges": {
            "arrows": {"to": {"enabled": False}, "from": {"enabled": False}},
            "chosen": False,
            "hoverWidth": 0,
            "selectionWidth": 0,
            "smooth": {"enabled": True, "type": "curvedCW", "roundness": CURVE} if curved else {"enabled": False},
        },
    }


def page_data(
    shown: MapSet, layout: Layout, *, guides: Mapping[str, str], isolates: str, say: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the page's module needs: vis-network's nodes, edges and options, and `around` them what the painter adds."""
    net = network(shown, layout, say=say)
    return {
        "nodes": net.nodes,
        "edges": net.edges,
        "options": options(len(shown.nodes) <= NAMED),
        "around": around(shown, layout, guides=guides, isolates=isolates),
    }


def around(shown: MapSet, layout: Layout, *, guides: Mapping[str, str], isolates: str) -> dict[str, Any]:
    """Rings or voivodeships behind the map, the row of isolates, the box; `guides` are their names."""
    return {
        "guides": [
            {"x": each.x, "y": each.y, "rx": each.rx, "ry": each.ry, "name": guides.get(each.name, ""),
             "text": [each.text_x, each.text_y]}
            for each in layout.guides
        ],
        "rule": False if layout.rule is None else {"y": layout.rule, "text": isolates},
        "box": list(layout.box),
        "large": len(shown.nodes) > NAMED,
    }  # fmt: skip


def control_point(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Control point of the quadratic curve that vis-network draws as "curvedCW", so both pictures are one."""
    dx, dy = end[0] - start[0], start[1] - end[1]
    radius, part = math.hypot(dx, dy), 0.5 * CURVE + 0.5
    angle = math.atan2(dy, dx) + part * math.pi
    return start[0] + part * radius * math.sin(angle), start[1] + part * radius * math.cos(angle)


def _edge(net: Network, line: Line, **values: Any) -> None:
    net.add_edge(line.a, line.b, **values)
    del net.edges[-1]["arrows"]  # that pyvis gives a directed network; a tie has no direction


def _marks(line: Line) -> dict[str, Any]:
    marks: dict[str, Any] = {"areas": len(line.areas)}
    if line.state is TieState.ONE_SIDED and line.claimant:
        marks["claimant"] = line.claimant
    if line.stale and line.state is not TieState.NONE:
        marks["stale"] = True
    return marks
