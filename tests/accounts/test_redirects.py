"""After signing in a reader goes back to a page of ours, whatever the address says."""

import pytest

from coordination.accounts import redirects
from tests.accounts.doors import PASSWORD, account, enter, form_token

pytestmark = pytest.mark.pages

EMAIL = "przeglad@example.pl"
H, OWN = "foreign.example", "localhost"

GOOD = ["/account", "/audit?action=account:&page=2", "/institutions/ksp", "/institutions?q=Łódź".replace("Łódź", "%C5%81%C3%B3d%C5%BA"), "/"]
HOSTILE = [
    f"//{H}", f"///{H}", f"////{H}", f"/\\{H}", f"\\\\{H}", f"/\\/{H}", f"/\t/{H}", f"\t//{H}", f" //{H}", f"http:{H}",
    f"https:///{H}", f"https:{H}", f"https:/{H}", "javascript:alert(1)", f"http://{OWN}@{H}", f"http://{OWN}:80\\@{H}",
    f"/%0d%0aLocation:%20//{H}", "/\r\nX: y", f"?next=//{H}", f"//{OWN}\\.{H}", f"http://{OWN}/\\{H}", f"/..//{H}",
    f"/.//{H}", f"/foo/..//{H}", f"http://{OWN}//{H}", f"/%2f{H}", f"/%5c{H}", f"/account/%2e%2e//{H}", f"//{H}/account",
    "/no-such-page", "/sign-out", "/sign-in?next=/", "account", "", "/account\x00", "/" + "a" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("target", GOOD)
def test_a_page_of_ours_is_a_way_back(app, target):
    with app.test_request_context():
        assert redirects.safe(target) == target


@pytest.mark.parametrize("target", HOSTILE)
def test_anything_else_is_not(app, target):
    with app.test_request_context():
        assert redirects.safe(target) == ""


@pytest.mark.parametrize("target", HOSTILE)
def test_signing_in_leads_home_instead(guarded, reference_store, target):
    account(reference_store, EMAIL)
    client = guarded.test_client()
    client.get("/sign-in", query_string={"next": target})
    answer = client.post("/sign-in", data={
        "email": EMAIL, "password": PASSWORD, "next": target, "csrf_token": form_token(client),
    })  # fmt: skip
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_signing_in_leads_back_to_the_page_asked_for(guarded, reference_store):
    account(reference_store, EMAIL)
    client = guarded.test_client()
    asked = client.get("/account/password?lang=en")
    assert asked.headers["Location"].startswith("/sign-in?next=")
    assert enter(client, EMAIL, next="/account/password?lang=en").headers["Location"] == "/account/password?lang=en"
