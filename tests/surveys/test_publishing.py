"""The packaged questionnaire may be published; every fault of a draft is a sentence that says where."""

import copy
import json

import pytest

from coordination.errors import Invalid
from coordination.i18n import translator
from coordination.surveys.publishing import faults
from coordination.surveys.questionnaire import data, packaged, read
from coordination.surveys.versions import compare
from tests.surveys.build import TWO, TYPES, choice, dimension, item, maturity, plain, small, ypn

EN, PL = translator("en"), translator("pl")


def told(q):
    found = faults(q, TYPES)
    for fault in found:
        assert fault.told(PL) and "%(" not in fault.told(PL)
    return [fault.told(EN) for fault in found]


def test_the_packaged_questionnaire_may_be_published():
    q = packaged()
    assert told(q) == []
    assert (len(q.items), len(q.dimensions)) == (50, 8)
    assert [one.id for one in q.items if one.critical] == ["RO03", "RO04", "ID01", "ID07", "ID08", "SR01", "SR05", "ST01"]
    assert [option.value for option in q.by_id["KN02"].options] == ["yes", "partly", "no"]


def test_a_questionnaire_comes_back_from_plain_data_as_it_was():
    assert read(json.loads(json.dumps(data(packaged())))) == packaged()


def test_a_small_draft_without_faults_has_none():
    assert told(small(ypn("AA01"), ypn("BB01"))) == []


ENDS = {"type": "number", "min": 0, "max": 9}


def bands(*ends):
    return [{"from": low, "to": high, "score": 10 * number} for number, (low, high) in enumerate(ends)]


@pytest.mark.parametrize(
    ("items", "more", "words"),
    [
        ([], {}, ["has no items"]),
        ([ypn("AA01"), ypn("AA01")], {}, ["AA01", "more than once"]),
        ([ypn("AA 1")], {}, ["AA 1", "letters, digits"]),
        ([ypn("AA01", text={"pl": "x"})], {}, ["AA01", "English text is missing (question)"]),
        ([ypn("AA01", hint={"en": "x"})], {}, ["AA01", "Polish text is missing (hint)"]),
        ([choice("AA01", "a", "b") | {"options": [{"value": "a", "score": 1, **TWO}, {"value": "b", "score": 1, "pl": "x"}]}], {}, ["AA01", "English", "(b)"]),
        ([ypn("AA01", dimension="XX")], {"dimensions": [dimension("AA")]}, ["AA01", "no dimension XX", "AA"]),
        ([ypn("AA01")], {"dimensions": [dimension("AA", 90)]}, ["90", "add up to 100"]),
        ([ypn("AA01")], {"dimensions": [dimension("AA", 60), dimension("BB", 40)]}, ["BB", "no scored item"]),
        ([ypn("AA01", weight=0)], {}, ["AA01", "weight"]),
        ([ypn("AA01"), item("AA02", "text", weight=3)], {}, ["AA02", "weight"]),
        ([ypn("AA01"), ypn("AA02", scored=False, critical=True)], {}, ["AA02", "critical"]),
        ([ypn("AA01", applies_to=["hospitals"])], {"min_dimensions": 0}, ["AA01", "hospitals", "audience"]),
        ([ypn("AA01", applies_to=[])], {"min_dimensions": 0}, ["AA01", "audience is empty"]),
        ([ypn("AA01")], {"groups": {"g": ["hospital", "inn"]}}, ["g", "inn"]),
        ([ypn("AA01")], {"groups": {"hospital": ["hospital"]}}, ["hospital", "rename"]),
        ([ypn("AA01")], {"groups": {"g": []}}, ["g", "no type"]),
        ([maturity("AA01", levels=[{"value": v, **TWO} for v in (0, 1, 2, 4)])], {}, ["AA01", "levels"]),
        ([choice("AA01", "a")], {}, ["AA01", "two options"]),
        ([choice("AA01", "a", "a")], {}, ["AA01", "option a"]),
        ([choice("AA01", "a", "b b")], {}, ["AA01", "b b"]),
        ([choice("AA01", "a", "b", scores=[0, 101])], {}, ["AA01", "option b", "0 to 100"]),
        ([choice("AA01", "a", "b", scores=[None, 1])], {}, ["AA01", "option a", "score"]),
        ([choice("AA01", "a", "b") | {"type": "multichoice"}], {}, ["AA01", "share of options"]),
        ([item("AA01", **ENDS)], {}, ["AA01", "needs score bands"]),
        ([item("AA01", **ENDS, score_bands=bands((0, 4), (6, 9)))], {}, ["AA01", "0 to 9", "0–4, 6–9"]),
        ([item("AA01", **ENDS, score_bands=bands((0, 5), (5, 9)))], {}, ["AA01", "overlaps"]),
        ([item("AA01", **ENDS, score_bands=bands((0, 4), (5, 8)))], {}, ["AA01", "holes"]),
        ([item("AA01", "number", min=5, max=5, score_bands=bands((5, 5)))], {}, ["AA01", "range"]),
        ([ypn("AA01", show_if={"item": "AA09", "in": ["yes"]})], {}, ["AA01", "AA09", "no such item"]),
        ([ypn("AA01", show_if={"item": "AA02", "in": ["yes"]}), ypn("AA02")], {}, ["AA01", "AA02", "asked later"]),
        ([ypn("AA01", show_if={"item": "AA01", "in": ["yes"]})], {}, ["AA01 → AA01", "circle"]),
        ([ypn("AA01"), ypn("AA02", show_if={"item": "AA01", "in": ["never"]})], {}, ["AA02", "can never hold"]),
        ([ypn("AA01"), ypn("AA02", show_if={"item": "AA01"})], {}, ["AA02", "exactly one thing"]),
        ([ypn("AA01"), ypn("AA02", show_if={"item": "AA01", "in": ["yes"], "gt": 1})], {}, ["AA02", "exactly one thing"]),
        ([ypn("AA01"), ypn("AA02", show_if={"item": "AA01", "gt": 1})], {}, ["AA02", "can never hold"]),
        ([ypn("AA01"), item("AA02", **ENDS, scored=False), ypn("AA03", show_if={"item": "AA02", "gt": 9})], {}, ["AA03", "never"]),
        ([ypn("AA01"), ypn("AA02", show_if=[{"item": "AA01", "in": ["yes"]}, {"item": "AA01", "in": ["no"]}])], {}, ["AA02", "never"]),
        ([ypn("AA01", applies_to=["school", "kcik"]), ypn("AA02", show_if={"item": "AA01", "in": ["yes"]}, applies_to=["school", "hospital"])],
         {"min_dimensions": 0}, ["AA02", "hospital", "never shown", "AA01"]),
        ([ypn("AA01", applies_to=["school"])], {"min_dimensions": 1}, ["hospital", "fewer than 1 dimensions"]),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(items, more, words):
    found = told(small(*items, **more))
    assert any(all(word in sentence for word in words) for sentence in found), found


def test_a_circle_of_three_is_told_once():
    q = small(
        ypn("AA01", show_if={"item": "AA03", "in": ["yes"]}),
        ypn("AA02", show_if={"item": "AA01", "in": ["yes"]}),
        ypn("AA03", show_if={"item": "AA02", "in": ["yes"]}),
    )
    assert [one for one in told(q) if "circle" in one] == [
        "AA01: the conditions go round in a circle (AA01 → AA03 → AA02 → AA01): break it."
    ]


def test_a_door_behind_a_door_is_followed_for_each_type():
    q = small(
        ypn("AA01", applies_to=["school"]), ypn("AA02", show_if={"item": "AA01", "in": ["yes"]}, applies_to=["school"]),
        ypn("AA03", show_if={"item": "AA02", "in": ["yes"]}), ypn("AA04"),
    )  # fmt: skip
    (found,) = told(q)
    assert found.startswith("AA03: for ") and "kcik" in found and "school" not in found


def test_what_is_behind_a_door_nobody_comes_to_is_told_too():
    q = small(
        ypn("AA01", applies_to=["school"]), ypn("AA02", show_if={"item": "AA01", "in": ["yes"]}),
        ypn("AA03", show_if={"item": "AA02", "in": ["yes"]}), ypn("AA04"),
    )  # fmt: skip
    assert [one[:9] for one in told(q)] == ["AA02: for", "AA03: for"]


@pytest.mark.parametrize("change", [("bands", []), ("bands", [{"id": "x", "from": 0, "to": 99, **TWO}])])
def test_the_bands_of_the_result_are_checked(change):
    whole = plain(ypn("AA01"))
    whole["scoring"][change[0]] = change[1]
    found = told(read(whole))
    assert any("bands of the result" in one for one in found)
    assert any("caps the result at (developing)" in one for one in found)


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda d: d.pop("survey"), "survey"),
        (lambda d: d.update(items={}), "items"),
        (lambda d: d["items"].append("AA03"), "items[2]"),
        (lambda d: d["items"][0].update(type="essay"), "AA01.type"),
        (lambda d: d["items"][0].update(weight="much"), "AA01.weight"),
        (lambda d: d["items"][0].update(weight="1e9999999"), "AA01.weight"),
        (lambda d: d["items"][0].update(text=["x"]), "AA01.text"),
        (lambda d: d["items"][0].update(applies_to="all"), "AA01.applies_to"),
        (lambda d: d["scoring"].update(bands=None), "scoring.bands"),
    ],
)
def test_what_has_no_shape_is_refused_with_its_place(spoil, where):
    whole = plain(ypn("AA01"))
    spoil(whole)
    with pytest.raises(Invalid) as refused:
        read(whole)
    assert EN._(refused.value.message, **refused.value.values).startswith(f"{where}: ")


# --- two versions


def later(change=None, version="1.1.0"):
    whole = data(packaged())
    whole["survey"]["version"] = version
    items = {one["id"]: one for one in whole["items"]}
    if change:
        change(whole, items)
    return read(copy.deepcopy(whole))


def test_a_version_without_a_change_is_nothing_new():
    assert compare(packaged(), later()).nothing


def test_added_removed_and_reworded_items_are_listed():
    def change(whole, items):
        whole["items"].remove(items["RS07"])
        whole["items"].append(ypn("FU05", weight=1))
        items["KN01"]["levels"][0]["pl"] = "Inaczej."
        items["KN02"]["text"]["en"] = "Otherwise?"
        items["ST01"]["weight"] = 3
        items["RO06"]["applies_to"] = ["kcik"]

    found = compare(packaged(), later(change))
    assert (found.added, found.removed) == (("FU05",), ("RS07",))
    assert [one.item_id for one in found.reworded] == ["KN01", "KN02"]
    assert [(one.item_id, one.what) for one in found.retuned] == [("RO06", ("audience",)), ("ST01", ("weight",))]
    assert found.faults == ()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda w, i: i["KN04"]["options"].pop(), "KN04: this changes what the answers mean (options or their scores)"),
        (lambda w, i: i["RS01"]["options"][1].update(score=70), "RS01: this changes what the answers mean (options"),
        (lambda w, i: i["CO02"]["score_bands"][1].update(score=45), "CO02: this changes what the answers mean (score bands"),
        (lambda w, i: i["RS02"].update(unit="beds"), "RS02: this changes what the answers mean (range or unit"),
        (lambda w, i: i["ST04"].update(scored=True, weight=1, scoring_mode="share_of_options"), "ST04: this changes"),
        (lambda w, i: i["KN02"].update(type="choice"), "KN02: this changes what the answers mean (kind of answer"),
        (lambda w, i: i["KN01"]["levels"].pop(), "KN01: this changes what the answers mean (levels"),
    ],
)
def test_a_changed_meaning_needs_a_new_id(change, what):
    (fault,) = compare(packaged(), later(change)).faults
    assert fault.told(EN).startswith(what)
    assert "A changed meaning needs a new id" in fault.told(EN)


def test_options_in_another_order_mean_the_same():
    assert compare(packaged(), later(lambda w, i: i["RS01"]["options"].reverse())).faults == ()


def test_a_retired_id_never_comes_back():
    q = later(lambda w, i: w["items"].append(ypn("FU05")))
    (fault,) = compare(packaged(), q, retired=["FU05"]).faults
    assert fault.told(EN).startswith("FU05: this id belonged to an item of an earlier version")


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9", "words"])
def test_a_version_goes_up(version):
    (fault,) = compare(packaged(), later(version=version)).faults
    assert fault.told(EN) == "The version must be later than 1.0.0: raise it."
    assert compare(packaged(), later(version="1.10.0")).faults == ()
