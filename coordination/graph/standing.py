"""What one institution means for the map it is on: how much it bridges, and what falls apart without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coordination.graph.mapset import MapSet, Node
from coordination.graph.network import COOPERATION, betweenness

if TYPE_CHECKING:
    import networkx as nx  # a slow import, left to the functions that need it


@dataclass(frozen=True, slots=True)
class Standing:
    """`rank`: place by betweenness among `of` institutions, 1 is most, equal values share it; 0 when it bridges nothing.
    `cut_off`: groups that lose every way to the rest without it, smallest first; empty when it is no cut point."""

    rank: int
    of: int
    cut_off: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Weak:
    """Where the map is thin. `parts`: groups of two and more that no tie joins; `cut_points` and `brokers` most
    weighty first, `brokers` at most five; `bridges`: how many ties alone hold two parts together."""

    parts: int
    cut_points: tuple[Node, ...]
    brokers: tuple[Node, ...]
    bridges: int


def graph(shown: MapSet) -> nx.Graph:
    """Institutions, and the pairs that cooperate in at least one area, confirmed or one-sided."""
    import networkx as nx

    if "graph" not in shown.memo:
        found = nx.Graph()
        found.add_nodes_from(node.id for node in shown.nodes)
        found.add_edges_from((line.a, line.b) for line in shown.lines if any(each.state in COOPERATION for each in line.areas))
        shown.memo["graph"] = found
    return shown.memo["graph"]


def _weights(shown: MapSet) -> dict[str, float]:
    if "weights" not in shown.memo:
        shown.memo["weights"] = {key: round(value, 12) for key, value in betweenness(graph(shown)).items()}
    return shown.memo["weights"]


def standing(shown: MapSet, institution_id: str) -> Standing:
    """Place of one institution. Raises KeyError when it is not in the set."""
    import networkx as nx

    network = graph(shown)
    if institution_id not in network:
        raise KeyError(institution_id)
    part = nx.node_connected_component(network, institution_id)
    values = _weights(shown)
    own = values[institution_id]
    rank = 1 + sum(value > own for value in values.values()) if own > 0 else 0
    rest = network.subgraph(part - {institution_id})
    groups = sorted((tuple(sorted(group)) for group in nx.connected_components(rest)), key=lambda group: (len(group), group))
    return Standing(rank, network.number_of_nodes(), tuple(groups[:-1]) if len(groups) > 1 else ())


def weak(shown: MapSet) -> Weak:
    """What would break first, and who holds it together."""
    import networkx as nx

    network, weight = graph(shown), _weights(shown)
    cut_points = set(nx.articulation_points(network))
    heavy = sorted(weight, key=lambda key: (-weight[key], key))
    return Weak(
        parts=sum(len(part) > 1 for part in nx.connected_components(network)),
        cut_points=tuple(shown.by_id[key] for key in heavy if key in cut_points),
        brokers=tuple(shown.by_id[key] for key in heavy[:5] if weight[key] > 0),
        bridges=sum(1 for _ in nx.bridges(network)),
    )
