"""The door: how many guesses it evaluates, what it gives away, and where it lets people go afterwards."""

import pytest

from coordination import clock, create_app
from coordination.accounts import passwords, service
from coordination.graph import throttles, users
from coordination.permissions import Role
from tests.accounts.doors import PASSWORD, account, enter, form_token, inside

EMAIL = "przeglad@example.pl"
WRONG = "not the password at all"


@pytest.fixture
def owner(reference_store):
    return account(reference_store, EMAIL)


@pytest.fixture
def evaluated(monkeypatch):
    """How many passwords were really compared, counted in the hash function itself."""
    seen = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *args, **kwargs: (seen.append(args), real(*args, **kwargs))[1])
    return seen


def test_ten_guesses_of_an_account_are_evaluated_from_however_many_addresses(guarded, owner, evaluated):
    answers = [
        enter(guarded.test_client(), EMAIL, WRONG, address=f"10.0.0.{number}").status_code for number in range(1, 15)
    ]
    assert answers == [422] * 10 + [429] * 4
    assert len(evaluated) == 10


def test_ten_guesses_of_an_address_are_evaluated_for_however_many_accounts(guarded, owner, evaluated):
    answers = [
        enter(guarded.test_client(), f"nobody-{number}@example.pl", WRONG, address="10.9.9.9").status_code
        for number in range(14)
    ]
    assert answers == [422] * 10 + [429] * 4
    assert len(evaluated) == 10


def test_the_count_survives_a_restart_and_is_shared_with_a_second_worker(
    guarded, owner, evaluated, reference_store, settings
):
    for _guess in range(6):
        enter(guarded.test_client(), EMAIL, WRONG)
    restarted = create_app(settings, store=reference_store)
    answers = [enter(restarted.test_client(), EMAIL, WRONG, address="10.0.0.7").status_code for _ in range(6)]
    assert answers == [422] * 4 + [429] * 2
    assert len(evaluated) == 10
    right = enter(guarded.test_client(), EMAIL, PASSWORD, address="10.0.0.8")
    assert right.status_code == 429, "the right password is not evaluated either"


def test_good_invitation_links_in_between_give_no_further_guesses(guarded, owner, evaluated, reference_store):
    """LimeSurvey #15239: one shared counter, set back by a valid token, gave unlimited guesses."""
    refused = 0
    for _round in range(25):
        for _guess in range(4):
            refused += enter(guarded.test_client(), EMAIL, WRONG).status_code == 429
        token = service.make_link(reference_store, owner.actor, users.by_id(reference_store, owner.id))
        visitor = guarded.test_client()
        visitor.get(f"/password/{token}")
        assert visitor.get("/password").status_code == 200
    assert len(evaluated) == 10
    assert refused == 90


def test_guesses_wait_until_the_oldest_is_fifteen_minutes_old(guarded, owner, ticking):
    for _guess in range(10):
        enter(guarded.test_client(), EMAIL, WRONG)
        ticking.forward(minutes=1)
    closed = enter(guarded.test_client(), EMAIL, PASSWORD)
    assert closed.status_code == 429
    assert "Następna próba możliwa za 5 minut." in closed.text
    assert 240 < int(closed.headers["Retry-After"]) <= 300
    ticking.forward(minutes=5)
    assert enter(guarded.test_client(), EMAIL, PASSWORD).status_code == 302


def test_signing_in_often_is_no_guessing(guarded, owner):
    assert {enter(guarded.test_client(), EMAIL).status_code for _time in range(12)} == {302}


def test_a_stranger_locks_the_owner_out_neither_of_an_open_session_nor_of_a_known_browser(guarded, owner):
    home = guarded.test_client()
    enter(home, EMAIL)
    known = guarded.test_client()
    enter(known, EMAIL)
    known.post("/sign-out", data={"csrf_token": form_token(known, "/account")})

    for number in range(12):
        enter(guarded.test_client(), EMAIL, WRONG, address=f"10.1.1.{number}")

    assert inside(home)
    assert enter(known, EMAIL).status_code == 302
    assert enter(guarded.test_client(), EMAIL).status_code == 429


def test_a_known_browser_has_ten_guesses_too(guarded, owner, evaluated):
    known = guarded.test_client()
    enter(known, EMAIL)
    evaluated.clear()
    for _guess in range(14):
        enter(known, EMAIL, WRONG)
        known.delete_cookie(guarded.config["SESSION_COOKIE_NAME"])
    assert len(evaluated) == 10


def test_a_forged_browser_cookie_opens_no_counter_of_its_own(guarded, owner, evaluated):
    for number in range(14):
        stranger = guarded.test_client()
        stranger.set_cookie("browser", f"eyJicm93c2VyIjoi{number}In0.ab.cd")
        enter(stranger, EMAIL, WRONG, address=f"10.1.1.{number}")
    assert len(evaluated) == 10


@pytest.mark.parametrize("failure", ["unknown address", "wrong password", "disabled account", "no password yet"])
def test_every_failure_says_the_same_sentence_after_the_same_work(
    guarded, reference_store, evaluated, failure, monkeypatch
):
    from coordination.accounts import manage_service
    from coordination.permissions import LOCAL_OPERATOR

    verified = []
    real = passwords.hasher(True).verify
    monkeypatch.setattr(passwords, "hasher", lambda quick=False: Watched(verified, real))
    who = account(reference_store, EMAIL, password="" if failure == "no password yet" else PASSWORD)
    if failure == "disabled account":
        manage_service.set_active(reference_store, LOCAL_OPERATOR, who, False)
    email = "nikt@example.pl" if failure == "unknown address" else EMAIL
    answer = enter(guarded.test_client(), email, WRONG if failure == "wrong password" else PASSWORD)
    assert answer.status_code == 422
    assert "Adres lub hasło są nieprawidłowe." in answer.text
    assert len(verified) == 1


class Watched:
    """A password hasher that notes each check."""

    def __init__(self, seen, verify):
        self.seen, self.real = seen, verify

    def verify(self, hash, password):
        self.seen.append(hash)
        return self.real(hash, password)

    def hash(self, password):
        return passwords._QUICK.hash(password)


def test_addresses_compare_without_case_and_passwords_exactly(guarded, owner):
    assert enter(guarded.test_client(), "  Przeglad@EXAMPLE.pl ").status_code == 302
    for other in (PASSWORD.upper(), f" {PASSWORD}", f"{PASSWORD} ", PASSWORD[:-1]):
        assert enter(guarded.test_client(), EMAIL, other).status_code == 422


def test_an_old_hash_is_renewed_at_sign_in(guarded, owner, reference_store):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    reference_store.change(lambda tx: tx.run("MATCH (u:User {id: $id}) SET u.password_hash = $h", id=owner.id, h=weak))
    assert enter(guarded.test_client(), EMAIL).status_code == 302
    renewed = users.by_email(reference_store, EMAIL)
    assert renewed and renewed[1] != weak
    assert enter(guarded.test_client(), EMAIL).status_code == 302


def test_a_megabyte_of_password_is_refused_without_being_hashed(guarded, owner, evaluated):
    assert enter(guarded.test_client(), EMAIL, "x" * 1_000_000).status_code == 422
    assert not evaluated


def test_the_sign_in_form_needs_its_token(guarded, owner):
    client = guarded.test_client()
    client.get("/sign-in")
    for token in ("", "forged", form_token(guarded.test_client())):
        answer = client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 400
    assert not inside(client)


# Passwords

GOOD = ["zielony parasol śpi w szufladzie", "x7#Kq9!mZp2w", "correct horse battery", "żółw ćmi ślepą łódź",
        "日本語のながいパスワードです"]  # fmt: skip
GUESSABLE = ["Password1234", "qwertyuiop123", "aaaaaaaaaaaa", "mazowieckie2026", "konsultant123!", "123456789012",
             "abcabcabcabc", "Koordynacja2026!", "P@ssw0rd1234", "1qaz2wsx3edc", "zaq12wsxcde3", "Ministerstwo1!",
             "handel ludźmi 1", "jan.kowalski12"]  # fmt: skip


@pytest.mark.parametrize("password", GOOD)
def test_any_sign_may_stand_in_a_password(password):
    passwords.check(password, email="jan.kowalski@example.pl")


@pytest.mark.parametrize("password", GUESSABLE)
def test_a_password_that_is_guessed_first_is_refused(password):
    assert passwords.guessable(password, "jan.kowalski@example.pl")


@pytest.mark.parametrize("length, fits", [(11, False), (12, True), (64, True), (128, True), (256, True), (257, False)])
def test_a_password_has_12_to_256_characters(length, fits):
    from coordination.errors import Invalid

    password = ("kwiat Mgła 7 wróbel;Żuk?" * 20)[:length]
    if fits:
        passwords.check(password)
        assert passwords.matches(passwords.hashed(password, quick=True), password, quick=True)
    else:
        with pytest.raises(Invalid):
            passwords.check(password)


def test_hashes_are_argon2id_of_at_least_the_cost_owasp_asks_for():
    from argon2 import extract_parameters
    from argon2.low_level import Type

    made = extract_parameters(passwords.hashed(PASSWORD))
    assert made.type is Type.ID
    assert made.memory_cost >= 19 * 1024 and made.time_cost >= 2 and made.parallelism == 1


# The counter itself


def test_two_workers_that_guess_at_once_do_not_share_a_place(reference_store):
    import threading

    from coordination.errors import Throttled

    let_in, turned_away = [], []

    def guess():
        try:
            let_in.append(throttles.take(reference_store, ["sign-in:account:x"], clock.now()))
        except Throttled:
            turned_away.append(1)

    threads = [threading.Thread(target=guess) for _guess in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(let_in), len(turned_away)) == (10, 14)


def test_a_guess_repeated_by_the_driver_counts_once(reference_store):
    at = clock.now()
    for _time in range(3):
        throttles.take(reference_store, ["k:x"], at)
    counted = reference_store.read("MATCH (t:Throttle {key: 'k:x'}) RETURN t.guesses AS guesses")
    assert counted == [{"guesses": [throttles._micros(at)]}]


def test_purposes_have_counters_of_their_own():
    assert throttles.key("sign-in:address", "10.0.0.1") != throttles.key("link:address", "10.0.0.1")
    assert "10.0.0.1" not in throttles.key("sign-in:address", "10.0.0.1")


def test_no_role_is_given_by_signing_in(guarded, owner, reference_store):
    client = guarded.test_client()
    client.post("/sign-in", data={
        "email": EMAIL, "password": PASSWORD, "csrf_token": form_token(client), "role": "administrator", "active": "1",
    })
    assert users.by_id(reference_store, owner.id).role is Role.NATIONAL
