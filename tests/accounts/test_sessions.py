"""What ends a session, and what a copied cookie is worth afterwards: nothing."""

import pytest

from coordination import clock
from coordination.accounts import manage_service, service
from coordination.errors import NotFound
from coordination.graph import sessions, users
from coordination.permissions import LOCAL_OPERATOR, Role
from tests.accounts.doors import (
    OTHER_PASSWORD,
    PASSWORD,
    account,
    browser,
    enter,
    form_token,
    inside,
    session_cookie,
)

EMAIL = "przeglad@example.pl"


@pytest.fixture
def owner(reference_store):
    return account(reference_store, EMAIL)


@pytest.fixture
def visitor(guarded, owner):
    """A browser that has just signed in."""
    client = guarded.test_client()
    assert enter(client, EMAIL).status_code == 302
    assert inside(client)
    return client


def test_a_cookie_copied_before_sign_out_is_worth_nothing_after_it(guarded, visitor):
    copy = browser(guarded, session_cookie(visitor))
    assert inside(copy)

    out = visitor.post("/sign-out", data={"csrf_token": form_token(visitor, "/account")})

    assert out.status_code == 302
    assert "storage" in out.headers["Clear-Site-Data"]
    assert not inside(copy)
    assert not inside(visitor)


def test_signing_in_gives_a_new_session_and_drops_what_was_in_the_old_one(guarded, owner, reference_store):
    client = guarded.test_client()
    enter(client, EMAIL)
    planted = session_cookie(client)

    enter_again = guarded.test_client()
    enter_again.set_cookie(guarded.config["SESSION_COOKIE_NAME"], planted)
    token = form_token(enter_again, "/account")
    enter_again.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "csrf_token": token})

    assert session_cookie(enter_again) != planted
    assert not inside(browser(guarded, planted))


def test_a_form_token_from_before_sign_in_does_not_work_after_it(guarded, owner):
    client = guarded.test_client()
    before = form_token(client)
    enter(client, EMAIL)
    assert client.post("/account/end-sessions", data={"csrf_token": before}).status_code == 400


def test_a_session_name_chosen_by_a_stranger_is_not_taken_over(guarded, owner, reference_store):
    client = guarded.test_client()
    client.set_cookie(guarded.config["SESSION_COOKIE_NAME"], "s_chosen-by-a-stranger")
    enter(client, EMAIL)
    assert inside(client)
    assert not inside(browser(guarded, "s_chosen-by-a-stranger"))


def test_a_disabled_account_is_out_at_once(guarded, visitor, owner, reference_store):
    manage_service.set_active(reference_store, LOCAL_OPERATOR, owner, False)
    assert not inside(visitor)
    assert enter(guarded.test_client(), EMAIL).status_code == 422


def test_enabling_an_account_does_not_bring_its_old_sessions_back(guarded, visitor, owner, reference_store):
    copy = session_cookie(visitor)
    manage_service.set_active(reference_store, LOCAL_OPERATOR, owner, False)
    manage_service.set_active(reference_store, LOCAL_OPERATOR, users.by_id(reference_store, owner.id), True)
    assert not inside(browser(guarded, copy))


def test_changing_the_password_ends_every_other_session(guarded, visitor):
    elsewhere = guarded.test_client()
    enter(elsewhere, EMAIL)
    copy = session_cookie(visitor)

    changed = visitor.post("/account/password", data={
        "current": PASSWORD, "new": OTHER_PASSWORD, "csrf_token": form_token(visitor, "/account/password"),
    })

    assert changed.status_code == 302
    assert inside(visitor)
    assert not inside(elsewhere)
    assert not inside(browser(guarded, copy))
    assert enter(guarded.test_client(), EMAIL).status_code == 422
    assert enter(guarded.test_client(), EMAIL, OTHER_PASSWORD).status_code == 302


def test_the_password_is_changed_only_by_whoever_knows_it(visitor, guarded):
    wrong = visitor.post("/account/password", data={
        "current": "not the password at all", "new": OTHER_PASSWORD,
        "csrf_token": form_token(visitor, "/account/password"),
    })
    assert wrong.status_code == 422
    assert enter(guarded.test_client(), EMAIL).status_code == 302


def test_another_role_ends_the_sessions_of_the_old_one(visitor, owner, reference_store):
    manage_service.change_role(reference_store, LOCAL_OPERATOR, owner, Role.AUDITOR, "", "")
    assert not inside(visitor)


def test_a_session_that_somehow_outlived_a_change_is_void(guarded, visitor, owner, reference_store):
    """As when signing in and a change of the password meet: the session row is there, of an older account."""
    reference_store.change(
        lambda tx: tx.run("MATCH (u:User {id: $id}) SET u.version = u.version + 1", id=owner.id)
    )
    assert not inside(visitor)


def test_no_session_begins_for_an_account_changed_since_its_password_was_checked(owner, reference_store, settings):
    manage_service.set_active(reference_store, LOCAL_OPERATOR, owner, False)
    with pytest.raises(NotFound):
        service.begin_session(reference_store, settings, owner, {})


def test_another_worker_honours_and_ends_the_same_session(guarded, visitor, reference_store, settings):
    from coordination import create_app

    second = create_app(settings, store=reference_store)
    there = browser(second, session_cookie(visitor))
    assert inside(there)
    there.post("/sign-out", data={"csrf_token": form_token(there, "/account")})
    assert not inside(visitor)


def test_a_long_pause_ends_the_session(visitor, ticking, settings):
    ticking.forward(minutes=settings.session_minutes - 1)
    assert inside(visitor)
    ticking.forward(minutes=settings.session_minutes - 1)
    assert inside(visitor), "each look starts the pause anew"
    ticking.forward(minutes=settings.session_minutes + 1)
    assert not inside(visitor)


def test_a_pause_brings_the_reader_back_to_the_page(visitor, guarded, ticking, settings):
    ticking.forward(minutes=settings.session_minutes + 1)
    asked = visitor.get("/audit?action=account:")
    assert asked.status_code == 302
    page = visitor.get(asked.headers["Location"])
    assert "Sesja zakończyła się" in page.text
    answer = visitor.post("/sign-in", data={
        "email": EMAIL, "password": PASSWORD, "csrf_token": form_token(visitor, asked.headers["Location"]),
        "next": "/audit?action=account:",
    })
    assert answer.headers["Location"] == "/audit?action=account:"


def test_a_session_ends_after_twelve_hours_however_busy(visitor, ticking):
    for _quarter in range(47):
        ticking.forward(minutes=15)
        assert inside(visitor)
    ticking.forward(minutes=16)
    assert not inside(visitor)


def test_ending_other_sessions_keeps_this_one(guarded, visitor):
    elsewhere = guarded.test_client()
    enter(elsewhere, EMAIL)
    assert "1 inna sesja" in visitor.get("/account").text
    visitor.post("/account/end-sessions", data={"csrf_token": form_token(visitor, "/account")})
    assert inside(visitor)
    assert not inside(elsewhere)


def test_a_request_reads_the_session_once_and_writes_at_most_once_a_minute(app, visitor, monkeypatch, ticking):
    store = app.extensions["store"]
    counts = {"session": 0, "write": 0}
    read, change = store.read, store.change
    monkeypatch.setattr(
        store, "read",
        lambda query, **params: (counts.update(session=counts["session"] + (query == sessions.LOAD)),
                                 read(query, **params))[1],
    )
    monkeypatch.setattr(
        store, "change",
        lambda *args, **kwargs: (counts.update(write=counts["write"] + 1), change(*args, **kwargs))[1],
    )
    assert inside(visitor)
    assert counts == {"session": 1, "write": 0}
    ticking.forward(minutes=2)
    assert inside(visitor) and inside(visitor)
    assert counts == {"session": 3, "write": 1}


def test_strangers_and_files_cost_no_query(app, client, monkeypatch):
    store = app.extensions["store"]
    client.get("/sign-in")

    def refuse(*args, **kwargs):
        raise AssertionError("the store was asked")

    monkeypatch.setattr(store, "read", refuse)
    monkeypatch.setattr(store, "change", refuse)
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], "s_of-someone")
    assert client.get("/static/css/accounts.css").status_code == 200
    client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    assert client.get("/sign-in").status_code == 200


def test_the_graph_holds_no_token(visitor, reference_store):
    token = session_cookie(visitor).removeprefix("s_")
    held = reference_store.read("MATCH (s:Session) RETURN properties(s) AS it")
    assert held and token not in str(held)
    assert sessions.digest(token) in str(held)


def test_dead_sessions_are_swept_out_when_someone_signs_in(guarded, visitor, ticking, reference_store):
    ticking.forward(hours=13)
    enter(guarded.test_client(), EMAIL)
    assert reference_store.read("MATCH (s:Session) RETURN count(s) AS n") == [{"n": 1}]


def test_every_sign_in_and_sign_out_is_in_the_audit_log(guarded, visitor, owner, reference_store):
    enter(guarded.test_client(), EMAIL, "wrong password altogether")
    visitor.post("/sign-out", data={"csrf_token": form_token(visitor, "/account")})
    told = reference_store.read(
        "MATCH (e:AuditEntry) WHERE e.object_kind = 'session' AND e.object_id = $id RETURN e.action AS action "
        "ORDER BY e.at", id=owner.id,
    )
    assert [row["action"] for row in told] == ["session:begin", "session:refused", "session:end"]


def test_the_store_being_away_does_not_sign_anyone_out(app, visitor, monkeypatch):
    from coordination.errors import StoreUnavailable

    store = app.extensions["store"]
    real = store.read

    def away(*args, **kwargs):
        raise StoreUnavailable("away")

    monkeypatch.setattr(store, "read", away)
    before = session_cookie(visitor)
    assert visitor.get("/account").status_code == 503
    monkeypatch.setattr(store, "read", real)
    assert session_cookie(visitor) == before
    assert inside(visitor)


def test_the_moment_of_the_tests_is_the_moment_of_the_program(ticking):
    first = clock.now()
    ticking.forward(days=1)
    assert (clock.now() - first).days == 1
