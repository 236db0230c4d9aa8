"""The same headers on every answer: pages, files, redirects and every kind of refusal."""

from __future__ import annotations

import dataclasses

import pytest
from flask import abort

from coordination import create_app, errors, web
from coordination.permissions import Role

pytestmark = pytest.mark.pages

ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FAILURES = {
    400: errors.DomainError("x"), 403: errors.Forbidden("x"), 404: errors.NotFound("x"), 409: errors.Conflict("x"),
    410: errors.Gone("x"), 422: errors.Invalid("x"), 429: errors.Throttled(90), 503: errors.StoreUnavailable("x"),
    500: ValueError("the secret inside of the program"),
}  # fmt: skip


@pytest.fixture(scope="module")
def failing(settings):
    """An application with one page per kind of failure; it asks no store."""
    found = []

    def make(store):
        if not found:
            app = create_app(settings, store=store)
            app._got_first_request = False

            @web.public
            def fail(status: int):
                if status in (401, 405, 413):
                    abort(status)
                raise FAILURES[status]

            app.add_url_rule("/fail/<int:status>", "fail", fail)
            found.append(app)
        found[0].extensions["store"] = store
        return found[0]

    return make


def checked(answer) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.getlist(name) == [value], f"{answer.request.path}: {name}"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503])
def test_failures_carry_them_and_tell_nothing_of_the_inside(failing, reference_store, status):
    answer = failing(reference_store).test_client().get(f"/fail/{status}", headers={"Origin": "https://evil.example"})
    assert answer.status_code == status
    checked(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert answer.headers["X-Request-Id"]
    for secret in ("Traceback", "secret inside", "MATCH (", "coordination/", "/fail/"):
        assert secret not in answer.text or secret == "/fail/"
    assert ("Retry-After" in answer.headers) == (status in (429, 503))


def test_more_at_once_than_the_database_holds_is_told_with_what_to_do(app):
    for lang, words in (("pl", ("Niczego nie zapisano", "podzielić na kilka plików")), ("en", ("Nothing was saved", "split into"))):
        with app.test_request_context(f"/files?lang={lang}", method="POST"):
            answer = app.handle_user_exception(errors.TooMuchAtOnce("secret inside"))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 413
        assert all(each in page.replace("\xa0", " ") for each in words) and "secret inside" not in page
        assert "16 MB" not in page  # nor is it taken for a file that is too large


def test_pages_redirects_and_files_carry_them(client, sign_in):
    signed_in = sign_in(Role.ADMINISTRATOR)
    for asked, who in (("/sign-in", client), ("/account", client), ("/no-such-page", client), ("/account", signed_in),
                       ("/accounts", signed_in), ("/audit/export", signed_in)):  # fmt: skip
        answer = who.get(asked)
        checked(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.headers["Vary"]
    file = client.get("/static/css/accounts.css")
    checked(file)
    assert "no-store" not in file.headers.get("Cache-Control", "")
    assert "Set-Cookie" not in file.headers
    checked(client.post("/account"))
    checked(client.open("/account", method="TRACE"))


def test_an_address_with_a_token_sends_no_referrer(client):
    for path in (f"/password/{'x' * 40}", f"/l/{'x' * 40}"):
        assert client.get(path).headers["Referrer-Policy"] == "no-referrer"


def test_cookies_stay_with_us(client):
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("coordination=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_under_https_cookies_are_bound_to_the_host_and_the_browser_is_told_to_stay(settings, reference_store):
    app = create_app(dataclasses.replace(settings, public_url="https://koordynacja.example"), store=reference_store)
    client = app.test_client()
    answer = client.get("/sign-in", base_url="https://koordynacja.example")
    assert answer.status_code == 200
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert int(answer.headers["Strict-Transport-Security"].split("=")[1].split(";")[0]) >= 31_536_000


def test_no_cookie_value_stands_in_a_page(sign_in, app):
    client = sign_in(Role.ADMINISTRATOR)
    token = client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
    assert token not in client.get("/account").text


def test_a_request_for_another_host_is_refused_and_its_name_is_nowhere(settings, reference_store):
    """A link made from a forged Host header would lead its reader to a stranger."""
    app = create_app(dataclasses.replace(settings, public_url="https://koordynacja.example"), store=reference_store)
    client = app.test_client()
    assert client.get("/sign-in", base_url="https://koordynacja.example").status_code == 200
    assert client.get("/health/live", base_url="http://127.0.0.1:8000").status_code == 200
    forged = client.get("/sign-in", base_url="https://stranger.example")
    assert forged.status_code == 400 and "stranger" not in forged.text
