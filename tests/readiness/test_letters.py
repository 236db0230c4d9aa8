"""Letters: prepared, read, sent once, bounced, corrected, printed; reminders that stop."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest

from coordination import clock
from coordination.errors import Conflict
from coordination.graph import letters, survey_links
from coordination.graph.letters import PLACE, State
from coordination.permissions import LOCAL_OPERATOR, Role
from tests.readiness.asked import EVERYTHING, SECRET, asked, fill, hand_in, record
from tests.readiness.post import Post, mailing, serve

MAILBOX = "sekretariat@policja.example"


@pytest.fixture
def consultant(sign_in):
    return sign_in(Role.CONSULTANT, voivodeship="14", label="Konsultant wojewódzki")


@pytest.fixture
def post(app):
    """The program with a mail server."""
    post = Post()
    controller = serve(post)
    app.config["SETTINGS"] = mailing(app.config["SETTINGS"], controller.port)
    yield post
    controller.stop()


@pytest.fixture
def made(reference_store, consultant):
    """Two asked institutions of Mazowieckie with their invitations in the outbox, KSP's with an address."""
    responses = asked(reference_store, ["ksp", "kwp-radom"])
    consultant.post("/rounds/round/complete")
    address(reference_store, "ksp", MAILBOX)
    return responses


def of(store, response_id: str, kind: str = "invitation"):
    return next(each for each in letters.of_response(store, response_id) if each.kind == kind)


def address(store, institution: str, mailbox: str) -> None:
    store.run(
        "MATCH (l:Letter)-[:ABOUT_RESPONSE]->(:Response {institution_id: $id}) SET l.mailbox = $mailbox",
        id=institution, mailbox=mailbox,
    )  # fmt: skip


def send(client, *chosen):
    return client.post(
        "/rounds/round/letters/send", data={"letter": [f"{each.id} {each.version}" for each in chosen]}
    )


def reminded(store, client, response_id: str):
    """The reminder to a response, prepared; other letters about it are out of the way."""
    store.run("MATCH (l:Letter {response_id: $id}) SET l.state = 'printed'", id=response_id)
    client.post("/rounds/round/remind", data={"response": response_id})
    return of(store, response_id, "reminder")


def test_the_mailbox_comes_from_the_contacts_and_never_a_private_one(reference_store, consultant):
    reference_store.run(
        "MATCH (i:Institution) WHERE i.id IN ['ksp', 'kwp-radom'] CREATE (i)-[:HAS_CONTACT]->(c:ContactPoint {id: 'c-' + i.id, "
        "function: 'Sekretariat', version: 1})-[:HAS_CHANNEL]->(:Channel {id: 'ch-' + i.id, kind: 'email', "
        "value: i.id + '@policja.example', visibility: CASE i.id WHEN 'ksp' THEN 'network' ELSE 'private' END})"
    )
    responses = asked(reference_store, ["ksp", "kwp-radom"])
    consultant.post("/rounds/round/complete")
    assert of(reference_store, responses["ksp"]).mailbox == "ksp@policja.example"
    assert of(reference_store, responses["kwp-radom"]).mailbox == ""


def test_without_a_mail_server_nothing_can_be_sent_and_everything_printed(made, reference_store, consultant):
    outbox = consultant.get("/rounds/round/letters").text
    assert "letters/send" not in outbox and "letters/print" in outbox
    letter = of(reference_store, made["ksp"])
    assert consultant.get("/rounds/round/letters/send").status_code == 404
    assert send(consultant, letter).status_code == 404
    page = consultant.get(f"/rounds/round/letters/{letter.id}").text
    assert "mailto:" in page and survey_links.token_of(SECRET, letter.link_id) in page


def test_the_exact_list_is_shown_and_the_letter_arrives_with_its_own_link(made, post, reference_store, consultant):
    letter = of(reference_store, made["ksp"])
    shown = consultant.get(f"/rounds/round/letters/send?letter={letter.id}").text
    assert MAILBOX in shown and "Komenda Stołeczna Policji" in shown and post.letters == []
    send(consultant, letter)
    assert post.recipients == [MAILBOX]
    text = post.letters[0].get_content()
    assert PLACE not in text
    token = re.search(r"https://koordynacja\.example/l/([\w-]{43})", text)
    assert token and token[1] == survey_links.token_of(SECRET, letter.link_id)
    sent = of(reference_store, made["ksp"])
    assert sent.state is State.SENT and sent.left_at
    opened = consultant.application.test_client().get(f"/l/{token[1]}")
    assert opened.status_code == 302 and "/survey" in opened.headers["Location"]


def test_a_letter_goes_once_however_often_it_is_asked_for(made, post, reference_store, consultant):
    letter = of(reference_store, made["ksp"])
    for _time in range(3):
        send(consultant, letter)
    assert len(post.letters) == 1
    app, cookie = consultant.application, consultant.get_cookie(consultant.application.config["SESSION_COOKIE_NAME"])
    reference_store.run("MATCH (l:Letter {id: $id}) SET l.state = 'draft'", id=letter.id)
    again = of(reference_store, made["ksp"])

    def once():
        client = app.test_client()
        client.set_cookie(cookie.key, cookie.value)
        send(client, again)

    threads = [threading.Thread(target=once) for _number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(post.letters) == 2  # one more, not four


def test_a_letter_that_was_changed_since_it_was_shown_is_not_sent(made, post, reference_store, consultant):
    shown = of(reference_store, made["ksp"])
    reference_store.change(
        letters.edit, LOCAL_OPERATOR, shown, clock.now(), mailbox=MAILBOX, subject="Inny", body=shown.body
    )
    send(consultant, shown)
    assert post.letters == []


def test_a_crash_in_the_middle_leaves_a_mark_and_a_person_says_what_happened(
    made, post, reference_store, consultant, monkeypatch
):
    from coordination.mail import Mailer

    letter = of(reference_store, made["ksp"])

    def stops(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Mailer, "send", stops)
        with pytest.raises(KeyboardInterrupt):
            send(consultant, letter)
    stuck = of(reference_store, made["ksp"])
    assert stuck.state is State.SENDING
    send(consultant, stuck)
    assert post.letters == []  # nobody knows, so it is not sent again by itself
    consultant.post(f"/rounds/round/letters/{letter.id}/mark", data={"as": "draft", "version": stuck.version})
    send(consultant, of(reference_store, made["ksp"]))
    assert len(post.letters) == 1


def test_a_refused_address_is_seen_on_the_board_and_corrected(made, post, reference_store, consultant):
    post.refused[MAILBOX] = "550 5.1.1 nie ma takiej skrzynki"
    send(consultant, of(reference_store, made["ksp"]))
    bounced = of(reference_store, made["ksp"])
    assert bounced.state is State.BOUNCED and "nie ma takiej skrzynki" in bounced.reason
    assert record(reference_store, made["ksp"]).bounced
    assert "Popraw adres" in consultant.get("/rounds/round?bounced=1").text
    values = {"version": bounced.version, "mailbox": "dyzurny@policja.example", "subject": "Samoocena", "body": bounced.body}
    assert consultant.post(f"/rounds/round/letters/{bounced.id}", data=values).status_code == 302
    corrected = of(reference_store, made["ksp"])
    assert corrected.state is State.DRAFT and not record(reference_store, made["ksp"]).bounced
    send(consultant, corrected)
    assert post.recipients == ["dyzurny@policja.example"]


def test_a_server_that_is_down_loses_nothing(made, post, reference_store, consultant):
    post.refused[MAILBOX] = "451 4.3.0 później"
    send(consultant, of(reference_store, made["ksp"]))
    failed = of(reference_store, made["ksp"])
    assert failed.state is State.FAILED and not record(reference_store, made["ksp"]).bounced
    post.refused.clear()
    send(consultant, failed)
    assert of(reference_store, made["ksp"]).state is State.SENT


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"mailbox": "nie-adres"}, "adres e-mail"),
        ({"body": "Bez miejsca na odnośnik"}, "{link}"),
        ({"body": f"{PLACE} i {PLACE}"}, "{link}"),
        ({"body": f"PESEL 44051401359 {PLACE}"}, "PESEL"),
        ({"subject": ""}, "temat"),
    ],
)
def test_a_wrong_letter_is_not_saved_and_nothing_typed_is_lost(made, reference_store, consultant, changed, told):
    letter = of(reference_store, made["ksp"])
    values = {"version": letter.version, "mailbox": MAILBOX, "subject": "Samoocena", "body": f"Treść {PLACE}", **changed}
    answer = consultant.post(f"/rounds/round/letters/{letter.id}", data=values)
    assert answer.status_code == 422 and told in answer.text and values["body"] in answer.text
    assert of(reference_store, made["ksp"]) == letter


def test_one_text_for_all_drafts_of_the_kind(made, reference_store, consultant):
    letter = of(reference_store, made["ksp"])
    values = {"version": letter.version, "mailbox": MAILBOX, "subject": "Wspólny temat", "body": f"Tel. 22 000 01 01 {PLACE}"}
    consultant.post(f"/rounds/round/letters/{letter.id}", data={**values, "alike": "y"})
    both = [of(reference_store, each) for each in made.values()]
    assert {each.subject for each in both} == {"Wspólny temat"} and {each.body for each in both} == {values["body"]}
    assert {each.mailbox for each in both} == {MAILBOX, ""}  # each keeps its own address


def test_printed_letters_carry_link_and_code_and_are_marked(made, reference_store, consultant):
    chosen = [of(reference_store, each) for each in made.values()]
    page = consultant.get("/rounds/round/letters/print", query_string={"letter": [each.id for each in chosen]}).text
    for each in chosen:
        assert survey_links.token_of(SECRET, each.link_id) in page
    assert page.count('src="data:image/svg+xml') == 2
    consultant.post("/rounds/round/letters/print", data={"letter": [f"{each.id} {each.version}" for each in chosen]})
    assert {of(reference_store, each).state for each in made.values()} == {State.PRINTED}


def test_a_reminder_counts_when_it_leaves_and_the_fourth_is_not_prepared(made, post, reference_store, consultant):
    for number in range(1, 4):
        letter = reminded(reference_store, consultant, made["ksp"])
        address(reference_store, "ksp", MAILBOX)
        assert record(reference_store, made["ksp"]).reminders == number - 1  # prepared is not sent
        send(consultant, of(reference_store, made["ksp"], "reminder"))
        assert letter.kind == "reminder" and record(reference_store, made["ksp"]).reminders == number
        page = consultant.get(f"/rounds/round/remind?response={made['ksp']}").text
        assert "mniej niż 7 dni temu" in page or "trzy przypomnienia" in page
        reference_store.run(
            "MATCH (n:Response {id: $id}) SET n.reminded_at = $at", id=made["ksp"], at=clock.now() - timedelta(days=8)
        )
    consultant.post("/rounds/round/remind", data={"response": made["ksp"]})
    assert len([each for each in letters.of_response(reference_store, made["ksp"]) if each.kind == "reminder"]) == 3
    assert len(post.letters) == 3


def test_who_answered_after_the_reminder_was_prepared_does_not_get_it(made, post, reference_store, consultant):
    letter = reminded(reference_store, consultant, made["ksp"])
    address(reference_store, "ksp", MAILBOX)
    fill(reference_store, made["ksp"])
    hand_in(reference_store, made["ksp"])
    send(consultant, of(reference_store, made["ksp"], "reminder"))
    assert post.letters == []
    with pytest.raises(Conflict):  # also when the answer comes between the page and the click
        reference_store.change(letters.begin, LOCAL_OPERATOR, letter, clock.now())


def test_stopped_reminders_stay_stopped_until_somebody_allows_them(made, post, reference_store, consultant):
    path = f"/rounds/responses/{made['ksp']}/reminders"
    assert consultant.post(path, data={"reason": ""}).status_code == 422
    assert consultant.post(path, data={"reason": "tel. 22 000 01 01"}).status_code == 422
    waiting = reminded(reference_store, consultant, made["ksp"])
    address(reference_store, "ksp", MAILBOX)
    consultant.post(path, data={"reason": "Instytucja odpowiada na papierze"})
    send(consultant, of(reference_store, made["ksp"], "reminder"))
    assert post.letters == [] and waiting.state is State.DRAFT
    page = consultant.get(f"/rounds/round/remind?response={made['ksp']}").text
    assert "Instytucja odpowiada na papierze" in page
    consultant.post(path, data={"again": "1"})
    assert record(reference_store, made["ksp"]).stopped == ""


def test_two_who_prepare_the_same_reminder_prepare_one(made, reference_store, consultant):
    letter = reminded(reference_store, consultant, made["ksp"])
    reference_store.change(letters.prepare, LOCAL_OPERATOR, "round", [letter], clock.now())
    found = [each for each in letters.of_response(reference_store, made["ksp"]) if each.kind == "reminder"]
    assert [each.version for each in found] == [letter.version]


def test_the_command_prepares_what_is_due_and_sends_nothing(reference_store, command):
    made = asked(reference_store, ["ksp", "kwp-radom", "kwp-poznan"], voivodeship="", closes_on=clock.today() + timedelta(days=7))
    long_ago = clock.now() - timedelta(days=40)
    reference_store.run("MATCH (n:Response) SET n.invited_at = $at", at=long_ago)
    hand_in(reference_store, made["kwp-radom"])
    reference_store.run("MATCH (n:Response {id: $id}) SET n.stopped = 'x'", id=made["kwp-poznan"])
    for _time in range(2):  # cron may run twice
        done = command("remind", env={"COORDINATION_SECRET_KEY": SECRET})
        assert done.returncode == 0, done.stderr
    found = letters.of_round(reference_store, EVERYTHING, "round")
    assert [(each.response_id, each.kind, each.state) for each in found] == [(made["ksp"], "reminder", "draft")]
    link = survey_links.by_id(reference_store, found[0].link_id, clock.now())
    assert link.response_id == made["ksp"]
    assert record(reference_store, made["ksp"]).reminders == 0
