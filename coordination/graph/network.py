"""Ties as a network, and its measures. Pure functions; every one survives an empty and a disconnected network.

One edge joins two institutions however many areas they share. Measures are normalised as NetworkX does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coordination.graph.model import TieState
from coordination.graph.ties import Tie

if TYPE_CHECKING:
    import networkx as nx  # a slow import, left to the functions that need it

COOPERATION = frozenset({TieState.CONFIRMED, TieState.ONE_SIDED})
# Above this many nodes rustworkx is used: 0.5 s at 2,000 nodes where NetworkX needs 13 s, with equal results.
LARGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One institution's place in a network.

    degree: partners it has ties with. degree_centrality: the share of all others that are partners.
    betweenness: the share of shortest paths between others that lead through it. closeness: how near the
    others it reaches are, scaled by how many it reaches (Wasserman and Faust). component: 1 is the largest.
    cut_point: without it some of the others could no longer reach each other.
    """

    id: str
    degree: int
    degree_centrality: float
    betweenness: float
    closeness: float
    component: int
    cut_point: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network as a whole. `places` follow the order of its ids."""

    places: tuple[Place, ...]
    ties: int  # pairs with at least one tie in the states asked for
    density: float  # of the pairs there could be; 0 where there are fewer than two institutions
    reciprocity: float | None  # confirmed of confirmed and one-sided ties; None where there are none
    components: tuple[tuple[str, ...], ...]  # largest first, isolates last
    cut_points: tuple[str, ...]
    bridges: tuple[tuple[str, str], ...]  # pairs whose tie alone holds two parts together
    isolates: tuple[str, ...]


def graph_of(
    ties: Iterable[Tie], ids: Iterable[str], *, area: str = "", states: Collection[TieState] = COOPERATION
) -> nx.Graph:
    """An undirected graph of the institutions `ids`, isolates included, with an edge per pair.

    Ties with an end outside `ids`, in another area or state are left out. An edge has `areas`, the areas of
    its ties in order, and `weight`, their number.
    """
    import networkx as nx

    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(sorted(set(ids)))
    areas: dict[tuple[str, str], list[str]] = {}
    for tie in _within(ties, graph, area):
        if tie.state in states:
            areas.setdefault((tie.a, tie.b), []).append(tie.area)
    graph.add_edges_from(
        (a, b, {"areas": tuple(sorted(found)), "weight": len(found)})
        for (a, b), found in sorted(areas.items())
    )
    return graph


def network(
    ties: Iterable[Tie], ids: Iterable[str], *, area: str = "", states: Collection[TieState] = COOPERATION
) -> Network:
    """The measures of the network of some institutions.

    Reciprocity counts ties (a pair in an area) whatever `states` are asked for: it says how much of what one
    side states the other confirms.
    """
    ties = list(ties)
    graph = graph_of(ties, ids, area=area, states=states)
    return measured(graph, reciprocity(_within(ties, graph, area)))


def measured(graph: nx.Graph, mutual: float | None = None) -> Network:
    """The measures of an undirected graph without loops. Time O(n m), dominated by betweenness."""
    import networkx as nx

    parts = sorted(
        (tuple(sorted(part)) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part)
    )
    part_of = {one: number for number, part in enumerate(parts, start=1) for one in part}
    cuts = set(nx.articulation_points(graph))
    between, close = betweenness(graph), closeness(graph)
    others = max(1, len(graph) - 1)
    return Network(
        places=tuple(
            Place(
                id=one,
                degree=degree,
                degree_centrality=degree / others,
                betweenness=between[one],
                closeness=close[one],
                component=part_of[one],
                cut_point=one in cuts,
            )
            for one, degree in graph.degree()
        ),
        ties=graph.number_of_edges(),
        density=nx.density(graph) if len(graph) > 1 else 0.0,
        reciprocity=mutual,
        components=tuple(parts),
        cut_points=tuple(sorted(cuts)),
        bridges=tuple(sorted(tuple(sorted(pair)) for pair in nx.bridges(graph))),
        isolates=tuple(sorted(nx.isolates(graph))),
    )


def betweenness(graph: nx.Graph) -> dict[str, float]:
    """Betweenness of Freeman (1977), normalised by (n - 1)(n - 2) / 2; 0 for everyone below three nodes."""
    import networkx as nx

    if len(graph) <= LARGE:
        return nx.betweenness_centrality(graph)
    import rustworkx as rx

    fast, nodes = _fast(graph)
    return dict(zip(nodes, rx.betweenness_centrality(fast).values(), strict=True))


def closeness(graph: nx.Graph) -> dict[str, float]:
    """Closeness in the form of Wasserman and Faust (1994), which holds in a disconnected network."""
    import networkx as nx

    if len(graph) <= LARGE:
        return nx.closeness_centrality(graph)
    import rustworkx as rx

    fast, nodes = _fast(graph)
    return dict(zip(nodes, rx.closeness_centrality(fast).values(), strict=True))


def reciprocity(ties: Iterable[Tie]) -> float | None:
    """Confirmed ties of those that are confirmed or one-sided; None where there is neither."""
    count = Counter(tie.state for tie in ties)
    both, one = count[TieState.CONFIRMED], count[TieState.ONE_SIDED]
    return both / (both + one) if both + one else None


def _within(ties: Iterable[Tie], graph: nx.Graph, area: str) -> Iterable[Tie]:
    return (tie for tie in ties if tie.a in graph and tie.b in graph and (not area or tie.area == area))


def _fast(graph: nx.Graph):
    import rustworkx as rx

    nodes = list(graph)
    number = {one: place for place, one in enumerate(nodes)}
    fast = rx.PyGraph(multigraph=False)
    fast.add_nodes_from(nodes)
    fast.add_edges_from_no_data([(number[a], number[b]) for a, b in graph.edges()])
    return fast, nodes
