"""Who opens, closes and changes which accounts, and what the log tells of it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from coordination import clock
from coordination.accounts import audit_words, manage_service
from coordination.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound
from coordination.graph import users
from coordination.permissions import LOCAL_OPERATOR, Actor, Role
from tests.accounts.doors import account

KSP, POZNAN, KCIK = "ksp", "kwp-poznan", "kcik"
CONSULTANT = Actor(id="c", role=Role.CONSULTANT, voivodeships=("14",))


def opened(store, email="nowe@example.pl", role=Role.INSTITUTION, by=LOCAL_OPERATOR, **place):
    place = place or {"institution": KSP}
    return manage_service.add(store, by, email=email, role=role, **place)[0]


def test_a_consultant_opens_accounts_of_institutions_in_the_own_voivodeship_only(reference_store):
    made = opened(reference_store, by=CONSULTANT)
    assert (made.role, made.institution_id, made.voivodeships) == (Role.INSTITUTION, KSP, ("14",))
    for place in (POZNAN, KCIK, "no-such-institution", ""):
        with pytest.raises(Invalid):
            opened(reference_store, "x@example.pl", by=CONSULTANT, institution=place)
    for role in (Role.CONSULTANT, Role.NATIONAL, Role.AUDITOR, Role.ADMINISTRATOR):
        with pytest.raises(Forbidden):
            opened(reference_store, "x@example.pl", role, by=CONSULTANT, voivodeship="14")
    assert reference_store.read("MATCH (u:User) RETURN count(u) AS n") == [{"n": 1}]


def test_a_role_posted_past_the_form_is_not_given(app, sign_in, reference_store):
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    answer = consultant.post("/accounts/new", data={
        "email": "x@example.pl", "role": "administrator", "institution": KSP, "voivodeship": "14", "active": "1",
    })
    assert answer.status_code == 422
    assert users.by_email(reference_store, "x@example.pl") is None


def test_a_consultant_sees_accounts_of_institutions_in_the_own_voivodeship_only(reference_store):
    here = opened(reference_store, "a@example.pl")
    opened(reference_store, "b@example.pl", institution=POZNAN)
    opened(reference_store, "c@example.pl", institution=KCIK)
    opened(reference_store, "d@example.pl", Role.CONSULTANT, voivodeship="14")
    opened(reference_store, "e@example.pl", Role.NATIONAL, institution="")
    assert [user.id for user in manage_service.listed(reference_store, CONSULTANT)] == [here.id]
    assert len(manage_service.listed(reference_store, LOCAL_OPERATOR)) == 5
    for other in manage_service.listed(reference_store, LOCAL_OPERATOR)[1:]:
        with pytest.raises(NotFound):
            manage_service.one(reference_store, CONSULTANT, other.id)


def test_one_address_has_one_account_however_it_is_written(reference_store):
    opened(reference_store, "Kontakt@Example.pl")
    with pytest.raises(AlreadyExists):
        opened(reference_store, "kontakt@example.PL")


def test_an_account_of_a_body_that_covers_the_country_acts_for_all_of_it(reference_store):
    made = opened(reference_store, institution=KCIK)
    assert made.actor.national and made.actor.voivodeships == ()


def test_the_last_administrator_and_ones_own_account_stay(reference_store):
    only = account(reference_store, "admin@example.pl", Role.ADMINISTRATOR)
    with pytest.raises(Invalid):
        manage_service.set_active(reference_store, LOCAL_OPERATOR, only, False)
    with pytest.raises(Invalid):
        manage_service.change_role(reference_store, LOCAL_OPERATOR, only, Role.AUDITOR, "", "")
    second = account(reference_store, "admin2@example.pl", Role.ADMINISTRATOR)
    with pytest.raises(Invalid):
        manage_service.set_active(reference_store, second.actor, second, False)
    manage_service.set_active(reference_store, second.actor, only, False)
    assert users.administrators(reference_store) == 1


def test_of_two_who_change_an_account_the_second_is_told(reference_store):
    seen = opened(reference_store)
    manage_service.set_active(reference_store, LOCAL_OPERATOR, seen, False)
    with pytest.raises(Conflict):
        manage_service.change_role(reference_store, LOCAL_OPERATOR, seen, Role.AUDITOR, "", "")


def test_a_button_of_a_page_gone_stale_changes_nothing(app, sign_in, reference_store):
    made = opened(reference_store)
    admin = sign_in(Role.ADMINISTRATOR)
    page = admin.get(f"/accounts/{made.id}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version
    manage_service.set_active(reference_store, LOCAL_OPERATOR, made, False)
    manage_service.set_active(reference_store, LOCAL_OPERATOR, users.by_id(reference_store, made.id), True)
    answer = admin.post(f"/accounts/{made.id}/disable", data={"version": version[1]}, follow_redirects=True)
    assert "ktoś wcześniej zmienił to konto" in answer.text
    assert users.by_id(reference_store, made.id).active


def test_the_page_shows_a_link_once(sign_in, reference_store):
    admin = sign_in(Role.ADMINISTRATOR)
    answer = admin.post("/accounts/new", data={
        "email": "nowe@example.pl", "role": "consultant", "voivodeship": "14", "institution": "", "label": "",
    })
    assert re.search(r"/password/[\w-]{43}", answer.text)
    made, _hash = users.by_email(reference_store, "nowe@example.pl")
    assert made.label == "Konsultant wojewódzki – mazowieckie"
    assert not re.search(r"/password/[\w-]{43}", admin.get(f"/accounts/{made.id}").text)


@pytest.mark.parametrize("address", ["", "no-at", "a@b", "a@exa mple.pl", "x@example.pl\nBcc: y@example.pl", "@example.pl"])
def test_an_address_that_is_none_is_refused(sign_in, reference_store, address):
    admin = sign_in(Role.ADMINISTRATOR)
    answer = admin.post("/accounts/new", data={"email": address, "role": "auditor", "institution": "", "voivodeship": ""})
    assert answer.status_code == 422
    assert len(manage_service.listed(reference_store, LOCAL_OPERATOR)) == 1


def test_settings_of_the_account_are_kept(sign_in, reference_store):
    client = sign_in(Role.NATIONAL)
    answer = client.post("/account/preferences", data={"language": "en", "dense": "y"})
    assert answer.status_code == 302
    known = users.by_id(reference_store, client.user.id)
    assert (known.language, known.dense) == ("en", True)
    assert "Settings" in client.get("/account").text


# The log


def test_everything_done_to_an_account_leaves_an_entry(reference_store):
    made = opened(reference_store)
    manage_service.set_active(reference_store, LOCAL_OPERATOR, made, False)
    manage_service.set_active(reference_store, LOCAL_OPERATOR, users.by_id(reference_store, made.id), True)
    manage_service.new_link(reference_store, LOCAL_OPERATOR, users.by_id(reference_store, made.id))
    manage_service.change_role(
        reference_store, LOCAL_OPERATOR, users.by_id(reference_store, made.id), Role.CONSULTANT, "", "14"
    )
    told = reference_store.read(
        "MATCH (e:AuditEntry {object_id: $id}) RETURN e.action AS action, e.actor AS actor, e.after AS after "
        "ORDER BY e.at", id=made.id,
    )
    assert [row["action"] for row in told] == [
        "account:add", "account:link", "account:disable", "account:enable", "account:link", "account:role",
    ]
    assert {row["actor"] for row in told} == {"local-operator"}
    assert "nowe@example.pl" not in str(told), "the log holds no address"


@pytest.fixture
def log(reference_store):
    """Entries of an account and of signing in."""
    made = opened(reference_store)
    manage_service.set_active(reference_store, LOCAL_OPERATOR, made, False)
    return made


def test_the_log_is_told_in_sentences_with_before_and_after(sign_in, log):
    page = sign_in(Role.AUDITOR).get("/audit?action=account:disable").text
    assert "Wyłączono konto: KSP" in page
    assert re.search(r"<th scope=\"row\">Aktywne</th><td>tak</td><td>nie</td>", page)
    assert "1 wpis" in page


def test_the_log_is_filtered_by_who_what_which_and_when(sign_in, log):
    auditor = sign_in(Role.AUDITOR)

    def count(**filters):
        found = re.search(r"<p role=\"status\">(\d+) ", auditor.get("/audit", query_string=filters).text)
        return int(found[1]) if found else None

    today = clock.today().strftime("%d.%m.%Y")
    everything = count()
    assert everything and everything >= 4
    assert count(object=log.id) == 3
    assert count(object=log.id, action="account:add") == 1
    assert count(object=log.id, action="account:") == 3
    assert count(object=log.id, actor="local-operator", **{"from": today, "to": today}) == 3
    assert count(object=log.id, **{"to": "01.01.2020"}) == 0
    assert count(object=log.id, actor="nobody") == 0


def test_a_date_that_is_none_is_said_and_filters_nothing(sign_in, log):
    answer = sign_in(Role.AUDITOR).get("/audit?from=31.02.2026")
    assert answer.status_code == 200
    assert "Podaj datę" in answer.text


def test_the_log_is_exported_as_it_is_filtered_and_the_export_is_logged(sign_in, log, reference_store):
    auditor = sign_in(Role.AUDITOR)
    answer = auditor.get(f"/audit/export?object={log.id}")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["action"] for row in rows] == ["account:add", "account:link", "account:disable"]
    assert "attachment" in answer.headers["Content-Disposition"]
    noted = reference_store.read("MATCH (e:AuditEntry {action: 'audit:export'}) RETURN e.actor AS actor, e.after AS after")
    assert noted == [{"actor": auditor.user.id, "after": '{"rows": 3}'}]


def test_text_that_looks_like_a_formula_stays_text(sign_in, reference_store):
    opened(reference_store, label="=1+1", institution=KSP)
    reference_store.run("MATCH (e:AuditEntry) SET e.object_id = '=cmd()'")
    answer = sign_in(Role.AUDITOR).get("/audit/export").get_data().decode("utf-8-sig")
    for row in csv.reader(io.StringIO(answer)):
        assert not [cell for cell in row if cell.startswith(("=", "+", "@"))]


@pytest.mark.parametrize("query", ["page=-1", "page=99999999999999999999", "page=1e309", "sort=x'", "action=%00",
                                   "actor=%27%20OR%201=1", "from=%F0%9F%98%80", "object=" + "x" * 5000])  # fmt: skip
def test_no_parameter_breaks_a_page(sign_in, query):
    admin = sign_in(Role.ADMINISTRATOR)
    assert admin.get(f"/audit?{query}").status_code == 200
    assert admin.get(f"/accounts?{query}&q={query}").status_code == 200


def test_every_action_of_the_program_has_words():
    """What is recorded anywhere is found in the sources, so that a new action is not shown as a code."""
    sources = Path(audit_words.__file__).parents[1].rglob("*.py")
    recorded = {
        action
        for path in sources
        for action in re.findall(r'audit\.record\(\s*tx,\s*[\w.]+,\s*"([a-z_]+:[a-z_]+)"', path.read_text("utf-8"))
    }
    assert len(recorded) > 20
    assert recorded - audit_words.ACTIONS.keys() == set()
    assert {action.split(":")[0] for action in recorded} - audit_words.KINDS.keys() == set()


# From the command line


def test_accounts_from_the_command_line(command, reference_store, guarded):
    from tests.accounts.test_links import use

    made = command("users", "add", "nowe@example.pl", "--role", "consultant", "--voivodeship", "14")
    assert made.returncode == 0, made.stderr
    assert use(guarded.test_client(), made.stdout.strip().rpartition("/")[2]).status_code == 302
    listed = command("users", "list", "--format", "csv").stdout.splitlines()
    assert listed[1] == "nowe@example.pl,consultant,14,Konsultant wojewódzki – mazowieckie,active"
    again = command("users", "add", "nowe@example.pl", "--role", "auditor")
    assert again.returncode == 1 and again.stderr.strip() and not again.stdout
    assert command("users", "disable", "nowe@example.pl").returncode == 0
    assert not users.by_email(reference_store, "nowe@example.pl")[0].active
    assert command("users", "disable", "nobody@example.pl").returncode == 1
    assert command("users", "add", "x@example.pl", "--role", "consultant").returncode == 2
    refused = command("users", "add", "x@example.pl", "--role", "auditor", "--as", "nowe@example.pl")
    assert refused.returncode == 2
