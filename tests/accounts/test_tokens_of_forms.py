"""Every unsafe route of the program refuses a form without the token of this very session, signing in included."""

from __future__ import annotations

import pytest

from coordination.accounts import service
from coordination.permissions import Role
from tests import policy_world
from tests.accounts.doors import form_token
from tests.policy_table import TABLE
from tests.policy_world import HERE
from tests.test_policy import Readers, path, stored_rules

# Nobody is exempt. A name added here is a decision to be reviewed.
EXEMPT: set[str] = set()


@pytest.fixture
def house(app, reference_store, settings):
    policy_world.build(reference_store)
    readers = Readers(app, reference_store, settings)
    readers.expectation = policy_world.expectation(reference_store)
    app.config["WTF_CSRF_ENABLED"] = True
    return readers


def test_no_view_is_exempt(app):
    protection = app.extensions["csrf"]
    assert protection._exempt_views == EXEMPT
    assert protection._exempt_blueprints == EXEMPT


def unsafe(app):
    return [row for row in TABLE if (row.method, row.rule) in stored_rules(app) and row.method != "GET"]


@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_a_form_without_the_token_of_this_session_is_refused_everywhere(house, app, reference_store):
    before = policy_world.content(reference_store)
    other = house.browser("national")
    foreign = {"missing": "", "forged": "x" * 40, "of somebody else": form_token(other, "/account")}
    for reader in ("administrator", "consultant here", "institution here", "stranger"):
        client = house.browser(reader)
        foreign["of another session"] = form_token(house.browser(reader), "/account")
        tokens = house.uploads()
        for row in unsafe(app):
            kind = HERE if HERE in row.letters else "all"
            address = path(row, kind, tokens, house.expectation)
            for name, token in foreign.items():
                answer = client.open(address, method=row.method, data={"csrf_token": token})
                # Whoever may not come here at all is turned away before the token is asked for.
                assert answer.status_code in (400, 403, 404, 302), f"{reader}: {row.method} {address}, {name}"
                assert answer.status_code != 302 or answer.headers["Location"].startswith("/sign-in"), address
    assert policy_world.content(reference_store) == before


def test_the_refusal_says_what_to_do_and_keeps_the_reader_signed_in(house):
    client = house.browser("administrator")
    answer = client.post("/account/end-sessions")
    assert answer.status_code == 400
    assert client.get("/account").status_code == 200


def test_a_json_body_is_no_way_around(house):
    client = house.browser("administrator")
    for kind in ("application/json", "text/plain"):
        assert client.post("/account/end-sessions", data="{}", content_type=kind).status_code == 400


def test_the_right_token_is_accepted(house, settings, reference_store):
    client = house.browser("administrator")
    answer = client.post("/account/end-sessions", data={"csrf_token": form_token(client, "/account")})
    assert answer.status_code == 302
    assert service.actor_for(reference_store, house.known["administrator"].email).role is Role.ADMINISTRATOR


def test_a_form_is_the_same_however_often_it_was_opened(guarded):
    """What a request adds to the fields of a class would stay there for as long as the process lives."""
    from coordination.accounts.forms import SignInForm

    def filters() -> int:
        with guarded.test_request_context("/sign-in"):
            return sum(len(field.filters) for field in SignInForm())

    first = filters()
    assert first and [filters() for _opening in range(20)] == [first] * 20
