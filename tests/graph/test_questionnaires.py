"""Versions of a questionnaire: drafted, published once, frozen for ever; the packaged one installed once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from coordination.clock import now
from coordination.errors import AlreadyExists, Conflict, NotFound
from coordination.graph import questionnaires
from coordination.graph.questionnaires import version_id
from coordination.permissions import LOCAL_OPERATOR, Actor, Role
from coordination.surveys.questionnaire import packaged
from tests.graph.surveyed import VERSION, at_once, told, twice

TEAM = Actor(id="team", role=Role.NATIONAL)
NEXT = replace(packaged(), version="1.1.0", items=packaged().items[:-1])
ID = version_id(NEXT)


@pytest.fixture
def draft(reference_store):
    """Version 1.1.0, which leaves the last item out, as a draft."""
    twice(reference_store, questionnaires.create, TEAM, NEXT, based_on=VERSION, at=now())
    return reference_store


def edition(store, id=ID):
    return questionnaires.one(store, id).edition


def publish(store, id=ID):
    twice(store, questionnaires.publish, TEAM, id, edition(store, id), now())


def test_the_packaged_questionnaire_is_there_published_and_whole(reference_store):
    (found,) = questionnaires.listed(reference_store)
    assert (found.id, found.state, found.items, found.published) == (VERSION, "published", 50, True)
    assert questionnaires.load(reference_store, VERSION) == packaged()


def test_it_is_installed_once_with_many_workers_at_once(reference_store):
    store = reference_store
    store.run("MATCH (q:Questionnaire) DETACH DELETE q")
    store.run("MATCH (e:AuditEntry) DELETE e")
    found = at_once([lambda: questionnaires.install(store)] * 4)
    assert Counter(found) == {True: 1, False: 3}
    assert questionnaires.install(store) is False
    assert [each.id for each in questionnaires.listed(store)] == [VERSION]
    assert sorted(told(store, VERSION)) == ["questionnaire:create", "questionnaire:publish"]


def test_a_draft_is_saved_and_listed_before_what_is_published(draft):
    at = now()
    twice(draft, questionnaires.save, TEAM, ID, 1, replace(NEXT, title_pl="Inny tytuł"), at)
    found = questionnaires.one(draft, ID)
    assert (found.state, found.edition, found.title_pl, found.items) == ("draft", 2, "Inny tytuł", 49)
    assert (found.based_on, found.published_at, found.updated_at) == (VERSION, None, at)
    assert [each.id for each in questionnaires.listed(draft)] == [ID, VERSION]
    assert questionnaires.load(draft, ID).title_pl == "Inny tytuł"
    assert told(draft, ID) == ["questionnaire:create", "questionnaire:edit"]


def test_of_two_who_save_a_draft_the_second_is_told(draft):
    draft.change(questionnaires.save, TEAM, ID, 1, replace(NEXT, title_pl="pierwszy"), now())
    with pytest.raises(Conflict):
        draft.change(questionnaires.save, TEAM, ID, 1, replace(NEXT, title_pl="drugi"), now())
    assert questionnaires.one(draft, ID).title_pl == "pierwszy"


def test_of_eight_who_save_or_publish_at_once_one_does(draft):
    def save():
        draft.change(questionnaires.save, TEAM, ID, 1, NEXT, now())

    def go():
        draft.change(questionnaires.publish, TEAM, ID, 1, now())

    found = at_once([save, go] * 4)
    assert Counter(type(each) for each in found) == {type(None): 1, Conflict: 7}
    assert len(told(draft, ID)) == 2
    assert edition(draft) == 2


def test_a_published_version_is_frozen(draft):
    publish(draft)
    before = questionnaires.one(draft, ID)
    changed = replace(NEXT, title_pl="Zmieniony")
    with pytest.raises(Conflict):
        draft.change(questionnaires.save, TEAM, ID, before.edition, changed, now())
    with pytest.raises(Conflict):
        draft.change(questionnaires.publish, TEAM, ID, before.edition, now())
    with pytest.raises(Conflict):
        draft.change(questionnaires.drop, TEAM, ID, before.edition)
    with pytest.raises(AlreadyExists):
        draft.change(questionnaires.create, TEAM, changed, based_on=VERSION, at=now())
    assert questionnaires.one(draft, ID) == before
    assert questionnaires.load(draft, ID) == NEXT


def test_a_draft_is_not_saved_under_another_version_s_name(draft):
    with pytest.raises(NotFound):
        draft.change(questionnaires.save, TEAM, ID, 1, packaged(), now())
    assert questionnaires.load(draft, VERSION) == packaged()


def test_somebody_else_s_draft_of_the_same_number_is_not_overwritten(draft):
    with pytest.raises(AlreadyExists):
        draft.change(questionnaires.create, LOCAL_OPERATOR, replace(NEXT, title_pl="x"), based_on="", at=now())
    assert questionnaires.load(draft, ID) == NEXT


def test_a_dropped_draft_is_gone(draft):
    twice(draft, questionnaires.drop, TEAM, ID, 1)
    with pytest.raises(NotFound):
        questionnaires.one(draft, ID)
    with pytest.raises(NotFound):
        questionnaires.load(draft, ID)
    assert told(draft, ID)[-1] == "questionnaire:drop"


def test_an_item_that_was_left_out_is_retired_for_ever(draft):
    last = packaged().items[-1].id
    assert questionnaires.retired(draft, NEXT) == {last}
    publish(draft)
    assert questionnaires.retired(draft, NEXT) == {last}
    assert questionnaires.retired(draft, packaged()) == frozenset()
    assert questionnaires.retired(draft, replace(NEXT, id="another")) == frozenset(), "ids are those of one questionnaire"


def test_what_only_a_draft_used_is_not_retired(draft):
    added = replace(packaged().items[0], id="ZZ99")
    draft.change(questionnaires.save, TEAM, ID, 1, replace(NEXT, items=(*NEXT.items, added)), now())
    assert "ZZ99" not in questionnaires.retired(draft, NEXT)


def test_what_was_read_once_is_read_again_after_a_change(draft):
    assert questionnaires.load(draft, ID).title_pl == NEXT.title_pl
    draft.change(questionnaires.save, TEAM, ID, 1, replace(NEXT, title_pl="Nowy"), now())
    assert questionnaires.load(draft, ID).title_pl == "Nowy"
