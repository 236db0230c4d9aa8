"""The filtered set, its places and its picture: pure, on the real institutions with a made-up network."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
from collections import Counter
from xml.etree import ElementTree

import pytest

from coordination.cooperation import map_rows
from coordination.exchange import writing
from coordination.graph import drawing, layout, picture
from coordination.graph.labels import place, size
from coordination.graph.labels import rows as name_rows
from coordination.graph.mapset import SECTOR_GROUPS, AreaTie, Line, lines, sector_group
from coordination.graph.model import TieState
from coordination.graph.selection import STATED, Filters, filtered
from coordination.graph.standing import standing
from coordination.permissions import Scope
from tests.cooperation import made

EVERYWHERE = Scope(everything=True)
WORDS = made.words()
STATES = (TieState.CONFIRMED, TieState.ONE_SIDED, TieState.DISPUTED, TieState.NONE)
CAPTIONS = picture.Captions(
    title="Map <of> & ties", lede="lede", description="description", states={state: str(state) for state in STATES},
    sectors={sector: sector for sector in SECTOR_GROUPS}, isolates="alone", lines_heading="lines", shapes_heading="shapes",
    width_note="width", stale="stale",
)  # fmt: skip


@pytest.fixture(scope="module")
def world():
    return made.world(per_institution=3.2)


def shown_in(world, voivodeship="14", **filters):
    return filtered(world, EVERYWHERE, Filters(as_of=made.TODAY, voivodeship=voivodeship, **filters), WORDS)


def said(world):
    """An oracle that shares no code with the product: who says what about whom, as plain tuples."""
    claims = {}
    for each in sorted(world.statements, key=lambda each: each.stated_on):
        claims[each.claimant_id, each.partner_id, each.area] = str(each.stance)
    return claims


def expected_lines(world, inside, area="", states=STATED):
    claims = said(world)
    found: dict[tuple[str, str], list[str]] = {}
    for (claimant, partner, where), stance in claims.items():
        if claimant not in inside or partner not in inside or (area and where != area):
            continue
        other = claims.get((partner, claimant, where))
        if other is not None and claimant > partner:
            continue  # met from the other side
        yes = [stance, other].count("cooperates")
        word = {2: "confirmed", 0: "none"}.get(yes) or ("one-sided" if other is None else "disputed")
        found.setdefault((min(claimant, partner), max(claimant, partner)), []).append(word)
    worst = ["disputed", "one-sided", "confirmed", "none"]
    chosen = {pair: min(words, key=worst.index) for pair, words in found.items()}
    return {pair: word for pair, word in chosen.items() if word in {str(state) for state in states}}


def test_a_pair_with_several_areas_is_one_line_with_the_state_that_needs_attention_most():
    one, two = AreaTie("training", TieState.CONFIRMED), AreaTie("referral", TieState.DISPUTED, claimant="b")
    found = lines([("b", "a", one), ("a", "b", two)], {"referral": 0, "training": 1})

    assert len(found) == 1
    assert (found[0].a, found[0].b) == ("a", "b")
    assert [each.area for each in found[0].areas] == ["referral", "training"]
    assert found[0].state is TieState.DISPUTED
    assert found[0].claimant == "b"


@pytest.mark.parametrize("first,second", list(itertools.combinations(("disputed", "one-sided", "confirmed", "none"), 2)))
def test_worse_states_win(first, second):
    line = Line("a", "b", (AreaTie("x", TieState(second)), AreaTie("y", TieState(first))))
    assert line.state == first


def test_unknown_ties_draw_no_line_and_an_institution_has_none_with_itself():
    assert lines([("a", "b", AreaTie("x", TieState.UNKNOWN)), ("a", "a", AreaTie("x", TieState.CONFIRMED))]) == ()


def test_width_counts_areas_up_to_three():
    widths = [Line("a", "b", tuple(AreaTie(str(n), TieState.CONFIRMED) for n in range(count))).width for count in (1, 2, 3, 7)]
    assert widths == [1, 2, 3, 3]


def test_one_sided_in_both_directions_has_no_single_claimant():
    there, back = AreaTie("x", TieState.ONE_SIDED, claimant="a"), AreaTie("y", TieState.ONE_SIDED, claimant="b")
    assert Line("a", "b", (there, back)).claimant == ""
    assert Line("a", "b", (there,)).claimant == "a"


def test_labour_offices_stand_with_the_labour_market():
    assert sector_group("voivodeship_labour_office", "social_welfare") == "local"
    assert sector_group("social_policy_centre", "social_welfare") == "social"
    assert {sector_group(kind.code, kind.sector) for kind in WORDS.types.values()} == set(SECTOR_GROUPS)


@pytest.mark.parametrize("number", range(12))
def test_map_table_matrix_and_files_hold_the_same_ties_for_any_filter(world, number):
    chance = random.Random(number)
    voivodeship = chance.choice(["14", "30", "16", ""])
    area = chance.choice(["", *WORDS.areas])
    states = chance.choice([STATED, STATED | {TieState.NONE}, frozenset({TieState.ONE_SIDED}), frozenset({TieState.DISPUTED})])
    shown = shown_in(world, voivodeship, area=area, states=states)
    inside = {
        each.id for each in world.institutions.values()
        if not voivodeship or each.national or voivodeship in each.voivodeships
    }  # fmt: skip
    expected = expected_lines(world, inside, area, states)

    assert {node.id for node in shown.nodes} == inside
    assert {(line.a, line.b): str(line.state) for line in shown.lines} == expected
    assert sum(shown.counts.values()) == len(expected)
    table = map_rows.rows(shown, chance.choice(["name", "-last", "state"]))
    assert {(row.line.a, row.line.b) for row in table} == set(expected)
    assert len(table) == len(expected)
    text = b"".join(writing.csv_chunks(map_rows.COLUMNS, map_rows.cells(shown))).decode()
    read = [tuple(sorted((row["institution_a_id"], row["institution_b_id"]))) for row in csv.DictReader(io.StringIO(text))]
    assert Counter(read) == Counter(list(expected))
    places = layout.placed(shown, "geography")
    data = drawing.page_data(shown, places, guides={}, isolates="")
    drawn = [edge for edge in data["edges"] if not edge["id"].endswith("~")]
    assert {(edge["from"], edge["to"]): edge["state"] for edge in drawn} == expected
    assert len(data["nodes"]) == len(inside)
    sectors = map_rows.sector_matrix(shown)
    assert sum(sum(counts.values()) for counts in sectors.values()) == len(expected)
    if matrix := map_rows.matrix(shown):
        pairs = [tuple(sorted((cell.a, cell.b))) for row in matrix.cells for cell in row if cell]
        assert Counter(pairs) == Counter({pair: 2 for pair in expected})


def test_a_sector_keeps_its_partners_and_drops_ties_between_others(world):
    shown = shown_in(world, sector="police")
    police = {node.id for node in shown.nodes if node.sector == "police"}

    assert police
    assert all({line.a, line.b} & police for line in shown.lines)
    assert {node.id for node in shown.nodes} == police | {end for line in shown.lines for end in (line.a, line.b)}


def test_a_consultant_sees_own_voivodeship_and_national_bodies_only(world):
    shown = filtered(world, Scope(voivodeships=("14",), shared=True), Filters(as_of=made.TODAY), WORDS)
    assert all(each.national or "14" in each.voivodeships for each in (world.institutions[node.id] for node in shown.nodes))
    assert any(world.institutions[node.id].national for node in shown.nodes)


def test_what_was_stated_later_is_not_on_an_earlier_map(world):
    earlier = made.TODAY.replace(year=2025)
    shown = filtered(world, EVERYWHERE, Filters(as_of=earlier, voivodeship="14"), WORDS)
    kept = {(each.claimant_id, each.partner_id) for each in world.statements if each.stated_on <= earlier}
    assert shown.lines
    assert len(shown.lines) < len(shown_in(world).lines)
    assert all({(line.a, line.b), (line.b, line.a)} & kept for line in shown.lines)


@pytest.mark.parametrize("kind", ["roles", "spring", "geography"])
def test_the_same_set_gives_the_same_picture(world, kind):
    shown = shown_in(world)
    assert layout.lay_out(shown, kind) == layout.lay_out(shown, kind)
    assert set(layout.lay_out(shown, kind).positions) == {node.id for node in shown.nodes}


def test_the_large_layout_is_repeatable_too():
    ids = [f"i{number}" for number in range(400)]
    chance = random.Random(1)
    pairs = [(chance.choice(ids), chance.choice(ids)) for _ in range(1200)]
    first, second = layout.spring(ids, pairs), layout.spring(list(reversed(ids)), list(pairs))
    assert first == second
    assert len({(round(x, 3), round(y, 3)) for x, y in first.values()}) == 400


@pytest.mark.parametrize("kind", ["roles", "spring"])
@pytest.mark.parametrize("voivodeship", ["14", "16", "30"])
def test_names_hardly_ever_lie_on_each_other(world, kind, voivodeship):
    shown = shown_in(world, voivodeship)
    places = layout.lay_out(shown, kind)
    boxes = []
    for node in shown.nodes:
        boxes.append(place(places.positions[node.id], node.short, places.sides[node.id]))
    meeting = 0
    for one, other in itertools.combinations(boxes, 2):
        wide = min(one[2], other[2]) - max(one[0], other[0])
        high = min(one[3], other[3]) - max(one[1], other[1])
        meeting += wide > 4 and high > 4
    assert meeting <= 2


def test_institutions_without_a_tie_stand_in_rows_below_the_others(world):
    shown = shown_in(world)
    places = layout.lay_out(shown, "roles")
    alone = {node.id for node in shown.isolates}
    assert alone
    assert places.rule is not None
    assert min(places.positions[key][1] for key in alone) > places.rule
    assert max(y for key, (_, y) in places.positions.items() if key not in alone) < places.rule


def test_rings_go_from_the_core_outwards(world):
    shown = shown_in(world)
    places = layout.lay_out(shown, "roles")
    rings = {guide.name: guide.rx for guide in places.guides}
    order = [name for name in layout.RINGS if name in rings]
    assert [rings[name] for name in order] == sorted(rings.values())
    assert len(order) == 4


def test_each_voivodeship_stands_apart_when_the_country_is_shown(world):
    shown = shown_in(world, "")
    places = layout.lay_out(shown, "geography")
    for one, other in itertools.combinations(places.guides, 2):
        assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 > (one.rx + other.rx) ** 2
    assert len(places.guides) == 17


def test_an_unknown_arrangement_is_refused(world):
    with pytest.raises(ValueError):
        layout.lay_out(shown_in(world), "astrology")


def test_nothing_undefined_reaches_vis_network(world):
    shown = shown_in(world, states=frozenset(STATES))
    data = drawing.page_data(shown, layout.placed(shown, "roles"), guides={"core": "core"}, isolates="alone")
    assert "null" not in json.dumps(data)
    assert all("arrows" not in edge for edge in data["edges"])


def test_each_state_has_its_line():
    assert drawing.DASHES == {
        TieState.CONFIRMED: False, TieState.ONE_SIDED: [7, 5], TieState.DISPUTED: False, TieState.NONE: [1, 5],
    }  # fmt: skip
    assert [drawing.COLOURS[state] for state in STATES] == ["#08564E", "#A86002", "#B5015C", "#141E23"]


def test_a_disputed_tie_is_a_double_line_and_one_sided_ones_name_the_claimant(world):
    shown = shown_in(world)
    edges = drawing.page_data(shown, layout.placed(shown, "roles"), guides={}, isolates="")["edges"]
    disputed = {edge["id"] for edge in edges if edge.get("state") == "disputed"}
    assert disputed
    assert {edge["id"] for edge in edges if edge["id"].endswith("~")} == {f"{key}~" for key in disputed}
    claims = said(world)
    for edge in edges:
        if edge.get("state") == "one-sided" and edge["areas"] == 1:
            assert any(key[0] == edge["claimant"] for key in claims if {edge["from"], edge["to"]} == set(key[:2]))


def test_the_picture_is_well_formed_and_draws_every_line_once(world):
    shown = shown_in(world, states=frozenset(STATES))
    root = ElementTree.fromstring(picture.svg(shown, layout.placed(shown, "roles"), CAPTIONS))
    space = "{http://www.w3.org/2000/svg}"
    drawn = Counter(each.get("data-line") for each in root.iter() if each.get("data-line"))
    assert drawn == Counter(f"{line.a}|{line.b}" for line in shown.lines)
    states = Counter(each.get("data-state") for each in root.iter() if each.get("data-line"))
    assert states == Counter(str(line.state) for line in shown.lines)
    assert {each.get("data-node") for each in root.iter() if each.get("data-node")} == {node.id for node in shown.nodes}
    assert root.find(f"{space}title").text == "Map <of> & ties"
    assert root.find(f"{space}desc").text == "description"
    dashes = [each.get("stroke-dasharray") for each in root.iter() if each.get("data-state") == "one-sided"]
    assert set(dashes) == {"7 5"}
    assert "style=" not in ElementTree.tostring(root, encoding="unicode")


def test_hostile_names_stay_text(world):
    shown = shown_in(world)
    values = {name: getattr(shown.nodes[0], name) for name in type(shown.nodes[0]).__slots__}
    evil = '"><script>alert(1)</script>&'
    nodes = (type(shown.nodes[0])(**{**values, "short": evil, "name": evil}), *shown.nodes[1:])
    shown = type(shown)(nodes=nodes, lines=shown.lines, as_of=shown.as_of, areas=shown.areas)
    root = ElementTree.fromstring(picture.svg(shown, layout.lay_out(shown, "roles"), CAPTIONS))
    assert not [each for each in root.iter() if each.tag.endswith("script")]
    assert any(each.text == evil for each in root.iter())


def test_the_surroundings_show_at_most_twelve_partners_disputes_first(world):
    shown = shown_in(world)
    busiest = max(shown.nodes, key=lambda node: len(shown.lines_of[node.id]))
    text = picture.surroundings(shown, busiest.id, link=lambda key: f"?focus={key}", most=5)
    root = ElementTree.fromstring(text)
    linked = re.findall(r'href="\?focus=([^"]+)"', text)
    assert len(linked) == 5
    first = [line.other(busiest.id) for line in picture.ranked(shown, busiest.id)[:5]]
    assert set(linked) == set(first)
    assert len([each for each in root.iter() if each.get("data-line")]) == 5


def test_long_names_stand_on_two_lines():
    assert name_rows("KCIK") == ("KCIK",)
    assert name_rows("Sekcja NMiHL ZOŚ KGSG") == ("Sekcja NMiHL", "ZOŚ KGSG")
    assert size("Sekcja NMiHL ZOŚ KGSG")[1] == 2 * size("KCIK")[1]


def test_what_falls_off_without_an_institution_is_named():
    tie = (AreaTie("x", TieState.CONFIRMED),)
    world = made.world()
    ids = sorted(world.institutions)[:6]
    shown = shown_in(world, "")
    nodes = tuple(shown.by_id[key] for key in ids)
    star = tuple(Line(*sorted((ids[0], other)), tie) for other in ids[1:4]) + (Line(*sorted((ids[3], ids[4])), tie),)
    small = type(shown)(nodes=nodes, lines=star, as_of=shown.as_of)

    hub = standing(small, ids[0])
    assert (hub.rank, hub.of) == (1, 6)
    assert sorted(hub.cut_off) == sorted([(ids[1],), (ids[2],)])
    assert standing(small, ids[1]).cut_off == ()
    assert standing(small, ids[1]).rank == 0
    with pytest.raises(KeyError):
        standing(small, "nobody")
