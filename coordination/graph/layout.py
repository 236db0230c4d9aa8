"""Where each institution stands on the map: pure, seeded, the same input always gives the same picture.

Positions are in drawing units with y downwards; one unit is one CSS pixel when the whole map is shown on a desk.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from coordination.graph import labels
from coordination.graph.mapset import SECTOR_GROUPS, MapSet, Node

Point = tuple[float, float]

SEED = 2026
WIDTH, HEIGHT = 820.0, 640.0  # of a map of up to 55 institutions; grows with the square root of their number
RINGS = ("core", "extended", "on_demand", "national_link")
NAMED = 150  # up to this many institutions every name is written
SMALL = 300  # up to this many, NetworkX; above, the kd-tree step

# Rough centres of the voivodeships, kilometres east and south of a corner west of Szczecin. Only their mutual place
# matters. Source: mean of each voivodeship's outermost meridians and parallels.
CENTRES: dict[str, Point] = {
    "02": (190, 430), "04": (310, 190), "06": (620, 430), "08": (90, 270), "10": (385, 370), "12": (455, 590),
    "14": (500, 280), "16": (270, 480), "18": (585, 580), "20": (630, 175), "22": (275, 75), "24": (350, 520),
    "26": (480, 470), "28": (470, 110), "30": (235, 290), "32": (125, 120),
}  # fmt: skip
NATIONAL_CENTRE: Point = (395, 318)  # the middle: most of its lines go everywhere


@dataclass(frozen=True, slots=True)
class Guide:
    """A faint ellipse behind the map and what it stands for: a ring's role or a voivodeship's code."""

    x: float
    y: float
    rx: float
    ry: float
    name: str  # a role of RINGS, a TERYT code, or "national"
    text_x: float = 0.0
    text_y: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """`positions` by id; `sides`: where the name stands; `rule`: y of the line above the isolates, if there are any."""

    positions: dict[str, Point]
    sides: dict[str, str]
    guides: tuple[Guide, ...]
    box: tuple[float, float, float, float]
    rule: float | None


def lay_out(shown: MapSet, kind: str, *, seed: int = SEED) -> Layout:
    """Place every institution of the set.

    Parameters
    ----------
    kind
        "roles": rings by team role, sectors as wedges. "spring": who works together stands together.
        "geography": each voivodeship laid out alone and placed at its centre, national bodies beside.

    Raises
    ------
    ValueError
        For another kind.

    Notes
    -----
    Force-directed placement is Fruchterman and Reingold (1991), doi:10.1002/spe.4380211102. Institutions without a
    line never enter it: they stand in rows below, where their names can be read.
    """
    alone = {node.id for node in shown.isolates}
    nodes = [node for node in shown.nodes if node.id not in alone]
    pairs = [(line.a, line.b) for line in shown.lines]
    if kind == "roles":
        places, guides = rings(nodes, pairs)
    elif kind == "spring":
        places, guides = spring([node.id for node in nodes], pairs, seed=seed), ()
        places = _fill(places, *_frame(len(nodes)))
    elif kind == "geography":
        places, guides = geography(nodes, pairs, seed=seed)
    else:
        raise ValueError(kind)
    named = len(shown.nodes) <= NAMED
    if named:
        places = labels.separate(
            places,
            {node.id: labels.size(node.short) for node in nodes},
            pinned=kind == "roles",
            kept=guides_text(guides),
        )
    box = _box(places.values(), guides)
    places, rule, box = _rows_below(places, sorted(shown.isolates, key=lambda node: node.short), box)
    shorts = {node.id: node.short for node in shown.nodes}
    sides = labels.sides(places, shorts, pairs, below=alone, kept=guides_text(guides)) if named else {}
    rounded = {key: (round(x, 1), round(y, 1)) for key, (x, y) in sorted(places.items())}
    return Layout(rounded, sides, tuple(guides), box, rule)


def guides_text(guides: Iterable[Guide]) -> list[Point]:
    """Middles of the guides' names, which signs keep clear of."""
    return [(guide.text_x, guide.text_y - 6) for guide in guides]


def _frame(n: int) -> Point:
    # Signs without names need less room.
    scale = max(1.0, math.sqrt(min(n, NAMED) / 55), 0.65 * math.sqrt(n / 55))
    return WIDTH * scale, HEIGHT * scale


def spring(ids: Sequence[str], pairs: Iterable[tuple[str, str]], *, seed: int = SEED) -> dict[str, Point]:
    """Force-directed places around (0, 0), of any size; isolates and separate parts are kept near.

    n up to 300: NetworkX, O(n²) a step. Above: repulsion only from neighbours found by a kd-tree, O((n + m) log n).
    """
    import networkx as nx

    ids = sorted(ids)
    if len(ids) < 2:
        return {each: (0.0, 0.0) for each in ids}
    known = set(ids)
    edges = sorted({(min(pair), max(pair)) for pair in pairs if set(pair) <= known})
    if len(ids) > SMALL:
        return _force_steps(ids, edges, seed)
    graph = nx.Graph()
    graph.add_nodes_from(ids)
    graph.add_edges_from(edges)
    # Separate parts repel each other out of the picture; a weightless middle holds them by one thread each.
    parts = list(nx.connected_components(graph))
    if len(parts) > 1:
        for part in parts:
            graph.add_edge("", max(part, key=lambda each: (graph.degree(each), each)), weight=0.3)
    found = nx.spring_layout(graph, seed=seed, k=1.6 / math.sqrt(len(ids)), iterations=120)
    return {each: (float(found[each][0]), float(found[each][1])) for each in ids}


def _force_steps(ids: Sequence[str], edges: Sequence[tuple[str, str]], seed: int, steps: int = 90) -> dict[str, Point]:
    from scipy.sparse import coo_array
    from scipy.spatial import KDTree

    n = len(ids)
    index = {each: place for place, each in enumerate(ids)}
    ends = np.array([(index[a], index[b]) for a, b in edges], dtype=np.intp).reshape(-1, 2)
    at = np.random.default_rng(seed).normal(scale=math.sqrt(n) / 3, size=(n, 2))
    degree = np.maximum(1, np.bincount(ends.ravel(), minlength=n))[:, None]
    for step in range(steps):
        near = KDTree(at).query_pairs(2.5, output_type="ndarray")
        apart = at[near[:, 0]] - at[near[:, 1]]
        distance = np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-3)
        push = apart / distance**2
        move = _sum(near[:, 0], push, n, coo_array) - _sum(near[:, 1], push, n, coo_array)
        pull = (at[ends[:, 1]] - at[ends[:, 0]]) * 0.4
        move += (_sum(ends[:, 0], pull, n, coo_array) - _sum(ends[:, 1], pull, n, coo_array)) / np.sqrt(degree)
        move -= at * 0.02
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        at += move / length * np.minimum(length, 2.0 * (1 - step / steps) + 0.02)
    return {each: (float(x), float(y)) for each, (x, y) in zip(ids, at, strict=True)}


def _sum(rows: np.ndarray, values: np.ndarray, n: int, coo: Callable) -> np.ndarray:
    """Sum of the rows of `values` by target; a sparse product is several times faster than np.add.at."""
    ones = coo((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(n, len(rows)))
    return ones @ values


def _fill(places: Mapping[str, Point], width: float, height: float) -> dict[str, Point]:
    """Stretch places over the frame: half as they are, half by their order, so that no crowd stays in the middle."""
    if len(places) < 2:
        return {key: (width / 2, height / 2) for key in places}
    keys = list(places)
    at = np.array([places[key] for key in keys])
    out = np.empty_like(at)
    for axis, size in ((0, width), (1, height)):
        values = at[:, axis]
        spread = (values - values.min()) / max(1e-9, values.max() - values.min())
        order = np.argsort(np.argsort(values, kind="stable"), kind="stable") / (len(keys) - 1)
        out[:, axis] = (0.5 * spread + 0.5 * order) * size
    return {key: (float(x), float(y)) for key, (x, y) in zip(keys, out, strict=True)}


def rings(nodes: Sequence[Node], pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, Point], tuple[Guide, ...]]:
    """Concentric rings by team role, inner to outer, sectors in the same order clockwise from the top of each.

    On a ring all stand equally far apart, which leaves names the most room; within a sector the order follows the
    mean angle of the partners, which shortens lines. The top of each ring stays free for its name.
    """
    used = [ring for ring in RINGS if any(_ring(node) == ring for node in nodes)]
    width, height = _frame(len(nodes))
    orders = {ring: sorted((node for node in nodes if _ring(node) == ring), key=_by_sector) for ring in used}
    partners: dict[str, list[str]] = {}
    for a, b in pairs:
        partners.setdefault(a, []).append(b)
        partners.setdefault(b, []).append(a)
    angle: dict[str, float] = {}
    for step in range(6):
        for ring in used:
            order = orders[ring]
            if step:
                order.sort(key=lambda node: (*_by_sector(node)[:1], _mean_angle(node.id, partners, angle), node.id))
            for place, node in enumerate(order):
                angle[node.id] = 2 * math.pi * (place + 0.5) / len(order)
    shares = _shares([len(orders[ring]) for ring in used])
    places: dict[str, Point] = {}
    guides = []
    for ring, share in zip(used, shares, strict=True):
        rx, ry = width / 2 * share, height / 2 * share
        crowded = len(orders[ring]) > 2 * math.pi * math.sqrt((rx**2 + ry**2) / 2) / 85
        for place, node in enumerate(orders[ring]):
            # Neighbours of a crowded ring step in and out, so that their names do not meet.
            step_out = 1 + ((-0.08, 0.06)[place % 2] if crowded else 0.0)
            turn = angle[node.id] - math.pi / 2
            places[node.id] = (rx * step_out * math.cos(turn), ry * step_out * math.sin(turn))
        guides.append(Guide(0.0, 0.0, rx, ry, ring, 0.0, -ry))
    return places, tuple(guides)


def _shares(sizes: Sequence[int]) -> list[float]:
    """Radius of each ring as a share of the outermost: even steps, wider where many stand, a lone one in the middle."""
    if len(sizes) < 2:
        return [0.9 for _ in sizes]
    first = 0.12 if sizes[0] == 1 else 0.36 + min(0.14, sizes[0] / 100)
    weight = [0.35 + min(1.0, size / 14) for size in sizes[1:]]
    total, at, found = sum(weight), first, [first]
    for step in weight:
        at += step / total * (1 - first)
        found.append(at)
    return found


def _by_sector(node: Node) -> tuple[int, str, str]:
    return SECTOR_GROUPS.index(node.sector), node.short, node.id


def _ring(node: Node) -> str:
    return node.ring if node.ring in RINGS else "on_demand"


def _mean_angle(one: str, partners: Mapping[str, list[str]], angle: Mapping[str, float]) -> float:
    """The direction its partners lie in, 0 to 2π clockwise from the top; its own place when it has none."""
    around = [angle[other] for other in partners.get(one, ()) if other in angle]
    if not around:
        return angle[one]
    return round(math.atan2(sum(map(math.sin, around)), sum(map(math.cos, around))) % (2 * math.pi), 6)


def geography(
    nodes: Sequence[Node], pairs: Sequence[tuple[str, str]], *, seed: int = SEED
) -> tuple[dict[str, Point], tuple[Guide, ...]]:
    """Each voivodeship alone at its centre; circles that would overlap push each other away."""
    homes: dict[str, list[str]] = {}
    for node in nodes:
        homes.setdefault(node.home if node.home in CENTRES else "national", []).append(node.id)
    names = sorted(homes)
    step = 30.0 if len(nodes) <= NAMED else 24.0
    radius = np.array(
        [step * (0.9 + (0.95 if name == "national" else 0.62) * math.sqrt(len(homes[name]))) for name in names]
    )
    at = np.array([CENTRES.get(name, NATIONAL_CENTRE) for name in names], dtype=float)
    at *= max(1.6, 1.05 * float(np.sqrt((radius**2).sum())) / 330)
    for _ in range(200):
        moved = False
        for i in range(len(names)):
            for j in range(i):
                apart = at[i] - at[j]
                distance = float(np.hypot(*apart)) or 1e-6
                overlap = radius[i] + radius[j] + 34 - distance
                if overlap > 0.5:
                    at[i] += apart / distance * overlap / 2
                    at[j] -= apart / distance * overlap / 2
                    moved = True
        if not moved:
            break
    places: dict[str, Point] = {}
    guides = []
    inside: dict[str, list[tuple[str, str]]] = {name: [] for name in names}
    home = {each: name for name, members in homes.items() for each in members}
    for a, b in pairs:
        if home[a] == home[b]:
            inside[home[a]].append((a, b))
    for name, (x, y), size in zip(names, at.tolist(), radius.tolist(), strict=True):
        own = _disc(spring(homes[name], inside[name], seed=seed), size - step * 0.5)
        places.update({key: (x + dx, y + dy) for key, (dx, dy) in own.items()})
        guides.append(Guide(x, y, size, size, name, x, y - size - 6))
    return places, tuple(guides)


def _disc(places: Mapping[str, Point], radius: float) -> dict[str, Point]:
    """Spread places evenly over a disc: the direction stays, the distance becomes the order from the middle."""
    if len(places) == 1:
        return dict.fromkeys(places, (0.0, 0.0))
    keys = sorted(places)
    at = np.array([places[key] for key in keys])
    at = at - at.mean(axis=0)
    distance = np.linalg.norm(at, axis=1)
    order = np.argsort(np.argsort(distance, kind="stable"), kind="stable")
    wanted = radius * np.sqrt((order + 0.6) / len(keys))
    blend = 0.8 * wanted + 0.2 * radius * distance / max(1e-9, distance.max())
    at = at / np.maximum(distance, 1e-9)[:, None] * np.minimum(blend, radius)[:, None]
    at = labels.spread(at, radius)
    return {key: (float(x), float(y)) for key, (x, y) in zip(keys, at, strict=True)}


def _box(points: Iterable[Point], guides: Iterable[Guide]) -> tuple[float, float, float, float]:
    at = [*points]
    for guide in guides:
        at += [(guide.x - guide.rx, guide.y - guide.ry - 22), (guide.x + guide.rx, guide.y + guide.ry)]
    if not at:
        return (0.0, 0.0, WIDTH, 0.0)
    xs, ys = [x for x, _ in at], [y for _, y in at]
    return (min(xs) - 62, min(ys) - 26, max(xs) + 62, max(ys) + 44)


def _rows_below(
    places: dict[str, Point], alone: Sequence[Node], box: tuple[float, float, float, float]
) -> tuple[dict[str, Point], float | None, tuple[float, float, float, float]]:
    """Institutions without a line, in rows under a rule, left to right in the order given."""
    left, top, right, bottom = box
    if not alone:
        return places, None, box
    cell, line = (140.0, 58.0) if len(alone) <= NAMED else (40.0, 36.0)
    columns = max(1, int((right - left - 20) // cell))
    placed = dict(places)
    for place, node in enumerate(alone):
        placed[node.id] = (left + 62 + (place % columns) * cell, bottom + 52 + (place // columns) * line)
    rows = math.ceil(len(alone) / columns)
    return placed, bottom, (left, top, right, bottom + 52 + rows * line)


_kept: OrderedDict[Hashable, Layout] = OrderedDict()
_lock = Lock()
_MOST = 24


def placed(shown: MapSet, kind: str) -> Layout:
    """`lay_out`, remembered: page, picture and files of one set ask for the same places within seconds."""
    key = (kind, shown.nodes, tuple((line.a, line.b) for line in shown.lines))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = lay_out(shown, kind)
    with _lock:
        _kept[key] = found
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found
