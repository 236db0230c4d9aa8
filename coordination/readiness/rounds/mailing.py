"""Letters of a round: prepared in the outbox, read there, then sent, printed or dropped by a person. No Flask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from coordination import guard, mail
from coordination.clock import now, today
from coordination.errors import Conflict, Invalid
from coordination.graph import letters, questionnaires, responses, rounds, survey_links
from coordination.graph.letters import PLACE, Kind, Letter, State
from coordination.graph.responses import Record
from coordination.graph.rounds import Round
from coordination.graph.store import Store, Tx
from coordination.i18n import N_
from coordination.mail import Mailer
from coordination.permissions import Actor, Permission, Scope, scope
from coordination.readiness.answering.handing import link_until
from coordination.readiness.rounds import letter_texts, reminders
from coordination.readiness.rounds.reminders import Reason

PORTION = 200  # letters prepared in one transaction
AT_ONCE = 100  # letters sent in answer to one click


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Letters that are ready to be put into the outbox, and the links made for them (response by link id)."""

    letters: Sequence[Letter]
    links: Mapping[str, str]


def compose(
    store: Store,
    actor: Actor,
    held: Round,
    records: Iterable[Record],
    kind: Kind,
    *,
    note: str = "",
    comments: int = 0,
) -> Prepared:
    """The letters of one kind to these responses. Each keeps the link it has, or gets its first."""
    asked = list(records)
    links = survey_links.whole(store, [each.id for each in asked], now())
    made = {str(uuid4()): each.id for each in asked if each.id not in links}
    links |= {response_id: link_id for link_id, response_id in made.items()}
    addresses = letters.mailboxes(store, {each.institution_id for each in asked})
    questionnaire = questionnaires.load(store, held.questionnaire_id)
    subject, body = letter_texts.text(kind, held, questionnaire, actor, today(), note=note, comments=comments)
    found = [
        Letter(
            id=_letter_id(kind, each),
            response_id=each.id,
            kind=kind,
            link_id=links[each.id],
            mailbox=addresses.get(each.institution_id, ""),
            subject=subject,
            body=body,
            institution_id=each.institution_id,
            name=each.name,
            name_pl=each.name_pl,
        )
        for each in asked
    ]
    return Prepared(letters=found, links=made)


def _letter_id(kind: Kind, record: Record) -> str:
    # The same letter has the same id, so that two who prepare it at once make one.
    count = {Kind.INVITATION: 0, Kind.REMINDER: record.reminders + 1}.get(kind, record.number)
    return f"{record.id}|{kind}|{count}"


def write(tx: Tx, actor: Actor, held: Round, prepared: Prepared, secret: str, at: datetime) -> None:
    """Put them into the outbox with their links."""
    if prepared.links:
        survey_links.create_many(tx, actor, prepared.links, secret=secret, at=at, expires_at=link_until(held))
    letters.prepare(tx, actor, held.id, prepared.letters, at)


def invite(store: Store, actor: Actor, held: Round, secret: str) -> int:
    """Prepare the invitations of a round that are not there yet, in portions; how many."""
    missing = set(letters.without(store, held.id))
    asked = [
        each
        for each in responses.of_round(store, scope(actor, Permission.ROUND_MANAGE), held.id)
        if each.id in missing
    ]
    _put(store, actor, held, asked, Kind.INVITATION, secret)
    return len(asked)


def _put(store: Store, actor: Actor, held: Round, asked: Sequence[Record], kind: Kind, secret: str) -> None:
    for start in range(0, len(asked), PORTION):
        prepared = compose(store, actor, held, asked[start : start + PORTION], kind)
        store.change(write, actor, held, prepared, secret, now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Who is to be reminded, and who is not and why."""

    to_remind: Sequence[Record]
    left_out: Sequence[tuple[Record, Reason]]


def who_to_remind(store: Store, actor: Actor, held: Round, chosen: Collection[str]) -> Sorted:
    """Of the responses chosen on the board, those that may be reminded today."""
    reach, wanted = scope(actor, Permission.ROUND_MANAGE), set(chosen)
    waiting = letters.waiting(store, held.id)
    remind: list[Record] = []
    left: list[tuple[Record, Reason]] = []
    for each in responses.of_round(store, reach, held.id):
        if each.id in wanted:
            why = reminders.due(each, today(), waiting=each.id in waiting, open=held.state == "open")
            if why is None:
                remind.append(each)
            else:
                left.append((each, why))
    return Sorted(
        to_remind=sorted(remind, key=lambda each: (each.name, each.id)),
        left_out=sorted(left, key=lambda each: (each[1], each[0].name, each[0].id)),
    )


def remind(store: Store, actor: Actor, held: Round, chosen: Collection[str], secret: str) -> int:
    """Prepare reminders to those of the chosen who may be reminded; how many. Nothing is sent."""
    found = who_to_remind(store, actor, held, chosen).to_remind
    _put(store, actor, held, found, Kind.REMINDER, secret)
    return len(found)


def remind_on_schedule(store: Store, actor: Actor, secret: str) -> dict[str, int]:
    """Prepare the reminders that the calendar of each open round asks for today; how many, by title of the round."""
    made: dict[str, int] = {}
    reach = scope(actor, Permission.ROUND_MANAGE)
    for held in rounds.listed(store, reach):
        if held.state != "open" or reminders.last_moment(held.closes_on, today()) is None:
            continue
        late = [
            each.id
            for each in responses.of_round(store, reach, held.id)
            if reminders.scheduled(each, held.closes_on, today())
        ]
        made[held.title] = remind(store, actor, held, late, secret) if late else 0
    return made


def edit(
    store: Store, actor: Actor, letter: Letter, *, mailbox: str, subject: str, body: str, alike: bool
) -> int:
    """Save what a person wrote; with `alike` the other drafts of the kind get the same text. How many were changed.

    Raises Invalid for an address that is none, a text without the place of its link or with personal data, and
    Conflict.
    """
    if mailbox:
        try:
            mailbox = mail.address(mailbox)
        except ValueError:
            raise Invalid(
                N_("Enter the e-mail address in full, for example biuro@urzad.example"), field="mailbox"
            ) from None
    if body.count(PLACE) != 1:
        raise Invalid(N_("Keep {link} in the text exactly once: the link is put there."), field="body")
    for name, text in (("subject", subject), ("body", body)):
        # Whom to ask, with telephone and address, belongs into a letter.
        found = [each for each in guard.find(text) if each.kind not in ("phone", "email")]
        if found:
            raise Invalid(found[0].sentence, field=name, fragment=found[0].fragment)
    at = now()
    store.change(letters.edit, actor, letter, at, mailbox=mailbox, subject=subject, body=body)
    if not alike:
        return 1
    reach = scope(actor, Permission.ROUND_MANAGE)
    others = [
        each.id
        for each in letters.of_round(store, reach, letter.round_id, states=[State.DRAFT])
        if each.kind is letter.kind and each.id != letter.id
    ]
    if others:
        store.change(letters.same_text, actor, letter.round_id, others, at, subject=subject, body=body)
    return 1 + len(others)


def filled(letter: Letter, address: str) -> str:
    """The text as it leaves, with its link."""
    return letter.body.replace(PLACE, address)


@dataclass(slots=True)
class Outcome:
    """What became of letters: how many of each, and those somebody else was faster with."""

    counts: dict[State, int] = field(default_factory=dict)
    passed: int = 0

    def add(self, state: State) -> None:
        self.counts[state] = self.counts.get(state, 0) + 1


def send(
    store: Store, actor: Actor, chosen: Sequence[Letter], mailer: Mailer, links: Mapping[str, str]
) -> Outcome:
    """Send letters one by one; `links` are addresses by link id.

    Each is marked before and after. What nobody can know, because the server fell silent in the middle, stays marked as
    being sent until a person says what happened: a letter never goes out twice.
    """
    outcome = Outcome()
    with mailer:
        for letter in chosen[:AT_ONCE]:
            if not letter.mailbox or letter.overtaken:
                outcome.passed += 1
                continue
            try:
                store.change(letters.begin, actor, letter, now())
            except Conflict:
                outcome.passed += 1
                continue
            state, reason = _sent(mailer, letter, filled(letter, links[letter.link_id]))
            outcome.add(state)
            if state is not State.SENDING:
                store.change(letters.finish, actor, letter.id, state, now(), reason=reason)
    return outcome


def _sent(mailer: Mailer, letter: Letter, body: str) -> tuple[State, str]:
    try:
        mailer.send(letter.mailbox, letter.subject, body)
    except mail.Refused as error:
        return State.BOUNCED, str(error)
    except mail.NotSent as error:
        return State.FAILED, str(error)
    except mail.Unclear:
        return State.SENDING, ""
    return State.SENT, ""


def new_link(store: Store, actor: Actor, held: Round, record: Record, secret: str) -> str:
    """Another link to the whole of a response, and a letter with it in the outbox; the letter's id."""
    at = now()
    link_id = str(uuid4())
    prepared = compose(store, actor, held, [record], Kind.INVITATION)
    letter = Letter(
        id=f"{record.id}|{Kind.INVITATION}|{link_id}",
        response_id=record.id,
        kind=Kind.INVITATION,
        link_id=link_id,
        mailbox=prepared.letters[0].mailbox,
        subject=prepared.letters[0].subject,
        body=prepared.letters[0].body,
    )
    store.change(write, actor, held, Prepared(letters=[letter], links={link_id: record.id}), secret, at)
    return letter.id


def reached(actor: Actor) -> Scope:
    """Whose letters this actor may read and send."""
    return scope(actor, Permission.ROUND_MANAGE)
