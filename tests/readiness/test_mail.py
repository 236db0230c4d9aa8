"""Sending by SMTP, against a real server: what arrives, and what is told apart when it does not."""

from __future__ import annotations

import pytest

from coordination import config, mail
from coordination.config import SettingError
from tests.readiness.post import Post, free_port, mailing, serve

TO = "sekretariat@urzad.example"


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def mailer(post, tmp_path):
    controller = serve(post)
    with mail.Mailer(mailing(config.Settings(data_dir=tmp_path), controller.port)) as mailer:
        yield mailer
    controller.stop()


def test_a_letter_arrives_as_it_was_written(mailer, post):
    body = "Zażółć gęślą jaźń – „samoocena”.\n\nhttps://koordynacja.example/l/" + "x" * 43 + "\n.\nPo kropce."
    mailer.send(TO, "Samoocena gotowości: Łódź", body)
    (letter,) = post.letters
    assert letter["Subject"] == "Samoocena gotowości: Łódź"
    assert letter["To"] == TO and post.recipients == [TO]
    assert letter["From"] == "koordynacja@urzad.example"
    assert letter.get_content().replace("\r\n", "\n").rstrip("\n") == body
    assert letter["Message-ID"].endswith("@urzad.example>") and letter["Date"]


def test_many_letters_go_over_one_connection_each_to_its_own(mailer, post):
    addresses = [f"biuro{number}@urzad.example" for number in range(5)]
    for address in addresses:
        mailer.send(address, "Samoocena", f"do: {address}")
    assert post.recipients == addresses
    assert [letter["To"] for letter in post.letters] == addresses


@pytest.mark.parametrize("subject", ["Temat\r\nBcc: obcy@example.org", "Temat\nX-Evil: 1", "Temat\rX: 1"])
def test_nothing_slips_into_the_head_by_the_subject(mailer, post, subject):
    with pytest.raises(mail.Refused):
        mailer.send(TO, subject, "x")
    assert post.letters == []


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: x@example.org", "a@b.example, c@d.example", "Ktoś <a@b.example>", "a b@c.example", "a@", ""]
)
def test_what_is_no_single_address_is_sent_nowhere(mailer, post, address):
    with pytest.raises(mail.Refused):
        mailer.send(address, "Samoocena", "x")
    assert post.letters == []


def test_a_refused_address_bounces_with_the_words_of_the_server_and_the_next_letter_goes(mailer, post):
    post.refused[TO] = "550 5.1.1 nie ma takiej skrzynki"
    with pytest.raises(mail.Refused, match=r"550 5\.1\.1 nie ma takiej skrzynki"):
        mailer.send(TO, "Samoocena", "x")
    mailer.send("biuro@urzad.example", "Samoocena", "x")
    assert post.recipients == ["biuro@urzad.example"]


def test_a_server_that_says_not_now_has_not_refused_the_address(mailer, post):
    post.refused[TO] = "451 4.7.1 greylisted"
    with pytest.raises(mail.NotSent, match="greylisted"):
        mailer.send(TO, "Samoocena", "x")
    post.refused.clear()
    mailer.send(TO, "Samoocena", "x")
    assert post.recipients == [TO]


def test_a_declined_letter_has_not_left(mailer, post):
    post.data_answer = "554 5.7.1 spam"
    with pytest.raises(mail.NotSent, match="spam"):
        mailer.send(TO, "Samoocena", "x")


def test_a_server_that_falls_silent_after_the_letter_leaves_it_unclear(mailer, post):
    post.silent = True
    with pytest.raises(mail.Unclear):
        mailer.send(TO, "Samoocena", "x")
    post.silent = False
    mailer.send(TO, "Samoocena", "po przerwie")  # over a new connection
    assert post.recipients == [TO]


def test_no_server_is_no_refusal(tmp_path):
    with mail.Mailer(mailing(config.Settings(data_dir=tmp_path), free_port())) as mailer, pytest.raises(mail.NotSent):
        mailer.send(TO, "Samoocena", "x")


GOOD = {
    "COORDINATION_SMTP_HOST": "poczta.urzad.example",
    "COORDINATION_SMTP_FROM": "koordynacja@urzad.example",
    "COORDINATION_PUBLIC_URL": "https://koordynacja.example",
}


def test_mail_is_off_until_a_server_is_named():
    assert config.load({}).smtp_host == ""
    found = config.load(GOOD)
    assert (found.smtp_host, found.smtp_port, found.smtp_starttls) == ("poczta.urzad.example", 587, True)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"COORDINATION_SMTP_FROM": ""}, "SMTP_FROM"),
        ({"COORDINATION_SMTP_FROM": "Urząd <a@b.example>"}, "SMTP_FROM"),
        ({"COORDINATION_SMTP_PORT": "0"}, "SMTP_PORT"),
        ({"COORDINATION_SMTP_PORT": "x"}, "SMTP_PORT"),
        ({"COORDINATION_SMTP_STARTTLS": "maybe"}, "SMTP_STARTTLS"),
        ({"COORDINATION_SMTP_STARTTLS": "0", "COORDINATION_SMTP_USER": "u"}, "SMTP_USER"),
        ({"COORDINATION_PUBLIC_URL": ""}, "PUBLIC_URL"),
    ],
)
def test_a_wrong_setting_of_the_mail_is_named_at_the_start(changed, named):
    with pytest.raises(SettingError, match=named):
        config.load({**GOOD, **changed})
