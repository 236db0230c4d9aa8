"""Changing the register: who may, what conflicts, what is never lost; hidden numbers; freshness."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest

from coordination import clock
from coordination.errors import NotFound
from coordination.graph import contacts, institutions, profiles
from coordination.graph.model import Channel, ChannelKind, Contact, Freshness, Visibility
from coordination.permissions import LOCAL_OPERATOR, Role, Scope

EVERYTHING = Scope(everything=True)
SECRET = "600 000 987"


def contact(store, institution_id="wcpr", *, secret=SECRET, days_ago=1, function="Koordynator"):
    made = Contact(
        id=str(uuid4()), institution_id=institution_id, function=function, hours="Mo-Fr 08:00-16:00",
        channels=(
            Channel(id=str(uuid4()), kind=ChannelKind.PHONE, value="22 000 01 01", visibility=Visibility.PUBLIC),
            Channel(id=str(uuid4()), kind=ChannelKind.MOBILE, value=secret, visibility=Visibility.PRIVATE),
        ),
        confirmed_on=clock.today() - timedelta(days=days_ago),
    )
    store.change(contacts.add, LOCAL_OPERATOR, made)
    return made


def typed(store, institution_id="wcpr", **changed):
    """The form of an institution as a browser would send it."""
    now = institutions.get(store, EVERYTHING, institution_id)
    fields = {
        "version": now.version, "name_pl": now.name_pl, "short_name": now.short_name, "type": now.type,
        "parent_id": now.parent_id, "voivodeships": ["14"], "city": now.city, "website": now.website,
        "name_2014": now.name_2014, "note": now.note,
    }
    return {**fields, **changed}


def entries(store, action):
    query = "MATCH (e:AuditEntry {action: $action}) RETURN e.after AS after, e.role AS role, e.object_id AS object_id"
    return store.read(query, action=action)


# Freshness: whole calendar months, the day itself still counts.
@pytest.mark.parametrize(
    ("today", "confirmed", "expected"),
    [
        (date(2026, 7, 12), date(2026, 1, 12), Freshness.FRESH),
        (date(2026, 7, 12), date(2026, 1, 11), Freshness.AGEING),
        (date(2026, 7, 12), date(2025, 7, 12), Freshness.AGEING),
        (date(2026, 7, 12), date(2025, 7, 11), Freshness.STALE),
        (date(2026, 8, 31), date(2026, 2, 28), Freshness.FRESH),  # there is no 31 February
        (date(2026, 8, 31), date(2026, 2, 27), Freshness.AGEING),
        (date(2028, 8, 31), date(2028, 2, 29), Freshness.FRESH),  # a leap year has its 29th
        (date(2028, 8, 31), date(2028, 2, 28), Freshness.AGEING),
        (date(2028, 2, 29), date(2027, 2, 28), Freshness.AGEING),
        (date(2028, 2, 29), date(2027, 2, 27), Freshness.STALE),
        (date(2026, 1, 12), None, Freshness.STALE),
    ],
)
def test_a_contact_is_fresh_for_six_months_and_off_the_lists_after_twelve(today, confirmed, expected):
    assert contacts.freshness(confirmed, today) is expected


def test_confirming_is_not_editing(reference_store, sign_in):
    made = contact(reference_store, days_ago=300)
    answer = sign_in(Role.CONSULTANT, voivodeship="14").post(f"/institutions/wcpr/contacts/{made.id}/confirm")
    assert answer.status_code == 302
    after = contacts.get(reference_store, "wcpr", made.id)
    assert after.confirmed_on == clock.today()
    assert after.version == made.version, "whoever edits at the same time meets no conflict"


def test_the_second_of_two_editors_sees_both_versions_and_keeps_the_typed_text(reference_store, sign_in):
    first, second = (sign_in(Role.CONSULTANT, voivodeship="14") for _ in range(2))
    early = typed(reference_store, city="Radom")
    late = typed(reference_store, note='Mój <i>tekst</i> "w cudzysłowie"', website="https://nowa.example")
    assert first.post("/institutions/wcpr/edit", data=early).status_code == 302

    answer = second.post("/institutions/wcpr/edit", data=late)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Radom" in page and "Warszawa" in page
    assert "Mój &lt;i&gt;tekst&lt;/i&gt;" in page and "<i>tekst" not in page
    assert institutions.get(reference_store, EVERYTHING, "wcpr").note == early["note"], "nothing was overwritten"
    assert set(re.findall(r'name="pick_(\w+)"', page)) == {"city", "note", "website"}
    chosen = re.findall(r'name="pick_(\w+)" value="(\w+)"[^>]*checked', page)
    assert dict(chosen) == {"city": "saved", "note": "typed", "website": "typed"}, "what was not touched stays saved"

    sent = {name: value for name, value in late.items() if name != "version"}
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    again = {**sent, "version": version[1], "pick_city": "saved", "pick_note": "typed", "pick_website": "saved"}
    assert second.post("/institutions/wcpr/edit", data=again).status_code == 302
    now = institutions.get(reference_store, EVERYTHING, "wcpr")
    assert (now.city, now.note, now.website) == ("Radom", late["note"], "")


def test_sixteen_writers_lose_nothing(reference_store, sign_in):
    """Each adds its mark to what it read, and reads again when it is refused."""
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    app, cookie = client.application, client.get_cookie(client.application.config["SESSION_COOKIE_NAME"])
    assert cookie
    writers, edits, acknowledged, refused = 16, 2, [], []
    before = institutions.get(reference_store, EVERYTHING, "wcpr").note.split()

    def write(writer):
        browser = app.test_client()
        browser.set_cookie(cookie.key, cookie.value)
        for number in range(edits):
            mark = f"{chr(97 + writer)}{number} "
            while True:
                form = typed(reference_store)
                form["note"] += " " + mark
                status = browser.post("/institutions/wcpr/edit", data=form).status_code
                if status == 302:
                    acknowledged.append(mark)
                    break
                assert status == 409
                refused.append(mark)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = institutions.get(reference_store, EVERYTHING, "wcpr")
    assert len(acknowledged) == writers * edits
    assert sorted(now.note.split()) == sorted([*before, *(mark.strip() for mark in acknowledged)])
    assert now.version == 1 + len(acknowledged)
    assert len(entries(reference_store, "institution:edit")) == len(acknowledged)
    assert refused, "the writers never met, so the test proves nothing"


def test_a_contact_changed_meanwhile_is_not_overwritten(reference_store, sign_in):
    made = contact(reference_store)
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    channel = {"channels-0-id": made.channels[0].id, "channels-0-kind": "phone", "channels-0-value": "22 000 01 01",
               "channels-0-visibility": "public"}
    url = f"/institutions/wcpr/contacts/{made.id}/edit"
    assert client.post(url, data={"version": 1, "function": "Pierwsza", "hours": "", **channel}).status_code == 302
    answer = client.post(url, data={"version": 1, "function": "Druga", "hours": "24/7", **channel})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Pierwsza" in page and 'value="Druga"' in page and 'value="24/7"' in page
    assert contacts.get(reference_store, "wcpr", made.id).function == "Pierwsza"
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version, "sent again as it stands, it is saved"
    again = {"version": version[1], "function": "Druga", "hours": "24/7", **channel}
    assert client.post(url, data=again).status_code == 302


def test_a_card_saved_meanwhile_is_not_overwritten(reference_store, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    assert client.post("/institutions/wcpr/card", data={"version": 1, "task_support": "Wsparcie"}).status_code == 302
    answer = client.post("/institutions/wcpr/card", data={"version": 1, "task_shelter": "Nocleg"})
    assert answer.status_code == 409 and "Nocleg" in answer.get_data(as_text=True)
    assert [task.text for task in profiles.card(reference_store, "wcpr").tasks] == ["Wsparcie"]
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.get_data(as_text=True))
    assert version and client.post(
        "/institutions/wcpr/card", data={"version": version[1], "task_shelter": "Nocleg"}
    ).status_code == 302


def test_a_hidden_number_is_in_no_page_and_no_file_until_its_reading_is_logged(reference_store, sign_in):
    made = contact(reference_store)
    digits = re.compile(r"600\s*000\s*987")
    roles = [
        sign_in(Role.CONSULTANT, voivodeship="14"), sign_in(Role.INSTITUTION, institution="wcpr"),
        sign_in(Role.ADMINISTRATOR), sign_in(Role.NATIONAL), sign_in(Role.AUDITOR),
    ]
    of_it = f"/institutions/wcpr/contacts/{made.id}"
    pages = ["/institutions", "/institutions?q=wcpr", "/institutions/wcpr", f"{of_it}/edit", f"{of_it}/remove",
             f"{of_it}/reveal", "/search?q=wcpr", "/call?voivodeship=14", "/audit", "/export/contacts.csv",
             "/export/institutions.csv"]
    for client in roles[1:]:
        for page in pages:
            assert not digits.search(client.get(page).get_data(as_text=True)), (client.user.role, page)
    consultant = roles[0]
    for page in [each for each in pages if not each.startswith("/export")]:
        assert not digits.search(consultant.get(page).get_data(as_text=True)), page

    url = f"/institutions/wcpr/contacts/{made.id}/reveal"
    assert consultant.post(url, data={}).status_code == 422, "a purpose is asked"
    assert entries(reference_store, "contact:reveal") == []
    answer = consultant.post(url, data={"purpose": "emergency"})
    assert digits.search(answer.get_data(as_text=True))
    assert answer.headers["Cache-Control"] == "no-store"
    (entry,) = entries(reference_store, "contact:reveal")
    assert entry["object_id"] == made.id and entry["role"] == "consultant" and "emergency" in entry["after"]
    assert not digits.search(entry["after"])


def test_reading_a_hidden_number_is_for_those_who_may(reference_store, sign_in):
    made = contact(reference_store)
    url = f"/institutions/wcpr/contacts/{made.id}/reveal"
    assert sign_in(Role.NATIONAL).post(url, data={"purpose": "drill"}).status_code == 403
    assert sign_in(Role.CONSULTANT, voivodeship="02").post(url, data={"purpose": "drill"}).status_code == 404
    assert sign_in(Role.INSTITUTION, institution="kcik").post(url, data={"purpose": "drill"}).status_code == 404
    assert entries(reference_store, "contact:reveal") == []


def test_an_empty_field_keeps_the_hidden_number_and_does_not_make_it_public(reference_store, sign_in):
    made = contact(reference_store)
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    hidden = made.channels[1]
    row = {"channels-0-id": hidden.id, "channels-0-kind": "mobile", "channels-0-value": ""}
    url = f"/institutions/wcpr/contacts/{made.id}/edit"
    form = {"version": 1, "function": "Koordynator", "hours": "", **row}
    assert client.post(url, data={**form, "channels-0-visibility": "public"}).status_code == 422
    assert client.post(url, data={**form, "channels-0-visibility": "private"}).status_code == 302
    shown = reference_store.change(contacts.reveal, LOCAL_OPERATOR, "wcpr", made.id, "check")
    assert [each.value for each in shown] == [SECRET]


def test_a_foreign_institution_answers_as_one_that_never_existed(reference_store, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    made = contact(reference_store, "kwp-wroclaw")
    for path in ("", "/edit", "/card", "/contacts/new", f"/contacts/{made.id}/edit", f"/contacts/{made.id}/reveal"):
        foreign = client.get(f"/institutions/kwp-wroclaw{path}")
        missing = client.get(f"/institutions/kwp-nowhere{path}")
        assert foreign.status_code == missing.status_code == 404, path
        assert _bare(foreign, "kwp-wroclaw") == _bare(missing, "kwp-nowhere"), path
    own = contact(reference_store, "wcpr")
    assert client.get(f"/institutions/kcik/contacts/{own.id}/reveal").status_code == 404, "mismatched pair"
    with pytest.raises(NotFound):
        institutions.get(reference_store, Scope(voivodeships=("14",), shared=True), "kwp-wroclaw")


def _bare(answer, name):
    text = answer.get_data(as_text=True).replace(name, "X").replace(answer.headers["X-Request-Id"], "R")
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    return re.sub(r"\d\d\.\d\d\.\d{4}, \d{1,2}:\d\d(:\d\d)?", "T", text)


def test_a_consultant_changes_the_coverage_of_the_own_voivodeship_alone(reference_store, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    before = institutions.get(reference_store, EVERYTHING, "sg-nadwislanski")
    form = typed(reference_store, "sg-nadwislanski", voivodeships=["14"], voivodeships_partial=[])
    assert client.post("/institutions/sg-nadwislanski/edit", data=form).status_code == 302
    after = institutions.get(reference_store, EVERYTHING, "sg-nadwislanski")
    assert after.voivodeships == before.voivodeships == ("04", "10", "14")
    assert after.voivodeships_partial == ()
    form = typed(reference_store, "sg-nadwislanski", voivodeships=["14", "02"])
    assert client.post("/institutions/sg-nadwislanski/edit", data=form).status_code == 422
    assert client.get("/institutions/kcik/edit").status_code == 404, "a national body is not one voivodeship's to edit"


def test_an_institution_edits_its_own_description_and_nothing_else(reference_store, sign_in):
    client = sign_in(Role.INSTITUTION, institution="wcpr")
    form = typed(reference_store, note="Nowy opis", type="hospital", voivodeships=["14", "02"], national="y")
    assert client.post("/institutions/wcpr/edit", data=form).status_code == 302
    now = institutions.get(reference_store, EVERYTHING, "wcpr")
    assert (now.note, now.type, now.voivodeships, now.national) == (
        "Nowy opis", "family_support_centre", ("14",), False
    )
    assert client.get("/institutions/ksp/edit").status_code == 404
    assert client.get("/institutions/new").status_code == 403


def test_personal_data_are_refused_with_a_word_where_to_look(reference_store, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    answer = client.post("/institutions/wcpr/edit", data=typed(reference_store, note="Kontakt: 44051401359"))
    assert answer.status_code == 422 and 'href="#note"' in answer.get_data(as_text=True)
    assert "44051401359" not in institutions.get(reference_store, EVERYTHING, "wcpr").note


def test_a_new_institution_belongs_to_its_consultants_voivodeship(reference_store, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    form = {"name_pl": "Ośrodek Interwencji Kryzysowej w Radomiu", "short_name": "OIK Radom", "type": "crisis_centre",
            "voivodeships": ["14"], "city": "Radom"}
    answer = client.post("/institutions/new", data=form)
    assert answer.status_code == 302 and answer.headers["Location"].endswith("/institutions/oik-radom")
    assert client.post("/institutions/new", data=form).status_code == 422, "the same name and seat again"
    assert sign_in(Role.CONSULTANT, voivodeship="02").get("/institutions/oik-radom").status_code == 404


@pytest.mark.parametrize(("days", "shown"), [(0, True), (30, True), (31, False), (-1, False)])
def test_a_resource_older_than_thirty_days_is_not_known(days, shown):
    on = date(2026, 1, 12)
    resource = profiles.Resource(
        kind=profiles.ResourceKind.PLACES_MEN, quantity=4, as_of=on - timedelta(days=days)
    )
    assert resource.known(on) is shown
    assert not profiles.Resource(kind=profiles.ResourceKind.PLACES_MEN, quantity=4).known(on)


def test_the_call_list_leaves_stale_contacts_out_and_names_them(reference_store, sign_in):
    contact(reference_store, "kcik", function="Telefon całodobowy")
    contact(reference_store, "oip-warszawa", function="Punkt przyjęć", days_ago=400)
    page = sign_in(Role.CONSULTANT, voivodeship="14").get("/call").get_data(as_text=True)
    steps, rest = page.split("</ol>", 1)[0], page.split("</ol>", 1)[1]
    assert page.index("112") < page.index("KCIK")
    assert "tel:220000101" in steps
    assert "OIP w Warszawie" not in steps[steps.index("k-calls"):] and "OIP w Warszawie" in rest
    assert SECRET not in page


def test_the_call_list_without_any_contact_says_so_and_gives_112(sign_in):
    page = sign_in(Role.CONSULTANT, voivodeship="14").get("/call").get_data(as_text=True)
    assert "Brak danych dla tej sytuacji." in page and 'href="tel:112"' in page
