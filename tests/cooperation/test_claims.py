"""What each side says: stated, contradicted, withdrawn, restored, on behalf, and never lost."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest

from coordination.clock import now, today
from coordination.cooperation import service, story
from coordination.cooperation.service import Statement
from coordination.errors import Conflict, Invalid, NotFound
from coordination.graph import claims
from coordination.graph.model import Claim, ClaimSource, Form, Frequency, Stance, TieState
from coordination.permissions import Actor, Permission, Role, Scope, scope

MAZOWIECKIE = Actor(id="consultant-14", role=Role.CONSULTANT, voivodeships=("14",))
WIELKOPOLSKIE = Actor(id="consultant-30", role=Role.CONSULTANT, voivodeships=("30",))
KSP = Actor(id="account-ksp", role=Role.INSTITUTION, voivodeships=("14",), institution_id="ksp")
KCIK = Actor(id="account-kcik", role=Role.INSTITUTION, institution_id="kcik", national=True)
YES = Statement(stance=Stance.COOPERATES, forms=(Form.REFERRAL,), frequency=Frequency.REGULAR, intensity=3)
NO = Statement(stance=Stance.DOES_NOT_COOPERATE)


def state(store, actor, institution, partner, area="referral", statement=YES, **options):
    own = service.claimant(store, actor, institution)
    return service.record(store, actor, own, partner, [area], statement, **options)[0]


def tie(store, one="ksp", other="kcik", area="referral"):
    history = claims.of_pair(store, Scope(everything=True), one, other)
    return story.tell(history, one, other, area, today())


def test_a_tie_is_confirmed_when_both_sides_state_it(reference_store):
    assert tie(reference_store).tie.state is TieState.UNKNOWN
    state(reference_store, KSP, "ksp", "kcik")
    assert tie(reference_store).tie.state is TieState.ONE_SIDED
    state(reference_store, KCIK, "kcik", "ksp")
    assert tie(reference_store).tie.state is TieState.CONFIRMED


def test_a_denial_makes_it_disputed_and_both_voices_stay(reference_store):
    state(reference_store, KSP, "ksp", "kcik")
    state(reference_store, KCIK, "kcik", "ksp", statement=NO)
    told = tie(reference_store)
    assert told.tie.state is TieState.DISPUTED
    assert told.one_says.stance is Stance.COOPERATES
    assert told.other_says.stance is Stance.DOES_NOT_COOPERATE


def test_a_withdrawn_statement_says_nothing_and_can_be_restored(reference_store):
    first = state(reference_store, KSP, "ksp", "kcik")
    service.withdraw(reference_store, KSP, first.id)
    assert tie(reference_store).tie.state is TieState.UNKNOWN
    assert len(tie(reference_store).history) == 2, "the history keeps both"
    service.restore(reference_store, KSP, first.id)
    told = tie(reference_store)
    assert told.tie.state is TieState.ONE_SIDED
    assert told.one_says.forms == YES.forms and told.one_says.intensity == 3
    with pytest.raises(Invalid):
        service.withdraw(reference_store, KSP, first.id)


def test_a_consultant_speaks_on_behalf_and_it_shows(reference_store):
    made = state(reference_store, MAZOWIECKIE, "ksp", "kcik")
    assert made.source is ClaimSource.ON_BEHALF and made.recorded_as == "consultant"


@pytest.mark.parametrize(
    ("actor", "institution"),
    [(MAZOWIECKIE, "kcik"), (WIELKOPOLSKIE, "ksp"), (KSP, "kwp-radom"), (KSP, "no-such")],
)
def test_nobody_speaks_for_a_foreign_institution(reference_store, actor, institution):
    with pytest.raises(NotFound):
        state(reference_store, actor, institution, "uw-mazowieckie")


def test_a_partner_outside_the_voivodeship_does_not_exist_for_its_consultant(reference_store):
    with pytest.raises(NotFound):
        state(reference_store, MAZOWIECKIE, "ksp", "kwp-poznan")


def test_a_late_learnt_older_statement_enters_the_history_behind_what_was_said_since(reference_store):
    state(reference_store, KSP, "ksp", "kcik", statement=NO)
    older = Claim(id=str(uuid4()), claimant_id="ksp", partner_id="kcik", area="referral", stance=Stance.COOPERATES,
                  stated_on=today() - timedelta(days=400), recorded_at=now(), source=ClaimSource.DOCUMENT)  # fmt: skip
    reference_store.change(claims.state, MAZOWIECKIE, older)
    told = tie(reference_store)
    assert told.one_says.stance is Stance.DOES_NOT_COOPERATE
    assert older.id in {each.id for each in told.history}
    then = story.tell(told.history, "ksp", "kcik", "referral", today() - timedelta(days=300))
    assert then.tie.state is TieState.ONE_SIDED, "at that day it was what the side said"


def test_of_two_statements_at_one_moment_one_meets_a_conflict_and_none_is_lost(reference_store):
    own = service.claimant(reference_store, KSP, "ksp")
    results: list[str] = []

    def say(number: int) -> None:
        try:
            service.record(
                reference_store, KSP, own, "kcik", ["referral"],
                Statement(stance=Stance.COOPERATES, intensity=1 + number % 4), replaces={"referral": ""},
            )  # fmt: skip
            results.append("saved")
        except Conflict:
            results.append("conflict")
        except Exception as error:
            results.append(type(error).__name__)

    threads = [threading.Thread(target=say, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("saved") == 1
    assert set(results) <= {"saved", "conflict"}
    assert len(claims.of_pair(reference_store, Scope(everything=True), "ksp", "kcik")) == 1


def test_the_same_statement_run_twice_is_recorded_once(reference_store):
    """The driver repeats a transaction whose commit it could not see."""
    own = service.claimant(reference_store, KSP, "ksp")
    claim = service.claim_of(KSP, own.id, "kcik", "referral", YES)
    reference_store.change(claims.state, KSP, claim)
    reference_store.change(claims.state, KSP, claim)
    entries = reference_store.read("MATCH (a:AuditEntry {action: 'claim:state'}) RETURN count(a) AS n")[0][
        "n"
    ]
    assert len(tie(reference_store).history) == 1 and entries == 1


def test_a_claim_is_seen_by_its_sides_and_by_whoever_sees_both(reference_store):
    state(reference_store, KSP, "ksp", "kcik")
    state(reference_store, WIELKOPOLSKIE, "kwp-poznan", "kcik")

    def seen(actor, of):
        return len(claims.of_institution(reference_store, scope(actor, Permission.CLAIM_READ), of))

    assert seen(KSP, "ksp") == 1 and seen(KCIK, "kcik") == 2
    assert seen(MAZOWIECKIE, "kcik") == 1, "the claim of Poznań is another voivodeship’s"
    assert seen(WIELKOPOLSKIE, "ksp") == 0
    assert seen(KSP, "kcik") == 1, "of KCIK’s claims only those with itself"


def test_the_history_of_a_state_names_the_day_a_tie_went_out_of_date():
    def said(who, whom, day):
        return Claim(id=str(uuid4()), claimant_id=who, partner_id=whom, area="training", stance=Stance.COOPERATES,
                     stated_on=day, recorded_at=now())  # fmt: skip

    history = [said("a", "b", date(2022, 3, 1)), said("b", "a", date(2022, 5, 2))]
    moments = story.tell(history, "a", "b", "training", date(2026, 1, 1)).moments
    assert (
        [(moment.day, str(moment.state), moment.stale) for moment in moments]
        == [
            (date(2024, 5, 3), "confirmed", True),  # the other side's window ends too; nothing new to say
            (date(2024, 3, 2), "confirmed", True),
            (date(2022, 5, 2), "confirmed", False),
            (date(2022, 3, 1), "one-sided", False),
        ][1:]
    )


def test_two_clocks_what_was_so_and_what_was_known(sign_in, reference_store):
    state(reference_store, KSP, "ksp", "kcik")
    late = Claim(
        id=str(uuid4()), claimant_id="kcik", partner_id="ksp", area="referral", stance=Stance.COOPERATES,
        stated_on=today() - timedelta(days=50), recorded_at=now(), source=ClaimSource.DOCUMENT,
    )  # fmt: skip
    reference_store.change(claims.state, MAZOWIECKIE, late)
    history = claims.of_pair(reference_store, Scope(everything=True), "ksp", "kcik")
    month_ago, yesterday = today() - timedelta(days=30), today() - timedelta(days=1)
    assert story.tell(history, "ksp", "kcik", "referral", month_ago).tie.state is TieState.ONE_SIDED
    assert story.tell(history, "ksp", "kcik", "referral", month_ago, yesterday).tie.state is TieState.UNKNOWN
    client = sign_in(Role.INSTITUTION, institution="ksp")
    address = f"/cooperation/tie/ksp/kcik?area=referral&as_of={month_ago.isoformat()}"
    assert "jednostronne" in client.get(address).text
    assert "jednostronne" not in client.get(f"{address}&known_on={yesterday.isoformat()}").text
    assert "as_of=2999-01-01" in client.get("/cooperation/tie/ksp/kcik?as_of=2999-01-01").text


# On the web --------------------------------------------------------------------------------------------------

PARTNERS = ("kcik", "kwp-radom", "uw-mazowieckie", "la-strada")
FORM = {"claimant": "ksp", "partner": "kcik", "areas": ["referral", "training"], "stance": "cooperates",
        "forms": ["referral"], "frequency": "regular", "basis": "procedure"}  # fmt: skip


def test_one_form_states_several_areas_at_once(sign_in, reference_store):
    client = sign_in(Role.INSTITUTION, institution="ksp")
    answer = client.post("/cooperation/state", data=FORM)
    assert answer.status_code == 302 and "/cooperation/tie/ksp/kcik" in answer.headers["Location"]
    page = client.get(answer.headers["Location"], follow_redirects=True)
    assert "jednostronne" in page.text and "regularnie" in page.text
    assert {each.area for each in tie(reference_store).history} == {"referral"}
    assert tie(reference_store, area="training").tie.state is TieState.ONE_SIDED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"partner": ""}, "Wybierz partnera"),
        ({"areas": []}, "Zaznacz co najmniej jeden obszar"),
        ({"valid_from": "2026-05-01", "valid_to": "2026-04-01"}, "kończy się, zanim się zaczyna"),
        ({"last_activity": "2999-01-01"}, "w przyszłości"),
        ({"last_activity": "31.02.2026"}, "Podaj istniejący dzień"),
        ({"last_activity": "wczoraj"}, "Podaj datę jako dzień, miesiąc i rok"),
        ({"note": "Sprawa osoby 44051401359"}, "PESEL"),
        ({"note": "sygn. akt II K 123/25"}, "sygn"),
    ],
)
def test_a_wrong_form_says_what_to_do_and_saves_nothing(sign_in, reference_store, change, words):
    client = sign_in(Role.INSTITUTION, institution="ksp")
    answer = client.post("/cooperation/state", data=FORM | change)
    assert answer.status_code in (200, 422)
    assert words in answer.text
    assert tie(reference_store).history == ()


def test_a_form_opened_before_another_statement_meets_the_conflict_page_with_its_text_kept(
    sign_in, reference_store
):
    client = sign_in(Role.INSTITUTION, institution="ksp")
    state(reference_store, MAZOWIECKIE, "ksp", "kcik", statement=NO)
    typed = FORM | {"areas": ["referral"], "note": "Uzgodniono na posiedzeniu zespołu", "seen": ""}
    answer = client.post("/cooperation/state", data=typed)
    assert answer.status_code == 409
    assert "Uzgodniono na posiedzeniu zespołu" in answer.text and "nie ma współpracy" in answer.text
    assert tie(reference_store).one_says.stance is Stance.DOES_NOT_COOPERATE
    seen = answer.text.split('name="seen" value="')[1].split('"')[0]
    again = client.post("/cooperation/state", data=typed | {"seen": seen})
    assert again.status_code == 302
    assert tie(reference_store).one_says.note == "Uzgodniono na posiedzeniu zespołu"


def test_withdrawing_asks_first_and_says_what_stays(sign_in, reference_store):
    made = state(reference_store, KSP, "ksp", "kcik")
    client = sign_in(Role.INSTITUTION, institution="ksp")
    page = client.get(f"/cooperation/claims/{made.id}/withdraw")
    assert "Co zostaje" in page.text or "Co pozostaje" in page.text or "pozostaje w historii" in page.text
    assert tie(reference_store).tie.state is TieState.ONE_SIDED, "asking changes nothing"
    client.post(f"/cooperation/claims/{made.id}/withdraw")
    assert tie(reference_store).tie.state is TieState.UNKNOWN


def test_notes_are_for_both_sides_and_their_consultant(sign_in, reference_store):
    state(
        reference_store,
        KSP,
        "ksp",
        "kcik",
        statement=Statement(stance=Stance.COOPERATES, note="Notatka o szkoleniu"),
    )
    address = "/cooperation/tie/ksp/kcik?area=referral"
    assert "Notatka o szkoleniu" in sign_in(Role.CONSULTANT, voivodeship="14").get(address).text
    assert "Notatka o szkoleniu" in sign_in(Role.INSTITUTION, institution="kcik").get(address).text
    assert "Notatka o szkoleniu" not in sign_in(Role.NATIONAL).get(address).text
    assert sign_in(Role.CONSULTANT, voivodeship="30").get(address).status_code == 404


# The quick matrix ----------------------------------------------------------------------------------------------


def cells(changes: dict[str, str], seen: dict[str, str] | None = None) -> dict[str, str]:
    data = {f"c|{key}": value for key, value in changes.items()}
    return data | {f"s|{key}": value for key, value in (seen or dict.fromkeys(changes, "")).items()}


def test_twenty_statements_in_one_go(sign_in, reference_store):
    client = sign_in(Role.INSTITUTION, institution="ksp")
    areas = ("identification", "referral", "training", "info_exchange", "prevention")
    wanted = {f"{partner}|{area}": str(1 + number % 4) for partner in PARTNERS
              for number, area in enumerate(areas)}  # fmt: skip
    assert "c|kcik|referral" in client.get("/cooperation/matrix?q=kcik").text
    check = client.post("/cooperation/matrix?claimant=ksp", data=cells(wanted) | {"action": "check"})
    named = [key for key in wanted if f'name="c|{key}"' in check.text]
    assert named == list(wanted), "the check names every changed cell"
    assert not claims.of_institution(reference_store, Scope(everything=True), "ksp"), "checking saves nothing"
    saved = client.post("/cooperation/matrix?claimant=ksp",
                        data=cells({key: wanted[key] for key in named}) | {"action": "save"})  # fmt: skip
    assert saved.status_code == 302
    assert len(claims.of_institution(reference_store, Scope(everything=True), "ksp")) == len(named)


def test_changing_only_the_intensity_keeps_what_else_was_said(sign_in, reference_store):
    state(reference_store, KSP, "ksp", "kcik")
    client = sign_in(Role.INSTITUTION, institution="ksp")
    client.post("/cooperation/matrix?claimant=ksp",
                data=cells({"kcik|referral": "4"}, {"kcik|referral": "3"}) | {"action": "save"})  # fmt: skip
    now_said = tie(reference_store).one_says
    assert (now_said.intensity, now_said.forms, now_said.frequency) == (4, YES.forms, YES.frequency)
    client.post("/cooperation/matrix?claimant=ksp",
                data=cells({"kcik|referral": ""}, {"kcik|referral": "4"}) | {"action": "save"})  # fmt: skip
    assert tie(reference_store).tie.state is TieState.UNKNOWN


def test_an_unknown_sign_or_partner_changes_nothing(sign_in, reference_store):
    client = sign_in(Role.INSTITUTION, institution="ksp")
    wrong = client.post("/cooperation/matrix?claimant=ksp",
                        data=cells({"kcik|referral": "9"}) | {"action": "save"})  # fmt: skip
    assert wrong.status_code == 422 and "nie jest znakiem macierzy" in wrong.text
    client.post("/cooperation/matrix?claimant=ksp",
                data=cells({"kwp-poznan|referral": "2"}) | {"action": "save"})  # fmt: skip
    assert not claims.of_institution(reference_store, Scope(everything=True), "ksp")
