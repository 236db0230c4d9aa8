"""The room of files as its readers meet it: check, decide, save; and nothing leaves that the policy keeps."""

from __future__ import annotations

import io
import re

import pytest

from coordination.errors import NotFound
from coordination.files.uploads import LIFETIME, Upload, Uploads
from coordination.permissions import Role
from tests.exchange.makers import CLAIMS, INSTITUTIONS, bring, claim, institution, state, table

XSS = '"><img src=x onerror="window.__xss=1"><script>window.__xss=1</script>'

NAMED = "<img src=x onerror=window.__xss=1>.csv"


def send(client, kind: str, content: bytes, name: str = "plik.csv"):
    data = {"kind": kind, "file": (io.BytesIO(content), name)}
    return client.post("/import", data=data, content_type="multipart/form-data", follow_redirects=True)


def text(response) -> str:
    """What a reader sees: spaces that do not break are spaces."""
    return response.text.replace("\xa0", " ")


def fingerprint(page: str) -> str:
    return re.search(r'name="fingerprint" value="([0-9a-f]+)"', page)[1]  # type: ignore[index]


def save(client, response):
    return client.post(
        response.request.path, data={"fingerprint": fingerprint(response.text)}, follow_redirects=True
    )


def test_a_file_is_checked_shown_and_saved(sign_in, reference_store):
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    before = reference_store.read("MATCH (i:Institution) RETURN count(i) AS n")
    shown = send(consultant, "institutions", table(INSTITUTIONS, institution("oik-new-1")))
    assert "Nic jeszcze nie zapisano" in shown.text and "Plik zapisałby 1" in shown.text
    assert reference_store.read("MATCH (i:Institution) RETURN count(i) AS n") == before
    done = save(consultant, shown)
    assert "Zapisano 1" in done.text
    assert reference_store.read("MATCH (i:Institution {id: 'oik-new-1'}) RETURN count(i) AS n") == [{"n": 1}]
    again = send(consultant, "institutions", table(INSTITUTIONS, institution("oik-new-1")))
    assert "Plik niczego nie zmienia" in again.text and "fingerprint" not in again.text


def test_while_an_error_stands_there_is_no_way_to_save(sign_in, reference_store):
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    before = state(reference_store)
    content = table(
        CLAIMS, claim(last_activity="31.02.2026"), claim(area="referral", note="ofiara 44051401359")
    )
    shown = send(consultant, "claims", content)
    assert "Takiego dnia nie ma w kalendarzu" in text(shown) and "Zapisz zmiany" not in shown.text
    assert "44051401359" not in shown.text
    assert consultant.post(shown.request.path, data={"fingerprint": "0"}).status_code == 404
    errors = consultant.get(shown.request.path + "/errors.csv")
    assert errors.text.splitlines()[1].startswith("2,last_activity,31.02.2026,Takiego dnia nie ma")
    assert "44051401359" not in errors.text
    assert state(reference_store) == before


def test_an_unreadable_file_is_told_at_its_field(sign_in):
    administrator = sign_in(Role.ADMINISTRATOR)
    for content in (table(CLAIMS, claim()).replace(b",", b";"), b"\xb3\xf3d\xbc", b"", b"PK\x03\x04 zepsuty"):
        answer = send(administrator, "claims", content)
        assert answer.status_code == 422
        assert "Pliku nie odczytano" in answer.text and "Należy" in answer.text


def test_a_possible_duplicate_must_be_decided_before_saving(sign_in, reference_store):
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    twin = institution(
        "kwp-druga", name_pl="Komenda Wojewódzka Policji z siedzibą w Radomiu", type="police_regional"
    )
    shown = send(consultant, "institutions", table(INSTITUTIONS, twin))
    assert "To ta sama" in shown.text and "Zapisz zmiany" not in shown.text
    path = shown.request.path
    other = consultant.post(path + "/decide", data={"row-2": "other"}, follow_redirects=True)
    assert "Zapisz zmiany" in other.text and "1</strong> nowe" in other.text
    shown = send(consultant, "institutions", table(INSTITUTIONS, twin))
    same = consultant.post(shown.request.path + "/decide", data={"row-2": "same"}, follow_redirects=True)
    assert "0</strong> nowe" in same.text and "1</strong> zmienione" in same.text


def test_a_change_between_preview_and_saving_shows_the_new_preview(sign_in, reference_store):
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    bring(reference_store, "institutions", table(INSTITUTIONS, institution("oik-new-1")))
    shown = send(consultant, "institutions", table(INSTITUTIONS, institution("oik-new-1", city="Płock")))
    bring(reference_store, "institutions", table(INSTITUTIONS, institution("oik-new-1", city="Siedlce")))
    refused = save(consultant, shown)
    assert refused.status_code == 409
    assert "Niczego nie zapisano" in refused.text and "Siedlce" in refused.text


def test_payloads_stay_text_in_every_column_header_and_file_name(sign_in):
    administrator = sign_in(Role.ADMINISTRATOR)
    row = {name: XSS for name in INSTITUTIONS}
    pages = [
        send(administrator, "institutions", table(INSTITUTIONS, row), NAMED),
        send(administrator, "institutions", table([*INSTITUTIONS, XSS], institution("a"))),
        send(
            administrator,
            "institutions",
            table(INSTITUTIONS, institution("oik-x", name_pl=XSS, note=XSS)),
            NAMED,
        ),
    ]
    for page in pages:
        assert "<img src=x" not in page.text and "<script>window" not in page.text
    assert "&lt;script&gt;" in pages[2].text


def test_a_preview_is_its_owners_alone(sign_in):
    one, other = sign_in(Role.CONSULTANT, voivodeship="14"), sign_in(Role.CONSULTANT, voivodeship="14")
    path = send(one, "institutions", table(INSTITUTIONS, institution("oik-new-1"))).request.path
    assert one.get(path).status_code == 200
    for answer in (
        other.get(path),
        other.post(path),
        other.get(path + "/errors.csv"),
        other.get("/import/" + "x" * 32),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("role", "place", "imports", "exports"),
    [
        (Role.CONSULTANT, {"voivodeship": "14"}, True, True),
        (Role.INSTITUTION, {"institution": "kwp-radom"}, False, True),
        (Role.NATIONAL, {}, False, True),
        (Role.ADMINISTRATOR, {}, True, True),
        (Role.AUDITOR, {}, False, False),
    ],
)
def test_each_role_reaches_what_its_row_in_the_policy_says(sign_in, role, place, imports, exports):
    client = sign_in(role, **place)
    content = table(INSTITUTIONS, institution("oik-new-1"))
    assert send(client, "institutions", content).status_code == (200 if imports else 403)
    for path in (
        "/import",
        "/export",
        "/export/institutions.csv",
        "/export/claims.json",
        "/export/contacts.xlsx",
    ):
        assert client.get(path).status_code == (200 if exports else 403), path
    assert client.get("/import/template/claims.xlsx").status_code == (200 if imports else 403)
    assert client.get("/export/network/gexf").status_code == (
        403 if role is Role.INSTITUTION else 200 if exports else 403
    )


def test_an_export_follows_the_filters_of_its_address(sign_in):
    national = sign_in(Role.NATIONAL)
    rows = national.get(
        "/export/institutions.csv?voivodeship=14&q=radom&type=police_regional"
    ).text.splitlines()
    assert [row.split(",")[0] for row in rows] == ["id", "kwp-radom"]
    assert national.get("/export/institutions.csv?as_of=31.02.2026").status_code == 422
    assert national.get("/export/institutions.csv?voivodeship=15").status_code == 404
    assert national.get("/export/persons.csv").status_code == 404
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    assert consultant.get("/export/institutions.csv?voivodeship=30").status_code == 404
    assert "kwp-poznan" not in consultant.get("/export/institutions.csv").text


def test_a_form_without_its_token_is_refused(app, sign_in):
    app.config["WTF_CSRF_ENABLED"] = True
    client = sign_in(Role.ADMINISTRATOR)
    assert send(client, "institutions", table(INSTITUTIONS, institution("oik-new-1"))).status_code == 400


def test_kept_files_are_private_and_expire(tmp_path):
    uploads = Uploads(tmp_path)
    token = uploads.keep(Upload("me", "claims", "a.csv"), now=1_000_000)
    (path,) = (tmp_path / "uploads").iterdir()
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert uploads.get("me", token, now=1_000_000 + LIFETIME).filename == "a.csv"
    for owner, asked, now in (
        ("me", token, 1_000_001 + LIFETIME),
        ("you", token, 1_000_000),
        ("me", "../x", 1_000_000),
    ):
        with pytest.raises(NotFound):
            uploads.get(owner, asked, now=now)
    uploads.keep(Upload("me", "claims", "b.csv"), now=2_000_000)
    assert not path.exists()
