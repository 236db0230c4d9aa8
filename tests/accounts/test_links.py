"""One-time links: strong, short-lived, used once, replaced by a newer one, and nowhere to be read afterwards."""

import logging
import re
import secrets
import threading
from collections import Counter

import pytest

from coordination import clock
from coordination.accounts import manage_service, service
from coordination.errors import Gone
from coordination.graph import links, users
from coordination.graph.sessions import digest, new_token
from coordination.permissions import LOCAL_OPERATOR, Role
from tests.accounts.doors import OTHER_PASSWORD, PASSWORD, account, enter, form_token, inside, session_cookie

EMAIL = "konsultant@example.pl"


@pytest.fixture
def owner(reference_store):
    return account(reference_store, EMAIL, Role.CONSULTANT, voivodeships=("14",))


@pytest.fixture
def token(reference_store, owner):
    return service.make_link(reference_store, LOCAL_OPERATOR, owner)


def use(client, token: str, password: str = OTHER_PASSWORD, **more):
    client.get(f"/password/{token}")
    form = form_token(client, "/password") or form_token(client)
    return client.post("/password", data={"password": password, "csrf_token": form, **more})


def test_a_link_sets_the_password_once_and_signs_its_owner_in(guarded, owner, token):
    client = guarded.test_client()
    assert use(client, token).headers["Location"] == "/"
    assert inside(client)
    assert enter(guarded.test_client(), EMAIL, OTHER_PASSWORD).status_code == 302
    again = guarded.test_client()
    again.get(f"/password/{token}")
    assert again.get("/password").status_code == 410


def test_opening_a_link_uses_nothing_up_and_leaves_the_address(guarded, owner, token):
    """Mail scanners and previews open every link before its reader does."""
    for _scanner in range(3):
        answer = guarded.test_client().get(f"/password/{token}")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/password"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    client = guarded.test_client()
    client.get(f"/password/{token}")
    page = client.get("/password")
    assert page.status_code == 200
    assert token not in page.text
    assert not session_cookie(client).startswith("s_"), "opening alone begins no session"


def test_a_password_set_by_link_ends_every_session(guarded, owner, token):
    inside_before = guarded.test_client()
    enter(inside_before, EMAIL)
    use(guarded.test_client(), token)
    assert not inside(inside_before)


def test_a_newer_link_replaces_the_older(guarded, owner, token, reference_store):
    newer = service.make_link(reference_store, LOCAL_OPERATOR, owner)
    assert use(guarded.test_client(), token).status_code == 410
    assert use(guarded.test_client(), newer).status_code == 302


def test_a_link_expires(guarded, owner, token, ticking):
    ticking.forward(hours=23)
    client = guarded.test_client()
    client.get(f"/password/{token}")
    assert client.get("/password").status_code == 200
    ticking.forward(hours=2)
    assert client.get("/password").status_code == 410
    assert use(guarded.test_client(), token).status_code == 410


def test_a_disabled_account_has_no_links(guarded, owner, token, reference_store):
    manage_service.set_active(reference_store, LOCAL_OPERATOR, owner, False)
    assert use(guarded.test_client(), token).status_code == 410


def test_a_weak_password_leaves_the_link_as_it_was(guarded, owner, token):
    client = guarded.test_client()
    refused = use(client, token, "krótkie")
    assert refused.status_code == 422
    assert "co najmniej 12 znaków" in refused.text
    assert use(client, token).status_code == 302


def test_wrong_and_dead_links_answer_alike(guarded, owner, token, reference_store):
    service.make_link(reference_store, LOCAL_OPERATOR, owner)

    def answer(link):
        client = guarded.test_client()
        client.get(f"/password/{link}")
        page = client.get("/password")
        return page.status_code, re.sub(r'value="[^"]+"', "", page.text), sorted(page.headers.keys())

    assert answer(token) == answer(new_token())


def test_of_a_thousand_guessed_links_ten_are_looked_up(guarded, owner, monkeypatch):
    looked_up = []
    real = links.opened
    monkeypatch.setattr(links, "opened", lambda *args: (looked_up.append(1), real(*args))[1])
    answers = Counter()
    client = guarded.test_client()
    for _guess in range(100):
        client.get(f"/password/{secrets.token_urlsafe(32)}")
        answers[client.get("/password").status_code] += 1
    assert len(looked_up) == 10
    assert answers == {410: 10, 429: 90}


def test_of_fifty_uses_at_once_one_works(owner, token, reference_store, settings):
    found = service.open_link(reference_store, token, "10.0.0.1")
    outcomes = Counter()

    def one(number):
        try:
            service.set_password_by_link(reference_store, settings, found, f"{OTHER_PASSWORD} {number}")
            outcomes["set"] += 1
        except Gone:
            outcomes["gone"] += 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"set": 1, "gone": 49}
    assert len(reference_store.read("MATCH (e:AuditEntry {action: 'account:password', object_id: $id}) RETURN e.id",
                                    id=owner.id)) == 2  # fmt: skip


def test_tokens_are_256_random_bits():
    made = {new_token() for _time in range(10_000)}
    assert len(made) == 10_000
    assert {len(each) for each in made} == {43}
    assert max(Counter("".join(each[5] for each in made)).values()) < 320, "no place is fixed"


@pytest.mark.parametrize("place", range(0, 43, 6))
def test_a_token_with_one_letter_changed_opens_nothing(guarded, owner, token, place, reference_store):
    letter = "A" if token[place] != "A" else "B"
    with pytest.raises(Gone):
        service.open_link(reference_store, token[:place] + letter + token[place + 1 :], "10.0.0.1")


def test_an_invitation_to_answer_sets_no_password(guarded, owner, reference_store):
    """A token of one purpose is refused for another."""
    other = new_token()
    reference_store.change(lambda tx: tx.run(
        "MATCH (i:Institution) WITH i LIMIT 1 CREATE (n:Invitation {id: 'x', token_hash: $hash, purpose: 'confirm',"
        " created_at: $now, expires_at: $until})-[:FOR]->(i)",
        hash=digest(other), now=clock.now(), until=clock.now().replace(year=clock.now().year + 1),
    ))  # fmt: skip
    assert use(guarded.test_client(), other).status_code == 410


def test_no_log_and_no_graph_holds_a_token(guarded, owner, token, reference_store, caplog):
    caplog.set_level(logging.DEBUG)
    use(guarded.test_client(), token)
    use(guarded.test_client(), "wrong-" + token)
    held = str(reference_store.read("MATCH (n) WHERE NOT n:Institution RETURN properties(n) AS it"))
    assert token not in caplog.text and token not in held
    assert PASSWORD not in held and OTHER_PASSWORD not in held and OTHER_PASSWORD not in caplog.text
    assert digest(token) in held


# The first administrator


def test_the_first_start_offers_one_link_that_makes_the_administrator(guarded, reference_store, settings):
    first = service.make_setup_link(reference_store, settings, "http://127.0.0.1:8123")
    second = service.make_setup_link(reference_store, settings, "http://127.0.0.1:8123")
    assert first and second and second.startswith("http://127.0.0.1:8123/password/")

    assert use(guarded.test_client(), first.rpartition("/")[2], email="admin@example.pl").status_code == 410
    client = guarded.test_client()
    assert use(client, second.rpartition("/")[2], email="admin@example.pl").status_code == 302
    assert client.get("/accounts").status_code == 200
    assert service.make_setup_link(reference_store, settings) is None
    assert use(guarded.test_client(), second.rpartition("/")[2], email="other@example.pl").status_code == 410


def test_there_is_no_account_before_that(reference_store):
    assert reference_store.read("MATCH (u:User) RETURN count(u) AS n") == [{"n": 0}]


# Asking for a link


def test_asking_tells_nothing_about_who_has_an_account(guarded, owner):
    def ask(email):
        client = guarded.test_client()
        answer = client.post("/forgotten", data={"email": email, "csrf_token": form_token(client, "/forgotten")})
        return answer.status_code, re.sub(r'value="[^"]+"', "", answer.text)

    assert ask(EMAIL) == ask("nobody@example.pl")


def test_whoever_keeps_the_account_sees_the_request_and_makes_the_link(guarded, owner, reference_store, sign_in):
    client = guarded.test_client()
    client.post("/forgotten", data={"email": EMAIL, "csrf_token": form_token(client, "/forgotten")})
    admin = sign_in(Role.ADMINISTRATOR)
    assert "1 osoba czeka na odnośnik" in admin.get("/accounts").text
    guarded.config["WTF_CSRF_ENABLED"] = False
    page = admin.post(f"/accounts/{owner.id}/link").text
    guarded.config["WTF_CSRF_ENABLED"] = True
    token = re.search(r"/password/([\w-]{43})", page)
    assert token
    assert "osoba czeka" not in admin.get("/accounts").text
    assert use(guarded.test_client(), token[1]).status_code == 302


def test_asking_is_throttled(guarded, owner):
    client = guarded.test_client()
    token = form_token(client, "/forgotten")
    answers = [client.post("/forgotten", data={"email": EMAIL, "csrf_token": token}).status_code for _ in range(12)]
    assert answers == [200] * 10 + [429] * 2


def test_a_new_account_gets_a_week_and_a_forgotten_password_a_day(reference_store, owner):
    new, _token = manage_service.add(reference_store, LOCAL_OPERATOR, email="n@example.pl", role=Role.AUDITOR)
    service.make_link(reference_store, LOCAL_OPERATOR, owner)
    lengths = {
        row["purpose"]: row["until"] - row["since"]
        for row in reference_store.read(
            "MATCH (n:Invitation)-[:FOR]->(:User) RETURN n.purpose AS purpose, n.created_at AS since, n.expires_at AS until"
        )
    }
    assert {purpose: span.days for purpose, span in lengths.items()} == {"set-up": 7, "reset": 1}
    assert users.by_id(reference_store, new.id).has_password is False
