"""Passing sections on, passing the whole on for approval, and handing it in. No Flask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import uuid4

from coordination.clock import WARSAW, now
from coordination.errors import Conflict, Invalid, NotFound
from coordination.graph import letters, submissions, survey_links
from coordination.graph.responses import Record
from coordination.graph.rounds import Round
from coordination.graph.store import Store, Tx
from coordination.graph.submissions import Submission
from coordination.graph.survey_links import SurveyLink
from coordination.i18n import N_
from coordination.permissions import Actor
from coordination.readiness.answering.service import Paper, paper, passes_on

LINK_DAYS = timedelta(days=60)  # after the date of a round; what was handed in can still be looked at

CHOOSE_SECTIONS = N_("Choose at least one section.")
STILL_MISSING = N_("Not handed in: some questions have no answer yet. They are listed below.")
UNWANTED = N_("the institution asked not to be reminded")  # kept as it is here, told in the reader's language
CHANGED_SINCE = N_("Somebody saved an answer meanwhile. Check the answers again, then hand in.")


def link_until(held: Round) -> datetime:
    """Until when links into a round work."""
    return datetime.combine(held.closes_on + LINK_DAYS, time(23, 59), WARSAW)


def whole(found: Paper) -> Paper:
    """The paper, where the whole is theirs; NotFound for whoever holds only some of its sections."""
    if not found.desk.whole:
        raise NotFound(found.id)
    return found


def pass_on(
    store: Store, actor: Actor, found: Paper, secret: str, sections: Sequence[str], to_function: str
) -> str:
    """A link to some sections for another function or department of the institution. Returns its id.

    Raises Invalid when no section was chosen and Conflict where nothing can be answered any more.
    """
    whole(found)
    known = [each.dimension.id for each in found.sections if each.dimension.id in set(sections)]
    if not known:
        raise Invalid(CHOOSE_SECTIONS, field="sections")
    if not found.desk.writable:
        raise Conflict(found.id)
    id = str(uuid4())
    store.change(
        survey_links.create,
        actor,
        id=id,
        secret=secret,
        response_id=found.id,
        at=now(),
        expires_at=link_until(found.desk.round),
        sections=known,
        to_function=to_function,
    )
    return id


def passed_on(store: Store, found: Paper) -> list[SurveyLink]:
    """Links made within the institution, the newest first, ended ones too."""
    return [each for each in survey_links.of_response(store, whole(found).id) if passes_on(each)]


def one_link(store: Store, found: Paper, link_id: str) -> SurveyLink:
    """A link made within the institution. Raises NotFound for any other, the invitation included."""
    for each in passed_on(store, found):
        if each.id == link_id:
            return each
    raise NotFound(link_id)


def revoke(store: Store, actor: Actor, found: Paper, link_id: str) -> None:
    """End such a link; who holds it is out at once."""
    store.change(survey_links.revoke, actor, found.id, one_link(store, found, link_id).id, now())


def remind(store: Store, actor: Actor, found: Paper, wanted: bool) -> None:
    """Let the institution itself end its reminders, or ask for them again. Raises Conflict where none comes anyway."""
    if not whole(found).desk.writable:
        raise Conflict(found.id)
    store.change(letters.stop, actor, found.id, "" if wanted else UNWANTED, now())


def ask_to_sign(store: Store, actor: Actor, found: Paper, secret: str, to_function: str) -> str:
    """Pass the whole on to the function that approves it: a link to check and hand in. Returns the link's id.

    Raises Invalid while answers are missing and Conflict when the response moved on meanwhile.
    """
    _complete(found)
    id, at = str(uuid4()), now()
    store.change(_ask_to_sign, actor, found.desk.record, id, secret, to_function, at, link_until(found.desk.round))
    return id


def _ask_to_sign(
    tx: Tx, actor: Actor, record: Record, id: str, secret: str, to_function: str, at: datetime, until: datetime
) -> None:
    submissions.ask_to_sign(tx, actor, record, at)
    survey_links.create(
        tx,
        actor,
        id=id,
        secret=secret,
        response_id=record.id,
        at=at,
        expires_at=until,
        role="sign",
        to_function=to_function,
    )


def hand_in(store: Store, actor: Actor, found: Paper, signed_by: str, checked: str) -> Submission | None:
    """Hand in what is saved. Of two clicks at once one hands in, and the other finds it done: None.

    Parameters
    ----------
    checked
        `stamp` of the answers that were checked.

    Raises
    ------
    Invalid
        While answers are missing, or when somebody saved one since they were checked.
    Conflict
        When the response moved on in another way, as when its round was closed.
    """
    if whole(found).desk.record.handed_in:
        return None
    _complete(found)
    if checked != stamp(found):
        raise Invalid(CHANGED_SINCE)
    desk = found.desk
    try:
        return store.change(
            submissions.submit, actor, desk.record, now(), signed_by=signed_by, on_behalf=desk.on_behalf
        )
    except Conflict:
        again = paper(store, actor, found.id, desk.link.id if desk.link else "")
        if again.desk.record.handed_in:
            return None
        raise


def stamp(found: Paper) -> str:
    """Which answers were before somebody's eyes: the sum of their savings."""
    return str(sum(each.edition for each in found.kept.values()))


def _complete(found: Paper) -> None:
    whole(found)
    if not found.ready:
        raise Invalid(STILL_MISSING)
    if not found.desk.writable and not found.desk.record.handed_in:
        raise Conflict(found.id)
