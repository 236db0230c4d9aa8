"""Rules of stating, withdrawing, restoring and answering claims. No request is seen here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import uuid4

from coordination.clock import now, today
from coordination.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound
from coordination.graph import claims, directory, drafts, invitations
from coordination.graph.directory import Entry
from coordination.graph.model import Basis, Claim, ClaimSource, Form, Frequency, Stance
from coordination.graph.store import Store, Tx
from coordination.i18n import N_
from coordination.permissions import Actor, Permission, Role, Scope, require, scope

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What somebody says, before it becomes the claim of a side about a partner in an area.

    `source` is where a side's own word comes from; what a consultant records stays on behalf.
    """

    stance: Stance
    forms: tuple[Form, ...] = ()
    basis: Basis | None = None
    frequency: Frequency | None = None
    intensity: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    last_activity: date | None = None
    note: str = ""
    source: ClaimSource = ClaimSource.OWN_STATEMENT

    def check(self) -> None:
        """Raises Invalid naming the field that cannot be true."""
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Invalid(
                N_("The cooperation ends before it begins. Correct one of the two dates."), field="valid_to"
            )
        if self.last_activity and self.last_activity > today():
            raise Invalid(
                N_("The last activity lies in the future. Give a day that has passed."), field="last_activity"
            )


def claimant(store: Store, actor: Actor, institution_id: str) -> Entry:
    """The institution for which the actor may speak. Raises NotFound for any other."""
    entry = directory.entry(store, scope(actor, Permission.CLAIM_STATE), institution_id)
    require(
        actor,
        Permission.CLAIM_STATE,
        institution_id=entry.id,
        covers=entry.voivodeships,
        national=entry.national,
    )
    return entry


def partners(store: Store, actor: Actor, own: Entry) -> dict[str, Entry]:
    """Institutions the claimant can name: those the actor may see, its own parent and units included."""
    reach = (
        Scope(everything=own.national, voivodeships=own.voivodeships, shared=True)
        if actor.role is Role.GUEST
        else scope(actor, Permission.INSTITUTION_READ)
    )
    found = directory.entries(store, reach)
    found.pop(own.id, None)
    return found


def record(
    store: Store,
    actor: Actor,
    own: Entry,
    partner_id: str,
    areas: Sequence[str],
    statement: Statement,
    *,
    replaces: Mapping[str, str] | None = None,
) -> list[Claim]:
    """State the same about one partner in several areas, together or not at all.

    Raises NotFound for a partner the actor may not see, Invalid for a statement that cannot be true,
    Conflict when somebody stated something since (`replaces`: area to the claim id that was seen).
    """
    statement.check()
    if partner_id not in partners(store, actor, own):
        raise NotFound(partner_id)
    made = [claim_of(actor, own.id, partner_id, area, statement) for area in areas]
    seen = replaces or {}
    change_claims(store, claims.state_all, actor, [(claim, seen.get(claim.area)) for claim in made])
    return made


def claim_of(actor: Actor, own_id: str, partner_id: str, area: str, statement: Statement) -> Claim:
    """A claim ready to be recorded now."""
    cooperates = statement.stance is Stance.COOPERATES
    return Claim(
        id=str(uuid4()),
        claimant_id=own_id,
        partner_id=partner_id,
        area=area,
        stance=statement.stance,
        forms=statement.forms if cooperates else (),
        basis=statement.basis if cooperates else None,
        frequency=statement.frequency if cooperates else None,
        intensity=statement.intensity if cooperates else None,
        valid_from=statement.valid_from,
        valid_to=statement.valid_to,
        last_activity=statement.last_activity if cooperates else None,
        stated_on=today(),
        source=source_of(actor, statement.source),
        note=statement.note,
        recorded_at=now(),
        recorded_by=actor.id,
        recorded_as=str(actor.role),
    )


def change_claims(store: Store, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """A change of claims. Two statements of one key at one moment end in a taken key for one of them, which is the
    same to its author as any other statement that came first."""
    try:
        return store.change(work, *args, **kwargs)
    except AlreadyExists as error:
        raise Conflict(str(error)) from error


def source_of(actor: Actor, own_word: ClaimSource = ClaimSource.OWN_STATEMENT) -> ClaimSource:
    """A consultant speaks on behalf of an institution, and the claim says so for good."""
    return own_word if actor.role in (Role.INSTITUTION, Role.GUEST) else ClaimSource.ON_BEHALF


def withdraw(store: Store, actor: Actor, claim_id: str) -> Claim:
    """Take a statement back: from today the side has said nothing. The history keeps it."""
    old = _own(store, actor, claim_id)
    if old.superseded_at or old.stance is Stance.WITHDRAWN:
        raise Invalid(N_("Another statement has replaced this one. Open the history to see which."))
    withdrawn = claim_of(actor, old.claimant_id, old.partner_id, old.area, Statement(stance=Stance.WITHDRAWN))
    change_claims(store, claims.state, actor, withdrawn, replaces=old.id)
    return withdrawn


def restore(store: Store, actor: Actor, claim_id: str) -> Claim:
    """Say again, today, what an earlier statement said."""
    old = _own(store, actor, claim_id)
    if old.stance is Stance.WITHDRAWN:
        raise Invalid(N_("A withdrawal cannot be restored. Choose the statement that it took back."))
    again = replace(
        old,
        id=str(uuid4()),
        stated_on=today(),
        recorded_at=now(),
        superseded_at=None,
        source=source_of(actor),
        recorded_by=actor.id,
        recorded_as=str(actor.role),
        example=False,
    )
    change_claims(store, claims.state, actor, again)
    return again


def _own(store: Store, actor: Actor, claim_id: str) -> Claim:
    claim = claims.one(store, scope(actor, Permission.CLAIM_READ), claim_id)
    claimant(store, actor, claim.claimant_id)
    return claim


def may_speak_for(store: Store, actor: Actor, institution_id: str) -> bool:
    try:
        claimant(store, actor, institution_id)
    except (NotFound, Forbidden):
        return False
    return True


# What others said -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """One claim about us that waits for our word, or has it."""

    claim: Claim
    partner: Entry
    answer: Claim | None


def questions(store: Store, actor: Actor, own: Entry) -> list[Question]:
    """What others say about `own` now, unanswered first, longest waiting first."""
    reach = scope(actor, Permission.CLAIM_READ)
    voices = claims.voices(own.id, claims.of_institution(store, reach, own.id))
    said = [voice for voice in voices if voice.theirs and voice.theirs.stance is not Stance.WITHDRAWN]
    names = (
        directory.entries(store, Scope(everything=True), [voice.partner_id for voice in said]) if said else {}
    )
    found = []
    for voice in said:
        answer = voice.own if voice.own and voice.own.stance is not Stance.WITHDRAWN else None
        if voice.theirs and voice.partner_id in names:
            found.append(Question(voice.theirs, names[voice.partner_id], answer))
    return sorted(found, key=lambda each: (each.answer is not None, each.claim.stated_on, each.claim.id))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The reply to one question: `yes`, `corrected`, `no`, `other_unit`, or for a denial `agree`, `exists`."""

    claim_id: str
    choice: str
    corrections: Mapping[str, object]
    note: str = ""


def claim_from_answer(actor: Actor, own_id: str, question: Question, answer: Answer) -> Claim:
    """The claim our side makes by answering. Raises Invalid for a choice that does not fit the question."""
    theirs = question.claim
    copied = Statement(
        stance=Stance.COOPERATES,
        forms=theirs.forms,
        basis=theirs.basis,
        frequency=theirs.frequency,
        intensity=theirs.intensity,
        valid_from=theirs.valid_from,
        valid_to=theirs.valid_to,
        last_activity=theirs.last_activity,
    )
    choice = answer.choice
    if choice == "yes" and theirs.stance is Stance.COOPERATES:
        statement = copied
    elif choice == "corrected" and theirs.stance is Stance.COOPERATES:
        statement = replace(copied, **dict(answer.corrections))  # type: ignore[arg-type]
    elif choice in ("no", "agree"):
        statement = Statement(stance=Stance.DOES_NOT_COOPERATE)
    elif choice == "exists":
        statement = Statement(stance=Stance.COOPERATES)
    elif choice == "other_unit":
        statement = Statement(stance=Stance.NOT_APPLICABLE, note=answer.note)
    else:
        raise Invalid(N_("Choose one of the answers."), field=f"answer-{theirs.id}")
    statement.check()
    return claim_of(actor, own_id, theirs.claimant_id, theirs.area, statement)


def answer_all(
    store: Store,
    actor: Actor,
    own: Entry,
    answers: Sequence[Answer],
    *,
    invitation_id: str = "",
    draft_key: str = "",
) -> list[Claim]:
    """Record the answers together; a link is used up in the same transaction.

    Raises Gone when the link is no longer open, Conflict when our side stated something else meanwhile.
    """
    asked = {each.claim.id: each for each in questions(store, actor, own)}
    made: list[tuple[Claim, str | None]] = []
    for answer in answers:
        question = asked.get(answer.claim_id)
        if question is None:
            raise Invalid(N_("One of the statements has changed since. Read it again and answer."))
        seen = question.answer.id if question.answer else None
        made.append((claim_from_answer(actor, own.id, question, answer), seen))
    change_claims(store, _answer, actor, made, invitation_id, draft_key, now())
    return [claim for claim, _ in made]


def _answer(
    tx: Tx,
    actor: Actor,
    made: Sequence[tuple[Claim, str | None]],
    invitation_id: str,
    draft_key: str,
    at: datetime,
) -> None:
    if invitation_id and not tx.run(claims.EXISTING, id=made[0][0].id if made else ""):
        invitations.use(tx, actor, invitation_id, at)
    claims.state_all(tx, actor, made)
    if draft_key:
        drafts.drop(tx, draft_key)


def ask(store: Store, actor: Actor, institution_id: str, claim_ids: Sequence[str] = ()) -> tuple[str, str]:
    """A one-time link by which an institution answers what others said. Returns (invitation id, token).

    The actor must be able to see the institution; national bodies may be asked by any consultant.
    """
    require(actor, Permission.INVITE, voivodeship=actor.voivodeships[0] if actor.voivodeships else "")
    directory.entry(store, scope(actor, Permission.INSTITUTION_READ), institution_id)
    invitation_id, token = str(uuid4()), invitations.new_token()
    store.change(
        invitations.create,
        actor,
        id=invitation_id,
        token=token,
        institution_id=institution_id,
        purpose="claims",
        at=now(),
        claim_ids=tuple(claim_ids),
    )
    return invitation_id, token


def revoke(store: Store, actor: Actor, institution_id: str, invitation_id: str) -> None:
    """Close an open link of an institution the actor may invite."""
    entry = directory.entry(store, scope(actor, Permission.INSTITUTION_READ), institution_id)
    known = {each.id for each in invitations.of_institutions(store, Scope(everything=True), [entry.id])}
    if invitation_id not in known:
        raise NotFound(invitation_id)
    store.change(invitations.revoke, actor, scope(actor, Permission.INVITE), invitation_id, now())
