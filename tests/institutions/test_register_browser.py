"""The screens of the register in a real browser: both languages, phone and desk, axe, and two taps to a telephone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from coordination import clock
from coordination.graph import contacts, profiles
from coordination.graph.model import Channel, ChannelKind, Contact, Visibility
from coordination.permissions import LOCAL_OPERATOR, Role
from tests import browser as browsing

pytestmark = [pytest.mark.browser, pytest.mark.pages]


def furnish(store):
    """Contacts of every freshness, one hidden number, a card with a fresh and an old resource."""
    today, ids = clock.today(), []
    known = (("kcik", 10, "24/7"), ("ksp", 220, "Mo-Fr 08:00-16:00"), ("oip-warszawa", 500, ""))
    for institution, days, hours in known:
        made = Contact(
            id=str(uuid4()), institution_id=institution, function="Oficer dyżurny", hours=hours,
            channels=(
                Channel(id=str(uuid4()), kind=ChannelKind.PHONE, value="22 000 01 01", visibility=Visibility.PUBLIC),
                Channel(id=str(uuid4()), kind=ChannelKind.MOBILE, value="600 000 987", visibility=Visibility.PRIVATE),
            ),
            confirmed_on=today - timedelta(days=days), example=True,
        )
        store.change(contacts.add, LOCAL_OPERATOR, made)
        ids.append(made.id)
    card = profiles.Card(
        institution_id="ksp", confirmed_on=today, groups=(profiles.Group.MEN,), languages=("ukraiński",),
        tasks=(profiles.Task(stage=profiles.Stage.STATUS, text="Zaświadczenie", legal_basis="art. 170"),),
        resources=(
            profiles.Resource(kind=profiles.ResourceKind.INTERPRETERS, quantity=2, as_of=today),
            profiles.Resource(kind=profiles.ResourceKind.PLACES_MEN, quantity=4, as_of=today - timedelta(days=40)),
        ),
    )
    store.change(profiles.save, LOCAL_OPERATOR, card)
    return ids


def enter(page, app, client, live):
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live}])


@pytest.mark.parametrize("server", ["embedded"], indirect=True)  # the pages are the same on both
def test_screens_of_the_register_have_no_faults(app, reference_store, sign_in, live):
    _kcik, ksp, _oip = furnish(reference_store)
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    paths = {
        "pl": ["/institutions", "/institutions?q=qqqq", "/institutions/ksp", "/institutions/kcik", "/institutions/new",
               "/institutions/ksp/edit", "/institutions/ksp/card", f"/institutions/ksp/contacts/{ksp}/edit",
               f"/institutions/ksp/contacts/{ksp}/reveal", f"/institutions/ksp/contacts/{ksp}/remove",
               "/search?q=lodz", "/search?q=qqqq", "/call"],
        "en": ["/institutions?lang=en", "/institutions/ksp?lang=en", "/call?lang=en"],
    }
    with browsing.chromium() as browser:
        page = browsing.window(browser)
        enter(page, app, client, live)
        faults = [
            f"{path}: {fault}" for each in paths.values() for path in each
            for fault in browsing.look_over(page, live + path)
        ]
    assert faults == []


def test_two_taps_from_any_page_reach_a_telephone_large_enough_for_a_thumb(app, reference_store, sign_in, live):
    furnish(reference_store)
    with browsing.chromium() as browser:
        page = browsing.window(browser, browsing.PHONE)
        enter(page, app, sign_in(Role.CONSULTANT, voivodeship="14"), live)
        page.goto(f"{live}/institutions")
        page.locator("nav.k-bar a[href*='/call']").click()
        number = page.locator("a.k-call").first
        assert number.get_attribute("href") == "tel:220000101"
        box = number.bounding_box()
        assert box and box["height"] >= 52 and box["y"] < 700


def test_a_conflict_is_settled_in_the_browser_without_losing_typed_text(app, reference_store, sign_in, live):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    with browsing.chromium() as browser:
        page = browsing.window(browser)
        enter(page, app, client, live)
        page.goto(f"{live}/institutions/wcpr/edit")
        other = page.context.new_page()
        other.goto(f"{live}/institutions/wcpr/edit")
        other.fill("#city", "Radom")
        other.locator("main button[type=submit]").click()
        page.fill("#note", "Wpisane później")
        page.locator("main button[type=submit]").click()
        assert page.locator("h1").inner_text() == "Ktoś zapisał zmiany wcześniej"
        assert browsing.axe(page) == [] and browsing.no_sideways_scroll(page) == ""
        page.check("input[name=pick_city][value=saved]")
        page.locator("main button[type=submit]").click()
        page.wait_for_selector("#contacts")
        assert "Radom" in page.locator("main").inner_text()
        assert "Wpisane później" in page.locator("main").inner_text()
