"""What others said, answered without an account: by a link that is short-lived, for one institution, and used once."""

from __future__ import annotations

import logging
import re
import threading
from datetime import timedelta

import pytest

from coordination import clock, links
from coordination.cooperation import service, story
from coordination.cooperation.service import Statement
from coordination.graph import claims, invitations
from coordination.graph.model import Form, Frequency, Stance, TieState
from coordination.permissions import Actor, Role, Scope

KSP = Actor(id="account-ksp", role=Role.INSTITUTION, voivodeships=("14",), institution_id="ksp")
CONSULTANT = Actor(id="consultant-14", role=Role.CONSULTANT, voivodeships=("14",))


@pytest.fixture
def asked(reference_store):
    """KSP states two cooperations with KCIK and denies a third; returns the claims by area."""
    own = service.claimant(reference_store, KSP, "ksp")
    yes = Statement(stance=Stance.COOPERATES, forms=(Form.REFERRAL,), frequency=Frequency.SEVERAL, intensity=2)
    made = service.record(reference_store, KSP, own, "kcik", ["referral", "training"], yes)
    made += service.record(
        reference_store, KSP, own, "kcik", ["prevention"], Statement(stance=Stance.DOES_NOT_COOPERATE)
    )
    return {claim.area: claim for claim in made}


@pytest.fixture
def link(reference_store, asked):
    return service.ask(reference_store, CONSULTANT, "kcik")[1]


def state_of(store, area):
    history = claims.of_pair(store, Scope(everything=True), "ksp", "kcik")
    return story.tell(history, "ksp", "kcik", area, clock.today()).tie.state


def opened(app, token):
    client = app.test_client()
    answer = client.get(f"/l/{token}")
    assert answer.status_code == 302 and answer.headers["Location"] == "/reply"
    return client


def faceless(answer):
    """A page without what differs at every request: its number, its time and its form token."""
    text = re.sub(r"[0-9a-f]{12}|\d{2}\.\d{2}\.\d{4}|\d{1,2}:\d{2}(:\d{2})?", "", answer.text)
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", text)


def test_a_contact_point_answers_by_link_without_an_account(app, reference_store, asked, link):
    client = opened(app, link)
    page = client.get("/reply").text
    assert "KSP" in page and "kilka razy" in page and link not in page
    answers = {
        f"choice-{asked['referral'].id}": "yes",
        f"choice-{asked['training'].id}": "corrected",
        f"fix-{asked['training'].id}": "frequency",
        f"frequency-{asked['training'].id}": "once",
        "action": "check",
    }
    assert client.post("/reply", data=answers).headers["Location"] == "/reply/check"
    assert state_of(reference_store, "referral") is TieState.ONE_SIDED, "nothing is sent before it was checked"
    check = client.get("/reply/check").text
    assert "Tak, zgadza się" in check and "raz" in check
    assert client.post("/reply/check").headers["Location"] == "/reply/done"
    assert "Odpowiedzi zapisano" in client.get("/reply/done").text
    assert state_of(reference_store, "referral") is TieState.CONFIRMED
    ours = claims.of_institution(reference_store, Scope(institution_id="kcik"), "kcik")
    corrected = next(each for each in ours if each.claimant_id == "kcik" and each.area == "training")
    assert corrected.frequency is Frequency.ONCE and corrected.forms == (Form.REFERRAL,)
    assert corrected.recorded_as == "guest" and corrected.source == "own_statement"


def test_a_denial_by_link_makes_the_tie_disputed_and_the_right_unit_can_be_named(app, reference_store, asked, link):
    client = opened(app, link)
    answers = {f"choice-{asked['referral'].id}": "no", f"choice-{asked['training'].id}": "other_unit", "action": "check"}
    refused = client.post("/reply", data=answers)
    assert refused.status_code == 422 and "Podaj nazwę właściwej jednostki" in refused.text
    client.post("/reply", data=answers | {f"unit-{asked['training'].id}": "Ośrodek szkoleniowy"})
    client.post("/reply/check")
    assert state_of(reference_store, "referral") is TieState.DISPUTED
    assert state_of(reference_store, "training") is TieState.DISPUTED
    assert state_of(reference_store, "prevention") is TieState.NONE, "what was not answered stays as it was"


def test_a_draft_is_continued_on_another_machine(app, reference_store, asked, link):
    first = opened(app, link)
    first.post("/reply", data={f"choice-{asked['referral'].id}": "yes", "action": "draft"})
    second = opened(app, link)
    assert re.search(rf'id="choice-{asked["referral"].id}-yes"[^>]*checked', second.get("/reply").text)
    saved = second.post("/reply", data={f"choice-{asked['referral'].id}": "no", "action": "draft"},
                        headers={"Accept": "application/json"})  # fmt: skip
    assert saved.json["saved_at"] and not saved.json["errors"]
    assert state_of(reference_store, "referral") is TieState.ONE_SIDED


def test_a_used_expired_revoked_and_unknown_link_answer_alike(app, reference_store, asked, link, monkeypatch):
    client = opened(app, link)
    client.post("/reply", data={f"choice-{asked['referral'].id}": "yes", "action": "check"})
    client.post("/reply/check")
    assert client.get("/reply").status_code == 410
    used = app.test_client().get(f"/l/{link}")

    revoked_id, revoked_token = service.ask(reference_store, CONSULTANT, "kcik")
    service.revoke(reference_store, CONSULTANT, "kcik", revoked_id)
    revoked = app.test_client().get(f"/l/{revoked_token}")

    _id, old_token = service.ask(reference_store, CONSULTANT, "kcik")
    later = clock.now() + invitations.LIFETIME + timedelta(seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        expired = app.test_client().get(f"/l/{old_token}")
    unknown = app.test_client().get(f"/l/{invitations.new_token()}")
    pages = [used, revoked, expired, unknown]
    assert [page.status_code for page in pages] == [410] * 4
    assert len({faceless(page) for page in pages}) == 1


def test_of_many_parallel_sendings_one_counts(app, reference_store, asked, link):
    clients = [opened(app, link) for _ in range(6)]
    for client in clients:
        client.post("/reply", data={f"choice-{asked['referral'].id}": "yes", "action": "draft"})
    places: list[str] = []

    def send(client) -> None:
        answer = client.post("/reply/check")
        places.append(answer.headers.get("Location", str(answer.status_code)))

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert places.count("/reply/done") == 1, places
    mine = [each for each in claims.of_pair(reference_store, Scope(everything=True), "ksp", "kcik")
            if each.claimant_id == "kcik"]  # fmt: skip
    assert len(mine) == 1


def test_a_link_opens_one_institution_and_nothing_else(app, reference_store, asked, link):
    client = opened(app, link)
    for address in ("/", "/institutions", "/institutions/ksp", "/cooperation/said", "/gaps", "/accounts", "/audit"):
        assert client.get(address).status_code in (302, 403, 404), address
    other = service.claimant(reference_store, KSP, "ksp")
    foreign = service.record(reference_store, KSP, other, "la-strada", ["referral"], Statement(stance=Stance.COOPERATES))
    client.post("/reply", data={f"choice-{foreign[0].id}": "no", "action": "check"})
    client.post("/reply/check")
    history = claims.of_pair(reference_store, Scope(everything=True), "ksp", "la-strada")
    assert [each.claimant_id for each in history] == ["ksp"]


# A browser in which another session goes on


def test_a_session_that_goes_on_ends_only_when_its_reader_says_so(sign_in, asked, link, caplog):
    caplog.set_level(logging.DEBUG)
    client = sign_in(Role.CONSULTANT, voivodeship="14", label="Mazowiecki Urząd Wojewódzki")
    followed = client.get(f"/l/{link}")
    assert followed.headers["Location"] == "/l" and followed.headers["Referrer-Policy"] == "no-referrer"
    page = client.get("/l")
    assert "Konsultant wojewódzki – Mazowiecki Urząd Wojewódzki" in page.text and "KCIK" in page.text
    assert link not in page.text and link not in caplog.text
    assert client.get("/account").status_code == 200, "an address alone ends no session"
    assert client.get("/reply").status_code == 404

    old = client.get_cookie(client.application.config["SESSION_COOKIE_NAME"]).value
    assert client.post("/l").headers["Location"] == "/reply"
    assert client.get("/reply").status_code == 200
    copied = client.application.test_client()
    copied.set_cookie(client.application.config["SESSION_COOKIE_NAME"], old)
    assert copied.get("/account").status_code == 302, "the session that went on has ended"
    assert client.get("/l").status_code == 404, "nothing waits any more"
    assert link not in caplog.text


def test_the_question_holds_no_token_in_the_graph(sign_in, reference_store, asked, link):
    sign_in(Role.CONSULTANT, voivodeship="14").get(f"/l/{link}")
    held = str(reference_store.read("MATCH (n) WHERE n:Session OR n:AuditEntry RETURN properties(n) AS it"))
    assert "waiting_link" in held and link not in held


def test_another_link_asks_and_the_same_link_leads_on(app, reference_store, asked, link):
    client = opened(app, link)
    assert client.get(f"/l/{link}").headers["Location"] == "/reply"
    _id, other = service.ask(reference_store, CONSULTANT, "la-strada")
    assert client.get(f"/l/{other}").headers["Location"] == "/l"
    page = client.get("/l").text
    assert "odnośnik instytucji KCIK" in page and 'href="/reply"' in page
    assert "KCIK" in client.get("/reply").text
    client.post("/l")
    assert "La Strada" in client.get("/reply").text
    assert client.get(f"/l/{link}").headers["Location"] == "/l"


def test_a_link_revoked_while_its_reader_was_asked_ends_nothing(sign_in, reference_store, asked):
    invitation, token = service.ask(reference_store, CONSULTANT, "kcik")
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    client.get(f"/l/{token}")
    service.revoke(reference_store, CONSULTANT, "kcik", invitation)
    assert client.get("/l").status_code == client.post("/l").status_code == 410
    assert client.get("/account").status_code == 200


def test_another_page_cannot_open_a_link_in_the_readers_name(sign_in, app, asked, link):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    client.get(f"/l/{link}")
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/l").status_code == 400
    assert client.get("/account").status_code == 200


# Links of other rooms


def given_purpose(store, purpose):
    store.run("MATCH (n:Invitation) SET n.purpose = $purpose", purpose=purpose)


def test_the_holder_of_a_link_of_another_purpose_has_no_pages_to_answer(app, reference_store, asked, link):
    client = opened(app, link)
    given_purpose(reference_store, "survey")
    for method, address in (("GET", "/reply"), ("POST", "/reply"), ("GET", "/reply/check"), ("POST", "/reply/check"),
                            ("GET", "/reply/done")):  # fmt: skip
        assert client.open(address, method=method).status_code == 404, f"{method} {address}"


def test_a_link_opens_the_page_of_its_purpose(app, reference_store, link, monkeypatch):
    monkeypatch.setitem(links.DOORS, "visit", "home.menu")
    given_purpose(reference_store, "visit")
    assert app.test_client().get(f"/l/{link}").headers["Location"] == "/menu"


def test_a_link_of_a_purpose_no_room_knows_is_dead(app, reference_store, link):
    given_purpose(reference_store, "unheard-of")
    client = app.test_client()
    assert client.get(f"/l/{link}").status_code == 410
    assert client.get_cookie(app.config["SESSION_COOKIE_NAME"]) is None, "no session was begun"


def test_the_graph_holds_no_token(reference_store, link):
    rows = reference_store.read("MATCH (n:Invitation) RETURN properties(n) AS it")
    assert rows and all(link not in str(row["it"]) for row in rows)
    audit = reference_store.read("MATCH (a:AuditEntry) RETURN properties(a) AS it")
    assert all(link not in str(row["it"]) for row in audit)


def test_the_consultant_reads_the_letter_before_anything_leaves(sign_in, app, asked):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    page = client.get("/cooperation/ask/kcik").text
    assert "KSP" in page and "/l/" not in page
    letter = client.post("/cooperation/ask/kcik").text
    token = re.search(r"/l/([\w-]{20,})", letter)
    assert token and "Nie należy wpisywać danych osób" in letter
    assert opened(app, token[1]).get("/reply").status_code == 200
    assert "/l/" not in client.get("/cooperation/ask/kcik").text, "the link is shown once"


def test_a_stranger_may_not_ask_in_the_name_of_the_voivodeship(sign_in):
    assert sign_in(Role.CONSULTANT, voivodeship="30").get("/cooperation/ask/ksp").status_code == 404
    assert sign_in(Role.INSTITUTION, institution="ksp").get("/cooperation/ask/kcik").status_code == 403


def test_a_signed_in_institution_answers_the_same_page(sign_in, reference_store, asked):
    client = sign_in(Role.INSTITUTION, institution="kcik")
    assert "KSP" in client.get("/cooperation/said").text
    client.post("/cooperation/said", data={f"choice-{asked['prevention'].id}": "exists", "action": "check"})
    client.post("/cooperation/said/check")
    assert state_of(reference_store, "prevention") is TieState.DISPUTED
