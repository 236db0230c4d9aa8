"""Measures against values published for known networks, and on networks that are empty or fall apart."""

import random
from datetime import date

import networkx as nx
import pytest

from coordination.graph import network
from coordination.graph.model import Stance, TieState
from coordination.graph.network import graph_of, measured
from coordination.graph.ties import all_ties
from tests.graph.build import TODAY, says


def ties(*pairs, both=True):
    said = [says(a, b) for a, b in pairs]
    return all_ties([*said, *(says(b, a) for a, b in pairs)] if both else said, TODAY)


def place(found, id):
    return next(one for one in found.places if one.id == id)


def test_karate_club_has_its_published_values():
    # Zachary (1977): 34 members, 78 ties; betweenness as in the manuals of igraph and NetworkX.
    karate = nx.karate_club_graph()
    found = network.network(
        ties(*((f"{a:02}", f"{b:02}") for a, b in karate.edges())), [f"{n:02}" for n in karate]
    )
    assert (len(found.places), found.ties) == (34, 78)
    assert found.density == pytest.approx(0.1390374)
    assert place(found, "00").degree == 16
    assert place(found, "33").degree == 17
    assert place(found, "00").betweenness == pytest.approx(0.4376352, abs=1e-6)
    assert place(found, "33").betweenness == pytest.approx(0.3040749, abs=1e-6)
    assert place(found, "00").closeness == pytest.approx(0.5689655, abs=1e-6)
    assert found.cut_points == ("00",)
    assert found.bridges == (("00", "11"),)
    assert len(found.components) == 1


def test_florentine_families_have_their_published_values():
    # Padgett and Ansell (1993), marriages. Wasserman and Faust (1994, ch. 5) count the Pucci, who married into
    # no other family: Medici 0.400 and 0.452. Manuals of network programs leave them out: 0.429 and 0.522.
    families = nx.florentine_families_graph()
    names = [*families.nodes, "Pucci"]
    found = network.network(ties(*families.edges()), names)
    medici = place(found, "Medici")
    assert medici.degree == 6
    assert medici.degree_centrality == pytest.approx(0.400, abs=0.001)
    assert medici.betweenness == pytest.approx(0.452, abs=0.001)
    without = network.network(ties(*families.edges()), list(families))
    assert place(without, "Medici").betweenness == pytest.approx(0.522, abs=0.001)
    assert place(without, "Medici").degree_centrality == pytest.approx(0.429, abs=0.001)
    assert place(without, "Medici").closeness == pytest.approx(0.560, abs=0.001)
    assert found.isolates == ("Pucci",)
    assert set(without.cut_points) == {"Albizzi", "Guadagni", "Medici", "Salviati"}


def test_large_networks_get_the_same_values_by_another_way(monkeypatch):
    rng = random.Random(7)
    graph = nx.Graph()
    graph.add_nodes_from(f"n{number:03}" for number in range(120))
    nodes = list(graph)
    graph.add_edges_from(rng.sample(nodes[:90], 2) for _ in range(110))  # 30 isolates, several components
    slow = measured(graph)
    monkeypatch.setattr(network, "LARGE", 0)
    fast = measured(graph)
    assert len(slow.components) > 30
    for one, other in zip(slow.places, fast.places, strict=True):
        assert one.id == other.id
        assert one.betweenness == pytest.approx(other.betweenness, abs=1e-12)
        assert one.closeness == pytest.approx(other.closeness, abs=1e-12)


@pytest.mark.parametrize("large", [500, 0])
def test_nothing_and_next_to_nothing_have_measures(monkeypatch, large):
    monkeypatch.setattr(network, "LARGE", large)
    empty = network.network([], [])
    assert (empty.places, empty.density, empty.reciprocity, empty.components) == ((), 0.0, None, ())
    one = network.network([], ["KSP"])
    assert one.places[0].betweenness == 0
    assert (one.density, one.isolates) == (0.0, ("KSP",))
    two = network.network(ties(("KSP", "KCIK")), ["KSP", "KCIK"])
    assert (two.density, two.reciprocity) == (1.0, 1.0)
    assert [place.degree_centrality for place in two.places] == [1.0, 1.0]


def test_a_network_in_parts_names_its_parts_largest_first():
    found = network.network(ties(("a", "b"), ("b", "c"), ("d", "e")), "abcdef")
    assert found.components == (("a", "b", "c"), ("d", "e"), ("f",))
    assert place(found, "d").component == 2
    assert found.cut_points == ("b",)
    assert found.bridges == (("a", "b"), ("b", "c"), ("d", "e"))


def test_two_areas_of_a_pair_are_one_edge():
    said = [says(a, b, area=area) for a, b in (("a", "b"), ("b", "a")) for area in ("training", "referral")]
    graph = graph_of(all_ties(said, TODAY), "ab")
    assert graph.edges["a", "b"] == {"areas": ("referral", "training"), "weight": 2}


def test_states_area_and_institutions_limit_the_edges():
    said = [
        *(says(*pair) for pair in (("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "z"))),
        says("d", "c", Stance.DOES_NOT_COOPERATE),
        says("a", "d", area="training"),
    ]
    found = all_ties(said, TODAY)
    assert set(graph_of(found, "abcd").edges) == {("a", "b"), ("b", "c"), ("a", "d")}
    assert set(graph_of(found, "abcd", area="referral").edges) == {("a", "b"), ("b", "c")}
    assert set(graph_of(found, "abcd", states={TieState.CONFIRMED}).edges) == {("a", "b")}
    assert set(graph_of(found, "abcd", states={TieState.DISPUTED}).edges) == {("c", "d")}


def test_reciprocity_is_confirmed_of_confirmed_and_one_sided():
    said = [
        says("a", "b"),
        says("b", "a"),
        says("b", "c"),
        says("c", "d"),
        says("a", "c", on=date(2025, 1, 1)),
    ]
    said += [says("d", "c", Stance.DOES_NOT_COOPERATE)]  # disputed: on neither side of the fraction
    found = network.network(all_ties(said, TODAY), "abcd", states={TieState.CONFIRMED})
    assert found.reciprocity == pytest.approx(1 / 3)
