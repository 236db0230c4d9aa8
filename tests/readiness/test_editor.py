"""The questionnaire's editor, from a published version to the next: what is saved, what is refused, what is lost never."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest

from coordination.clock import now
from coordination.graph import questionnaires
from coordination.permissions import LOCAL_OPERATOR, Role
from coordination.surveys.questionnaire import packaged
from tests.readiness.sent import sent

BASE = "/questionnaires/readiness-thb"
DRAFT = f"{BASE}/1.1.0"
ID = "readiness-thb|1.1.0"
Q = packaged()


@pytest.fixture
def editor(sign_in):
    return sign_in(Role.NATIONAL, language="en")


@pytest.fixture
def draft(editor):
    """A signed-in editor with a fresh draft of 1.1.0."""
    assert editor.post(f"{BASE}/1.0.0/draft", data={"step": "minor"}).headers["Location"] == DRAFT
    return editor


def text(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", answer.text))


def fields(client, address: str) -> dict[str, Any]:
    """What the form of a page would send if nothing was touched: every field of the form that saves."""
    return sent(client.get(address).text, cls="k-form")


def seen_in(page: str, before: str = "") -> str:
    """The state a form was filled in over, of the first one after some text."""
    found = re.search(rf'{before}.*?name="seen" value="(\w+)"', page, re.DOTALL)
    assert found
    return found[1]


def stands(store, id: str = ID):
    return questionnaires.load(store, id)


def test_the_list_says_what_each_version_is_for(draft):
    page = text(draft.get("/questionnaires"))
    assert "New rounds, and a new draft." in page
    assert "no round can use it before it is published" in page
    assert "New draft from it" in page


def test_a_draft_takes_the_next_number_of_the_step_chosen(draft, reference_store):
    for step, number in (("minor", "1.2.0"), ("major", "2.0.0"), ("minor", "2.1.0")):
        assert draft.post(f"{BASE}/1.0.0/draft", data={"step": step}).headers["Location"] == f"{BASE}/{number}"
    assert replace(stands(reference_store, "readiness-thb|2.0.0"), version="1.0.0") == Q
    assert draft.post(f"{BASE}/1.0.0/draft", data={}).status_code == 422


def test_every_form_of_the_packaged_questionnaire_saves_what_it_showed(draft, reference_store):
    """Opened and saved untouched, every part stays equal, and not even an edition is counted."""
    pages = ["texts", "dimensions", "rules"]
    pages += [f"groups/{name}" for name in Q.groups] + [f"items/{item.id}" for item in Q.items]
    for page in pages:
        answer = draft.post(f"{DRAFT}/{page}", data=fields(draft, f"{DRAFT}/{page}"))
        assert answer.status_code == 302, (page, text(answer)[:2000])
    assert replace(stands(reference_store), version="1.0.0") == Q
    assert questionnaires.one(reference_store, ID).edition == 1


def test_a_changed_text_is_saved_and_told_as_worded_otherwise(draft, reference_store):
    typed = fields(draft, f"{DRAFT}/items/KN01") | {"text_en": "How well do they know it?"}
    assert draft.post(f"{DRAFT}/items/KN01", data=typed).headers["Location"] == f"{DRAFT}#i-KN01"
    assert stands(reference_store).by_id["KN01"].text_en == "How well do they know it?"
    assert questionnaires.one(reference_store, ID).edition == 2
    page = text(draft.get(f"{DRAFT}/compare"))
    assert "wording" in page and "How well do they know it?" in page and Q.by_id["KN01"].text_en in page
    assert "Nothing keeps this draft from being published." in text(draft.get(DRAFT))


def test_a_new_item_of_each_kind_gets_the_next_id_of_its_dimension(draft, reference_store):
    for number, kind in enumerate(("maturity", "ypn", "choice", "multichoice", "number", "date", "line", "text", "link"), 6):
        address = f"{DRAFT}/new-item?dimension=KN&kind={kind}"
        typed = fields(draft, address) | {"text_pl": "Czy?", "text_en": "Is it?"}
        if kind in ("choice", "multichoice"):
            for at, code in enumerate(("a", "b")):
                typed |= {f"options-{at}-value": code, f"options-{at}-pl": "x", f"options-{at}-en": "y", f"options-{at}-score": "50"}
            typed["share"] = "y"
        answer = draft.post(f"{DRAFT}/new-item", data=typed)
        assert answer.headers["Location"] == f"{DRAFT}#i-KN{number:02}", text(answer)
        made = stands(reference_store).by_id[f"KN{number:02}"]
        assert (str(made.kind), made.text_pl, made.dimension) == (kind, "Czy?", "KN")
    ids = [item.id for item in stands(reference_store).of_dimension("KN")]
    assert ids == [f"KN{number:02}" for number in range(1, 15)]
    page = text(draft.get(DRAFT))
    assert "KN06: the Polish text is missing (0): write it." in page
    assert f'href="{DRAFT}/items/KN06"' in draft.get(DRAFT).text


def test_rows_are_added_moved_and_taken_out_before_anything_is_saved(draft, reference_store):
    address = f"{DRAFT}/items/KN04"
    typed = fields(draft, address) | {"text_en": "typed"}
    assert 'name="options-5-value"' in draft.post(address, data=typed | {"do": "add:options"}).text
    moved = draft.post(address, data=typed | {"do": "up:options:1"}).text
    assert re.search(r'name="options-0-value"[^>]*value="1-4"', moved)
    out = draft.post(address, data=typed | {"do": "out:options:4"}).text
    assert 'name="options-4-value"' not in out and "typed" in out
    assert questionnaires.one(reference_store, ID).edition == 1


def test_a_condition_is_built_from_selects(draft, reference_store):
    address = f"{DRAFT}/items/KN03"
    typed = fields(draft, address) | {"show_if-0-gate": "KN02", "show_if-0-test": "in"}
    asked = draft.post(address, data=typed | {"do": "gate"})
    assert 'name="show_if-0-values" type="checkbox" value="partly"' in re.sub(r"\s+", " ", asked.text), asked.text
    refused = draft.post(address, data=typed)
    assert refused.status_code == 422 and "Choose at least one answer" in text(refused)
    assert draft.post(address, data=typed | {"show_if-0-values": ["yes", "partly"]}).status_code == 302
    (condition,) = stands(reference_store).by_id["KN03"].show_if
    assert (condition.item, condition.any_of) == ("KN02", ("yes", "partly"))
    number = fields(draft, f"{DRAFT}/items/RS04") | {"show_if-0-gate": "RS02", "show_if-0-test": "gt", "show_if-0-number": "2,5"}
    assert draft.post(f"{DRAFT}/items/RS04", data=number).status_code == 302
    assert stands(reference_store).by_id["RS04"].show_if[0].gt == 2.5


def test_what_is_no_number_is_named_and_kept_for_its_writer(draft, reference_store):
    typed = fields(draft, f"{DRAFT}/items/KN01") | {"weight": "two", "text_pl": "Nowe brzmienie"}
    answer = draft.post(f"{DRAFT}/items/KN01", data=typed)
    assert answer.status_code == 422 and "Enter a number, for example 2 or 0.5" in text(answer)
    assert "Nowe brzmienie" in answer.text and 'value="two"' in answer.text
    assert stands(reference_store) == replace(Q, version="1.1.0")


def test_texts_pass_the_guard(draft):
    typed = fields(draft, f"{DRAFT}/items/KN01") | {"hint_pl": "Pytać pod adresem ktos@example.pl"}
    answer = draft.post(f"{DRAFT}/items/KN01", data=typed)
    assert answer.status_code == 422 and "ktos@example.pl" in text(answer)


# --- ids are for ever


def test_a_changed_meaning_is_told_and_one_press_gives_it_a_new_id(draft, reference_store):
    typed = fields(draft, f"{DRAFT}/items/KN04") | {"options-0-value": "zero"}
    assert draft.post(f"{DRAFT}/items/KN04", data=typed).status_code == 302
    assert "KN04: this changes what the answers mean (options or their scores)." in text(draft.get(DRAFT))
    page = draft.get(f"{DRAFT}/items/KN04").text
    assert "Give it a new id" in page
    seen = seen_in(page, "new-id")
    answer = draft.post(f"{DRAFT}/items/KN04/new-id", data={"seen": seen})
    assert answer.headers["Location"] == f"{DRAFT}/items/KN06"
    q = stands(reference_store)
    assert "KN04" not in q.by_id and q.by_id["KN06"].option("zero")
    assert [item.id for item in q.items][3:5] == ["KN06", "KN05"]
    assert q.by_id["KN05"].show_if[0].item == "KN06"
    assert "this changes what the answers mean" not in text(draft.get(DRAFT))


def test_an_id_of_a_published_version_is_never_given_again(draft, reference_store):
    seen = fields_of_confirm(draft, f"{DRAFT}/items/KN05/retire")
    assert draft.post(f"{DRAFT}/items/KN05/retire", data=seen).status_code == 302
    published(draft)
    assert draft.post(f"{DRAFT}/draft", data={"step": "minor"}).status_code == 302
    address = f"{BASE}/1.2.0/new-item"
    typed = fields(draft, f"{address}?dimension=KN&kind=date") | {"text_pl": "a", "text_en": "b"}
    assert draft.post(address, data=typed).headers["Location"].endswith("#i-KN06")
    # Even where it comes by a file or another way, it is refused.
    again = stands(reference_store, "readiness-thb|1.2.0")
    items = tuple(replace(one, id="KN05") if one.id == "KN06" else one for one in again.items)
    version = questionnaires.one(reference_store, "readiness-thb|1.2.0")
    reference_store.change(
        questionnaires.save, LOCAL_OPERATOR, version.id, version.edition, replace(again, items=items), now()
    )
    assert "KN05: this id belonged to an item of an earlier version" in text(draft.get(f"{BASE}/1.2.0"))
    assert draft.post(f"{BASE}/1.2.0/publish", data={"edition": version.edition + 1}).status_code == 422


def fields_of_confirm(client, address: str) -> dict[str, str]:
    page = client.get(address)
    assert page.status_code == 200, text(page)
    found = re.search(r'name="(seen|edition)"[^>]*value="(\w+)"', page.text)
    assert found
    return {found[1]: found[2]}


def published(client, draft: str = DRAFT) -> None:
    answer = client.post(f"{draft}/publish", data=fields_of_confirm(client, f"{draft}/publish"))
    assert answer.headers.get("Location") == draft, text(answer)


def test_left_out_and_brought_back(draft, reference_store):
    assert draft.post(f"{DRAFT}/items/KN02/retire", data=fields_of_confirm(draft, f"{DRAFT}/items/KN02/retire")).status_code == 302
    assert "KN02" not in stands(reference_store).by_id
    assert "Bring back" in draft.get(DRAFT).text
    assert draft.post(f"{DRAFT}/items/KN02/restore").status_code == 302
    assert stands(reference_store).by_id["KN02"] == Q.by_id["KN02"]


def test_an_item_others_hang_on_says_so(draft):
    page = text(draft.get(f"{DRAFT}/items/FU01/retire"))
    assert "FU02, FU03" in page


def test_items_move_within_their_dimension_only(draft, reference_store):
    order = seen_in(draft.get(DRAFT).text)
    assert draft.post(f"{DRAFT}/items/KN02/move", data={"seen": order, "step": "up"}).status_code == 302
    assert [item.id for item in stands(reference_store).items][:4] == ["KN02", "KN01", "KN03", "KN04"]
    late = draft.post(f"{DRAFT}/items/KN03/move", data={"seen": order, "step": "up"}, follow_redirects=True)
    assert "Somebody changed the order" in text(late)
    order = seen_in(draft.get(DRAFT).text)
    draft.post(f"{DRAFT}/items/RO01/move", data={"seen": order, "step": "up"})
    assert [item.id for item in stands(reference_store).items][5] == "RO01"


# --- two people


def test_two_people_at_two_items_do_not_meet(draft, reference_store):
    typed = fields(draft, f"{DRAFT}/items/KN01") | {"text_en": "mine"}
    put_item(reference_store, "KN02", text_en="theirs")
    assert draft.post(f"{DRAFT}/items/KN01", data=typed).status_code == 302
    q = stands(reference_store)
    assert (q.by_id["KN01"].text_en, q.by_id["KN02"].text_en) == ("mine", "theirs")


def put_item(store, id, **change):
    version, q = questionnaires.one(store, ID), stands(store)
    items = tuple(replace(one, **change) if one.id == id else one for one in q.items)
    store.change(questionnaires.save, LOCAL_OPERATOR, ID, version.edition, replace(q, items=items), now())


def test_the_second_at_the_same_item_chooses_field_by_field(draft, reference_store):
    address = f"{DRAFT}/items/KN01"
    typed = fields(draft, address) | {"text_en": "mine", "hint_en": "my hint", "unit": ""}
    put_item(reference_store, "KN01", text_en="theirs", hint_en="their hint", hint_pl="ich")
    met = draft.post(address, data=typed)
    assert met.status_code == 409
    page = text(met)
    assert all(words in page for words in ("theirs", "mine", "their hint", "my hint"))
    chosen = next(each for at in range(9) if "pick_text_en" in (each := sent(met.text, at)))
    chosen |= {"pick_text_en": ["saved"], "pick_hint_pl": ["saved"]}
    assert draft.post(address, data=chosen).status_code == 302
    item = stands(reference_store).by_id["KN01"]
    assert (item.text_en, item.hint_en, item.hint_pl) == ("theirs", "my hint", "ich")
    assert item.levels == Q.by_id["KN01"].levels


def test_what_was_typed_over_a_published_version_is_shown_and_not_saved(draft, reference_store):
    typed = fields(draft, f"{DRAFT}/items/KN01") | {"text_en": "too late"}
    published(draft)
    late = draft.post(f"{DRAFT}/items/KN01", data=typed)
    assert late.status_code == 409 and "too late" in late.text
    assert stands(reference_store).by_id["KN01"] == Q.by_id["KN01"]


# --- publishing


def test_publishing_is_refused_while_something_is_wrong(draft, reference_store):
    typed = fields(draft, f"{DRAFT}/dimensions") | {"rows-0-weight": "11"}
    assert draft.post(f"{DRAFT}/dimensions", data=typed).status_code == 302
    page = draft.get(f"{DRAFT}/publish")
    assert "The weights of the dimensions add up to 101" in text(page) and 'name="edition"' not in page.text
    edition = questionnaires.one(reference_store, ID).edition
    assert draft.post(f"{DRAFT}/publish", data={"edition": edition}).status_code == 422
    assert not questionnaires.one(reference_store, ID).published


def test_a_draft_that_changed_after_the_look_is_looked_at_again(draft, reference_store):
    seen = fields_of_confirm(draft, f"{DRAFT}/publish")
    put_item(reference_store, "KN01", text_en="theirs")
    again = draft.post(f"{DRAFT}/publish", data=seen)
    assert again.status_code == 409 and "theirs" in again.text
    assert draft.post(f"{DRAFT}/drop", data=seen).status_code == 409
    assert not questionnaires.one(reference_store, ID).published


def test_a_second_draft_is_compared_with_what_was_published_meanwhile(draft, reference_store):
    draft.post(f"{BASE}/1.0.0/draft", data={"step": "minor"})
    published(draft, f"{BASE}/1.2.0")
    page = draft.get(f"{DRAFT}/publish")
    assert "The version must be later than 1.2.0: raise it." in text(page)


def test_published_is_frozen(draft):
    published(draft)
    for page in ("texts", "dimensions", "rules", "groups/law_enforcement", "items/KN01", "items/KN01/retire",
                 "new-item", "new-group", "publish", "drop"):  # fmt: skip
        assert draft.get(f"{DRAFT}/{page}").status_code == 404, page
        assert draft.post(f"{DRAFT}/{page}", data={"seen": "x"}).status_code == 409, page
    for page in ("items/KN01/move", "items/KN01/new-id", "items/KN01/restore", "groups/law_enforcement/remove"):
        assert draft.post(f"{DRAFT}/{page}", data={"seen": "x", "step": "up"}).status_code == 409, page
    assert draft.post(f"{DRAFT}/draft", data={"step": "minor"}).headers["Location"] == f"{BASE}/1.2.0"


def test_a_draft_is_thrown_away_after_asking(draft, reference_store):
    assert draft.post(f"{DRAFT}/drop", data={}).status_code == 409
    answer = draft.post(f"{DRAFT}/drop", data=fields_of_confirm(draft, f"{DRAFT}/drop"))
    assert answer.headers["Location"] == "/questionnaires"
    assert draft.get(DRAFT).status_code == 404
    assert [each.number for each in questionnaires.listed(reference_store)] == ["1.0.0"]
