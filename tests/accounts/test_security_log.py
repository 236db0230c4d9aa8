"""The security log: every refusal leaves one line that can be read by a program and holds nothing secret."""

from __future__ import annotations

import json
import logging

import pytest

from coordination.permissions import Role
from tests.accounts.doors import PASSWORD, account, enter, form_token

FIELDS = {"at", "event", "actor", "role", "address", "method", "route", "request_id"}


@pytest.fixture
def lines(caplog):
    """The events logged so far, each line read as JSON by itself."""
    caplog.set_level(logging.INFO, "coordination.security")

    def read():
        texts = [record.getMessage() for record in caplog.records if record.name == "coordination.security"]
        assert not [text for text in texts if "\n" in text or "\r" in text or "\x1b" in text]
        return [json.loads(text) for text in texts]

    return read


@pytest.mark.parametrize("path, event, status", [
    ("/accounts", "page:forbidden", 403),
    ("/institutions/kwp-poznan", "page:not_found", 404),
    ("/no-such-page", "page:not_found", 404),
])
def test_what_is_refused_to_somebody_signed_in_is_told(sign_in, lines, path, event, status):
    client = sign_in(Role.INSTITUTION, institution="ksp")
    assert client.get(path).status_code == status
    (line,) = lines()
    assert line.keys() >= FIELDS
    assert (line["event"], line["status"], line["actor"]) == (event, status, client.user.id)
    assert line["at"].endswith("+00:00") and line["request_id"]
    assert "kwp-poznan" not in line["route"]


def test_the_door_tells_who_came_in_and_who_did_not(guarded, reference_store, lines):
    owner = account(reference_store, "a@example.pl")
    client = guarded.test_client()
    enter(client, "a@example.pl", "wrong password altogether")
    enter(client, "a@example.pl")
    client.post("/sign-out", data={"csrf_token": form_token(client, "/account")})
    assert [line["event"] for line in lines()] == ["sign-in:refused", "sign-in:done", "sign-out"]
    assert lines()[1]["account"] == owner.id
    assert lines()[2]["actor"] == owner.id


def test_forged_forms_and_too_many_guesses_are_told(guarded, reference_store, lines):
    client = guarded.test_client()
    client.post("/sign-in", data={"email": "a@example.pl", "password": "x"})
    for _guess in range(11):
        enter(guarded.test_client(), "a@example.pl", "wrong password altogether")
    events = [line["event"] for line in lines()]
    assert events[0] == "page:refused"
    assert events[-2:] == ["sign-in:throttled", "page:throttled"]


def test_no_line_holds_a_secret_or_can_be_forged(guarded, reference_store, lines, caplog):
    account(reference_store, "a@example.pl")
    nasty = 'x"}\r\n{"event": "sign-in:done"}\x1b[31m'
    client = guarded.test_client()
    enter(client, nasty, nasty)
    enter(client, "a@example.pl")
    cookie = client.get_cookie(guarded.config["SESSION_COOKIE_NAME"]).value
    client.get("/institutions/" + "%0d%0a%7b%22event%22")
    client.get("/accounts/x", headers={"User-Agent": nasty.replace("\r\n", ""), "X-Request-Id": "forged"})
    assert lines()
    for secret in (PASSWORD, cookie, "a@example.pl", "forged", nasty[:3]):
        assert secret not in caplog.text.replace('"x"', "")
