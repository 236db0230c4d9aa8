"""Every role at every route, with objects of its own, of others, and that never existed, against a table by hand."""

from __future__ import annotations

import re
from collections import defaultdict
from urllib.parse import urlencode

import pytest

from coordination import clock, permissions
from coordination.accounts import service
from coordination.graph import users
from coordination.graph.drawing import VIS_VERSION
from coordination.permissions import LOCAL_OPERATOR, Permission, Role
from tests import policy_world
from tests.policy_table import READERS, TABLE, Row
from tests.policy_world import ABSENT, HERE, INSTITUTION, MIXED, NEVER, PARTNER, PLACE, TEAM, THERE

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

ORPHAN = "mixed, and the child never existed"

# Values of a path that do not depend on whose object it is.
FIXED = {"page": "accessibility", "token": "x" * 40, "kind": "institutions", "format": "csv", "filename": "css/app.css",
         "section": "KN", "questionnaire": "readiness-thb", "item_id": "KN01", "name": "with_units",
         "table": "answers"}  # fmt: skip


def stored_rules(app) -> dict[tuple[str, str], str]:
    """Every method and rule of the program with its endpoint."""
    return {
        (method, rule.rule): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def path(row: Row, kind: str, tokens: dict[str, str], expectation: str) -> str:
    """The address of a row's object of one kind."""
    parent, child = {MIXED: (HERE, THERE), ORPHAN: (HERE, ABSENT)}.get(kind, (kind, kind))

    def value(name: str) -> str:
        if name == "institution_id" or name == "one":
            return INSTITUTION.get(parent, NEVER)
        if name == "other":
            return PARTNER.get(child, NEVER)
        if name == "team_id":
            return TEAM.get(parent, NEVER)
        if name == "member_id":
            return INSTITUTION.get(child, NEVER)
        if name == "expectation_id":
            return expectation
        if name == "token" and row.rule.startswith("/import"):
            return tokens.get(kind, "n" * 32)
        made = {"contact_id": "contact", "claim_id": "claim", "user_id": "account", "invitation_id": "invitation",
                "waiver_id": "waiver", "round_id": "round", "response_id": "response", "link_id": "link",
                "letter_id": "letter"}  # fmt: skip
        if name == "number":  # of a questionnaire: a draft here, what is published there and shared
            return {HERE: "1.1.0", ABSENT: "9.9.9"}.get(child, "1.0.0")
        if name in ("round_id", "response_id"):
            return f"{made[name]}-{parent}" if parent != ABSENT else NEVER
        if name in made:
            return f"{made[name]}-{child}" if child != ABSENT else NEVER
        if row.rule.startswith("/cooperation/map."):
            return "csv"
        if "static/" in row.rule and name == "filename" and row.rule != "/static/<path:filename>":
            return "bootstrap.min.css"
        if row.rule.startswith("/export/network"):
            return "gexf"
        return VIS_VERSION if name == "version" else FIXED[name]

    found = re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda match: value(match[1]), row.rule)
    if row.query == "voivodeship":
        found += "?" + urlencode({"voivodeship": PLACE.get(parent, "99")})
    elif row.query == "claimant":
        found += "?" + urlencode({"claimant": INSTITUTION.get(kind, NEVER)})
    return found


def letter(answer) -> str:
    """What an answer means, in the words of the table."""
    if answer.status_code in (301, 302, 303) and answer.headers["Location"].startswith("/sign-in?"):
        return ">"
    if answer.status_code in (302, 303) and answer.headers["Location"] == "/sign-in" and not answer.from_sign_out:
        return ">"
    if answer.status_code == 403:
        return "-"
    if answer.status_code in (404, 410):
        return "0"
    return "+" if answer.status_code < 400 or answer.status_code in (409, 422, 429) else f"?{answer.status_code}"


def ask(client, method: str, address: str):
    answer = client.open(address, method=method)
    answer.from_sign_out = address == "/sign-out"
    return answer


class Readers:
    """A signed-in browser per reader; opened again when a test has signed it out."""

    def __init__(self, app, store, settings) -> None:
        self.app, self.store, self.settings = app, store, settings
        self.known = {
            "institution here": self._account(Role.INSTITUTION, institution_id=INSTITUTION[HERE]),
            "consultant here": self._account(Role.CONSULTANT, voivodeships=("14",)),
            "consultant there": self._account(Role.CONSULTANT, voivodeships=("30",)),
            "national": self._account(Role.NATIONAL),
            "administrator": self._account(Role.ADMINISTRATOR),
            "auditor": self._account(Role.AUDITOR),
            "disabled": self._account(Role.ADMINISTRATOR),
        }

    def _account(self, role: Role, **place):
        number = f"reader-{role}-{'-'.join(str(each) for each in place.values())}-{len(vars(self))}"
        user = users.User(id=number, email=f"{number}@example.pl".replace("'", ""), role=role, **place)
        if not users.by_id(self.store, user.id):
            self.store.change(users.add, LOCAL_OPERATOR, user, clock.now())
        return users.by_id(self.store, user.id)

    def browser(self, reader: str):
        client = self.app.test_client()
        # Doors count guesses by address; here everybody comes from one of their own.
        client.environ_base = {**client.environ_base, "REMOTE_ADDR": f"10.0.0.{len(reader)}"}
        if reader == "stranger":
            return client
        if reader == "link holder":
            token = service.begin_guest_session(self.store, f"invitation-{HERE}", {})
        else:
            token = service.begin_session(self.store, self.settings, self.known[reader], {})
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], f"s_{token}")
        return client

    def uploads(self) -> dict[str, str]:
        """A waiting import of the consultant here and of the one there, by kind of object."""
        from coordination.exchange.kinds import KINDS
        from coordination.exchange.tabular import Line, Table
        from coordination.files.uploads import Upload, Uploads

        folder, nothing = Uploads(self.settings.data_dir), Table(Line(1, tuple(KINDS["institutions"].columns)), ())
        return {
            kind: folder.keep(Upload(self.known[f"consultant {kind}"].id, "institutions", "x.csv", table=nothing))
            for kind in (HERE, THERE)
        }


def cases(row: Row) -> dict[str, str]:
    """Kinds of objects of a row with their letters; one that never existed is refused to whoever may look at all."""
    found = dict(row.letters)
    if row.absent:
        found[ABSENT] = re.sub(r"\+", "0", "".join(
            "+" if "+" in column else column[0] for column in zip(*(row.letters.values()), strict=True)
        ))  # fmt: skip
    if MIXED in found:
        found[ORPHAN] = found[MIXED].replace("+", "0")
    return found


@pytest.fixture
def house(app, reference_store, settings):
    policy_world.build(reference_store)
    readers = Readers(app, reference_store, settings)
    readers.expectation = policy_world.expectation(reference_store)
    return readers


class Findings:
    """What every reader met, asked for once: pages first, then what is refused, then what is done."""

    def __init__(self, house: Readers, *, only=lambda row: True, readers=READERS) -> None:
        self.wrong: list[str] = []
        self.refusals: dict[str, dict[str, tuple]] = defaultdict(dict)
        self.changed: list[str] = []
        before = policy_world.content(house.store)
        for turn in ("look", "refused", "done"):
            for reader in readers:
                self._ask_all(house, [row for row in TABLE if only(row)], reader, turn)
                if turn != "done" and (after := policy_world.content(house.store)) != before:
                    self.changed.append(f"{reader}, {turn}: {sorted(after ^ before)[:4]}")
                    before = after

    def _ask_all(self, house: Readers, rows: list[Row], reader: str, turn: str) -> None:
        column = READERS.index(reader)
        client, tokens = house.browser(reader), house.uploads()
        for row in rows:
            for kind, letters in cases(row).items():
                right = letters[column]
                if turn != ("look" if row.method == "GET" else "done" if right == "+" else "refused"):
                    continue
                address = path(row, kind, tokens, house.expectation)
                answer = ask(client, row.method, address)
                given = letter(answer)
                if given != right:
                    self.wrong.append(f"{reader}: {row.method} {address} [{kind}] expected {right}, got {given}")
                if given == "0":
                    self.refusals[f"{reader}: {row.method} {row.rule}"][kind] = plain(answer)
                if row.rule in ("/sign-out", "/account/password", "/account/end-sessions"):
                    client = house.browser(reader)


def test_every_route_and_method_has_a_row_and_every_row_a_route(app):
    written = {(row.method, row.rule) for row in TABLE}
    assert written == stored_rules(app).keys()
    assert len(written) == len(TABLE)


def test_a_new_route_without_a_row_is_noticed(app, monkeypatch):
    rules = stored_rules(app) | {("GET", "/report"): "reports.index"}
    assert {(row.method, row.rule) for row in TABLE} != rules.keys()


@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_every_reader_meets_what_the_table_says(house):
    found = Findings(house)
    assert not found.wrong, "\n".join(found.wrong)
    assert not found.changed, "\n".join(["looking and refused writing change nothing", *found.changed])
    compared = 0
    for asked, by_kind in found.refusals.items():
        for kind, answer in by_kind.items():
            # A child of another parent looks like no child of this one.
            never = by_kind.get(ORPHAN if kind == MIXED else ABSENT)
            if never and kind not in (ORPHAN, ABSENT):
                assert answer == never, f"{asked}: {kind} differs from what never existed"
                compared += 1
    assert compared > 60


IDS = sorted(
    {*INSTITUTION.values(), *PARTNER.values(), *TEAM.values(), NEVER, r"\w+-(?:here|there|shared)", "n{32}", "[A-Za-z0-9_-]{32}",
     r"(?:1\.1\.0|1\.0\.0|9\.9\.9)\b"},
    key=len, reverse=True,
)  # fmt: skip


def plain(answer) -> tuple:
    """Status, headers and body, but for what differs between any two requests and the address itself."""
    def even(text: str) -> str:
        text = re.sub(r'name="csrf_token"[^>]*value="[^"]*"|voivodeship=\d\d|claimant=[\w-]+|\d{1,2}:\d\d', "", text)
        return re.sub("|".join([*IDS, r"\b[0-9a-f]{12}\b"]), "…", text)

    headers = sorted((name, even(value)) for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length"))
    return answer.status_code, headers, even(answer.text)


def test_a_disabled_account_is_a_stranger_everywhere(house, reference_store, settings):
    client = house.browser("disabled")
    assert client.get("/account").status_code == 200
    reference_store.run("MATCH (u:User {id: $id}) SET u.active = false", id=house.known["disabled"].id)
    for row in TABLE:
        for kind, letters in cases(row).items():
            address = path(row, kind, {}, house.expectation)
            assert letter(ask(client, row.method, address)) == letters[0], f"{row.method} {address}"


@pytest.mark.pages
def test_a_method_a_route_does_not_have_is_405_for_everyone(house, app):
    rules = defaultdict(set)
    for method, rule in stored_rules(app):
        rules[rule].add(method)
    addresses = {row.rule: path(row, HERE if HERE in row.letters else "all", {}, house.expectation) for row in TABLE}
    for reader in ("stranger", "administrator"):
        client = house.browser(reader)
        for rule, methods in rules.items():
            for method in set(METHODS) - methods:
                answer = client.open(addresses[rule], method=method)
                if rule != "/export/contacts.<format>" or method not in ("GET", "POST"):  # two rules share it
                    assert answer.status_code == 405, f"{method} {rule}"


# Faults planted on purpose: the walk above must see each of them.


def of(*rules: str):
    return lambda row: row.rule in rules


def test_a_guard_taken_off_a_page_is_seen(house, app, monkeypatch):
    monkeypatch.setattr(app.view_functions["gaps.weights"], "access", "signed_in")
    assert Findings(house, only=of("/gaps/weights"), readers=("institution here",)).wrong


def test_a_page_opened_to_everyone_is_seen(house, app, monkeypatch):
    monkeypatch.setattr(app.view_functions["accounts.index"], "access", "public")
    assert Findings(house, only=of("/accounts"), readers=("stranger", "national")).wrong


def test_a_permission_given_to_the_wrong_role_is_seen(house, monkeypatch):
    granted = {**permissions.GRANTS[Role.NATIONAL], Permission.AUDIT_READ: permissions.Reach.ALL}
    monkeypatch.setitem(permissions.GRANTS, Role.NATIONAL, granted)
    assert Findings(house, only=of("/audit"), readers=("national",)).wrong


def test_a_scope_that_filters_nothing_is_seen(house, monkeypatch):
    everywhere = permissions.Scope(everything=True)
    monkeypatch.setattr(permissions.Scope, "params", lambda self: dict(
        scope_all=True, scope_voivodeships=[], scope_shared=False, scope_own=""
    ))  # fmt: skip
    assert everywhere.params()["scope_all"]
    rules = ("/institutions/<institution_id>", "/accounts/<user_id>")
    found = Findings(house, only=of(*rules), readers=("consultant here", "institution here")).wrong
    assert {rule for rule in ("/institutions/kwp-poznan", "/accounts/account-there") for each in found if rule in each}


def test_a_child_found_without_its_parent_is_seen(house, monkeypatch):
    from coordination.graph import contacts

    monkeypatch.setattr(contacts, "ONE", contacts.ONE.replace("{id: $institution_id}", ""))
    rule = "/institutions/<institution_id>/contacts/<contact_id>/edit"
    found = Findings(house, only=of(rule), readers=("consultant here",)).wrong
    assert any("[mixed]" in each for each in found)


def test_a_check_that_comes_after_the_write_is_seen(house, monkeypatch):
    from coordination.accounts import manage_service

    real = manage_service.one

    def late(store, actor, user_id):
        store.change(lambda tx: tx.run("MATCH (u:User {id: $id}) SET u.active = false", id=user_id))
        return real(store, actor, user_id)

    monkeypatch.setattr(manage_service, "one", late)
    found = Findings(house, only=of("/accounts/<user_id>/disable"), readers=("consultant here",))
    assert found.changed


def test_a_refusal_that_tells_what_exists_is_seen(house, app, monkeypatch):
    from coordination.accounts import manage_service
    from coordination.errors import Forbidden

    real = manage_service.one

    def telling(store, actor, user_id):
        if users.by_id(store, user_id) and actor.role is Role.CONSULTANT:
            raise Forbidden(user_id)
        return real(store, actor, user_id)

    monkeypatch.setattr(manage_service, "one", telling)
    assert Findings(house, only=of("/accounts/<user_id>"), readers=("consultant here",)).wrong


def test_strangers_and_link_holders_hold_only_what_is_listed():
    """CIVI-SA-2022-03: a permission name was misunderstood and anyone got the rights of staff."""
    assert set(permissions.GRANTS[Role.GUEST].items()) == {
        (Permission.CLAIM_READ, permissions.Reach.OWN),
        (Permission.CLAIM_STATE, permissions.Reach.OWN),
        (Permission.CONTACT_CONFIRM, permissions.Reach.OWN),
        (Permission.SURVEY_ANSWER, permissions.Reach.OWN),
        (Permission.SURVEY_READ, permissions.Reach.OWN),
    }
    nobody = permissions.Actor(id="", role=Role.GUEST)
    for permission in permissions.GRANTS[Role.GUEST]:
        reach = permissions.scope(nobody, permission)
        assert not reach.everything and not reach.voivodeships and not reach.institution_id
