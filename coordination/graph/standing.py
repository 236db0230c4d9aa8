"""What one institution means for the map it is on: how much it bridges, and what falls apart without it."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx

from coordination.graph.mapset import MapSet
from coordination.graph.model import TieState

_FAST = 300  # above, rustworkx: the same values some twenty times sooner


@dataclass(frozen=True, slots=True)
class Standing:
    """`rank`: place by betweenness among `of` institutions, 1 is most, equal values share it; 0 when it bridges nothing.
    `cut_off`: groups that lose every way to the rest without it, smallest first; empty when it is no cut point."""

    rank: int
    of: int
    cut_off: tuple[tuple[str, ...], ...]


def graph(shown: MapSet) -> nx.Graph:
    """Institutions and the pairs in which somebody says there is cooperation."""
    found = nx.Graph()
    found.add_nodes_from(node.id for node in shown.nodes)
    found.add_edges_from((line.a, line.b) for line in shown.lines if line.state is not TieState.NONE)
    return found


def betweenness(network: nx.Graph) -> dict[str, float]:
    """Share of shortest paths through each institution: Freeman (1977), doi:10.2307/3033543. O(n m)."""
    if network.number_of_nodes() <= _FAST:
        return nx.betweenness_centrality(network)
    import rustworkx as rx

    ids = list(network)
    place = {each: number for number, each in enumerate(ids)}
    other = rx.PyGraph()
    other.add_nodes_from(ids)
    other.add_edges_from_no_data([(place[a], place[b]) for a, b in network.edges])
    return {ids[number]: value for number, value in rx.betweenness_centrality(other).items()}


def standing(shown: MapSet, institution_id: str) -> Standing:
    """Place of one institution. Raises KeyError when it is not in the set."""
    network = graph(shown)
    part = nx.node_connected_component(network, institution_id)
    values = {key: round(value, 12) for key, value in betweenness(network).items()}
    own = values[institution_id]
    rank = 1 + sum(value > own for value in values.values()) if own > 0 else 0
    rest = network.subgraph(part - {institution_id})
    groups = sorted((tuple(sorted(group)) for group in nx.connected_components(rest)), key=lambda group: (len(group), group))
    return Standing(rank, network.number_of_nodes(), tuple(groups[:-1]) if len(groups) > 1 else ())
