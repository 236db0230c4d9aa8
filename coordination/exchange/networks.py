"""The network of ties as a file for other programs, made from the same filtered set as the map.

Nodes are institutions, isolates included; an edge is a pair, with its state, the areas it cooperates in and, where
only one side claims it, which. Ids and texts are plain; nothing is left to a writer that fails on dates or None.
Formats: GEXF 1.2 · GraphML · Pajek NET · Kumu JSON · UCINET DL (edgelist1) · CSV edge list.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import date

from coordination import clock, permissions
from coordination.errors import NotFound
from coordination.exchange import writing
from coordination.graph import catalogue
from coordination.graph import world as worlds
from coordination.graph.mapset import Line, MapSet
from coordination.graph.selection import STATED, Filters, Words, filtered
from coordination.graph.store import Store
from coordination.permissions import Actor, Permission

FORMATS = ("gexf", "graphml", "pajek", "kumu", "ucinet", "csv")
MEDIA = {
    "gexf": ("gexf", "application/xml"),
    "graphml": ("graphml", "application/xml"),
    "pajek": ("net", "text/plain; charset=utf-8"),
    "kumu": ("json", "application/json"),
    "ucinet": ("dl", "text/plain; charset=utf-8"),
    "csv": ("csv", "text/csv; charset=utf-8"),
}
COLUMNS = ("source", "target", "state", "areas", "claimant", "fresh", "last")


def selected(
    store: Store,
    actor: Actor,
    *,
    voivodeship: str | None = None,
    on: date | None = None,
    area: str = "",
    lang: str = "pl",
) -> MapSet:
    """What the map shows to this actor under the same filter.

    Raises Forbidden when the role sees no network or never exports, NotFound for a foreign voivodeship.
    """
    permissions.scope(actor, Permission.FILE_EXPORT)
    scope = permissions.scope(actor, Permission.NETWORK_READ)
    if voivodeship is not None and not (scope.everything or voivodeship in scope.voivodeships):
        raise NotFound(voivodeship)
    day = on or clock.today()
    words = Words(
        types=catalogue.institution_types(store),
        areas=catalogue.areas(store),
        voivodeships={each.teryt: each for each in catalogue.voivodeships(store)},
        lang=lang,
        national="cała Polska" if lang == "pl" else "all Poland",
    )
    filters = Filters(as_of=day, voivodeship=voivodeship or "", area=area, states=STATED)
    return filtered(worlds.world(store, day), scope, filters, words)


def chunks(
    store: Store, actor: Actor, format: str, *, voivodeship: str | None = None, on: date | None = None
) -> Iterator[bytes]:
    """The file in the asked format."""
    return write(format, selected(store, actor, voivodeship=voivodeship, on=on))


def write(format: str, shown: MapSet) -> Iterator[bytes]:
    return _WRITERS[format](shown)


def _areas(line: Line) -> str:
    return ";".join(tie.area for tie in line.areas)


def _fresh(line: Line) -> str:
    return "false" if line.stale else "true"


def _graph(shown: MapSet):
    import networkx as nx

    graph = nx.Graph()
    for node in shown.nodes:
        graph.add_node(
            node.id,
            label=_xml(node.short),
            name=_xml(node.name),
            type=node.type,
            sector=node.sector,
            voivodeships=_xml(node.places),
        )
    for line in shown.lines:
        graph.add_edge(
            line.a,
            line.b,
            state=str(line.state),
            areas=_areas(line),
            weight=float(len(line.areas)),
            claimant=line.claimant,
            fresh=_fresh(line),
            last=line.last.isoformat() if line.last else "",
        )
    return graph


def _xml(text: str) -> str:
    # XML has no place for control characters, and its writers let them pass.
    return "".join(sign for sign in text if sign.isprintable() or sign == " ")


def _gexf(shown: MapSet) -> Iterator[bytes]:
    import networkx as nx

    yield "\n".join(nx.generate_gexf(_graph(shown), version="1.2draft")).encode("utf-8")


def _graphml(shown: MapSet) -> Iterator[bytes]:
    import networkx as nx

    file = io.BytesIO()
    nx.write_graphml_xml(_graph(shown), file)
    yield file.getvalue()


def _pajek(shown: MapSet) -> Iterator[bytes]:
    """Vertices by number with their labels; lines carry the number of areas and the state as their label."""
    number = {node.id: place for place, node in enumerate(shown.nodes, 1)}
    yield f"*Vertices {len(number)}\n".encode()
    for node in shown.nodes:
        yield f'{number[node.id]} "{_quoteless(node.short)} [{node.id}]"\n'.encode()
    yield b"*Edges\n"
    for line in shown.lines:
        yield f'{number[line.a]} {number[line.b]} {len(line.areas)} l "{line.state}"\n'.encode()


def _quoteless(text: str) -> str:
    return " ".join(_xml(text).replace('"', "”").split())


def _kumu(shown: MapSet) -> Iterator[bytes]:
    elements = [
        {
            "id": node.id, "label": node.short, "type": node.type_name, "description": node.name,
            "sector": node.sector, "voivodeships": node.places,
        }
        for node in shown.nodes
    ]  # fmt: skip
    connections = [
        {
            "from": line.a, "to": line.b, "direction": "undirected", "type": str(line.state),
            "areas": [tie.area for tie in line.areas], "claimant": line.claimant,
            "last": line.last.isoformat() if line.last else "",
        }
        for line in shown.lines
    ]  # fmt: skip
    yield json.dumps({"elements": elements, "connections": connections}, ensure_ascii=False, indent=1).encode("utf-8")


def _ucinet(shown: MapSet) -> Iterator[bytes]:
    """UCINET splits labels at spaces and commas, so they are the ids; each edge stands once in each direction."""
    yield f"dl n={len(shown.nodes)} format=edgelist1\nlabels:\n".encode()
    yield ("\n".join(f'"{node.id}"' for node in shown.nodes) + "\ndata:\n").encode()
    place = {node.id: number for number, node in enumerate(shown.nodes, 1)}
    for line in shown.lines:
        a, b, weight = place[line.a], place[line.b], len(line.areas)
        yield f"{a} {b} {weight}\n{b} {a} {weight}\n".encode()


def _csv(shown: MapSet) -> Iterator[bytes]:
    rows = (
        {
            "source": line.a, "target": line.b, "state": str(line.state), "areas": _areas(line),
            "claimant": line.claimant, "fresh": _fresh(line), "last": line.last.isoformat() if line.last else "",
        }
        for line in shown.lines
    )  # fmt: skip
    return writing.csv_chunks(COLUMNS, rows)


_WRITERS: dict[str, Callable[[MapSet], Iterator[bytes]]] = {
    "gexf": _gexf, "graphml": _graphml, "pajek": _pajek, "kumu": _kumu, "ucinet": _ucinet, "csv": _csv,
}  # fmt: skip
