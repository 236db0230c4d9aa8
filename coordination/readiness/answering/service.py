"""Filling in a self-assessment: what stands, saving it item by item, taking over last round's answers. No Flask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from coordination.clock import now, today
from coordination.errors import Conflict
from coordination.graph import responses, submissions, survey_links
from coordination.graph.responses import Change, Kept, State
from coordination.graph.store import Store
from coordination.graph.submissions import Earlier
from coordination.graph.survey_links import SurveyLink
from coordination.i18n import Translator
from coordination.permissions import Actor
from coordination.readiness.answering import posted
from coordination.readiness.answering.posted import Form, Posted, Trouble, Typed, mark_of
from coordination.readiness.desk import Desk, enter
from coordination.surveys.conditions import meant_for
from coordination.surveys.model import Answer, Dimension, Item
from coordination.surveys.progress import Section, SectionState, confirmed, ready, sections, taken_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A response on the desk, with what is answered so far.

    Attributes
    ----------
    kept
        Answers by item id, cleared ones included.
    sections
        All sections of the response, also those a link does not open: what is missing there is nobody's secret to
        whoever may hand in, and never shown to others.
    links
        The open links by which sections were passed on, or the whole for approval.
    """

    desk: Desk
    kept: Mapping[str, Kept]
    sections: tuple[Section, ...]
    links: tuple[SurveyLink, ...] = ()

    @property
    def id(self) -> str:
        return self.desk.record.id

    @property
    def own(self) -> tuple[Section, ...]:
        """The sections this person may fill in."""
        theirs = {each.id for each in self.desk.sections}
        return tuple(each for each in self.sections if each.dimension.id in theirs)

    @property
    def ready(self) -> bool:
        return ready(self.sections)

    @property
    def late(self) -> bool:
        """Whether the date has passed and answers are still taken."""
        return self.desk.writable and today() > self.desk.round.closes_on

    @property
    def closed(self) -> bool:
        return self.desk.round.state == "closed"

    @property
    def due(self) -> date:
        return self.desk.round.closes_on

    def section(self, dimension_id: str) -> Section:
        """One of their sections. Raises NotFound for any other."""
        self.desk.section(dimension_id)
        return next(each for each in self.sections if each.dimension.id == dimension_id)

    def items(self, dimension_id: str) -> tuple[Item, ...]:
        """What may be asked in a section of this type of institution, conditions aside."""
        meant = meant_for(self.desk.questionnaire, self.desk.record.institution_type)
        return tuple(item for item in meant if item.dimension == dimension_id)

    def passed_to(self, dimension_id: str) -> str:
        """The function or department a section was last passed on to, or ""."""
        return next((each.to_function for each in self.links if dimension_id in each.sections), "")

    def after(self, dimension_id: str) -> Section | None:
        """The next of their sections in which something is asked."""
        own = self.own
        place = next(number for number, each in enumerate(own) if each.dimension.id == dimension_id)
        return next((each for each in own[place + 1 :] if each.state is not SectionState.NOT_APPLICABLE), None)

    def commented(self, dimension: Dimension) -> int:
        """How many comments of the consultant stand in a section."""
        by_id = self.desk.questionnaire.by_id
        return sum(id in by_id and by_id[id].dimension == dimension.id for id in self.desk.record.comments)

    @property
    def missing(self) -> tuple[Item, ...]:
        """What wants an answer and has none, in all sections."""
        return tuple(item for each in self.sections for item in each.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One item as the page shows it."""

    item: Item
    shown: bool
    typed: Typed
    edition: int
    was: str
    copied: bool = False
    answered: bool = False
    comment: str = ""
    before: Answer | None = None
    troubles: tuple[Trouble, ...] = ()
    theirs: Kept | None = None

    def wrong(self, part: str) -> tuple[Trouble, ...]:
        return tuple(each for each in self.troubles if each.part == part)

    @property
    def notes_open(self) -> bool:
        """Whether evidence and comment are unfolded: filled, or refused."""
        wrong = any(each.part in posted.NOTES for each in self.troubles)
        return bool(self.typed.evidence or self.typed.comment or wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a saving did; `paper` is how things stand after it.

    `refused`: the response was handed in, or its round closed, so nothing was saved.
    """

    paper: Paper
    sent: Sequence[Posted]
    editions: Mapping[str, int] = field(default_factory=dict)
    conflicts: Mapping[str, Kept] = field(default_factory=dict)
    refused: bool = False

    @property
    def troubles(self) -> list[tuple[str, Trouble]]:
        return [(each.item.id, trouble) for each in self.sent for trouble in each.troubles]

    @property
    def complete(self) -> bool:
        return not (self.refused or self.conflicts or self.troubles)


def paper(store: Store, actor: Actor, response_id: str, link_id: str = "", *, saving: bool = False) -> Paper:
    """A response with its answers. Raises NotFound and Gone as `desk.enter` does.

    The first look of the institution itself is noted; a consultant's is not. `saving`: who only saves an answer is
    not shown to whom sections were passed on, so it is not asked for.
    """
    desk = enter(store, actor, response_id, link_id)
    if desk.record.state is State.INVITED and desk.writable and not desk.on_behalf:
        store.change(responses.open_first, actor, desk.record.id, now())
        desk = enter(store, actor, response_id, link_id)
    return _lay_out(store, desk, saving)


def _lay_out(store: Store, desk: Desk, saving: bool = False) -> Paper:
    kept = responses.answers(store, desk.record.id)
    found = Paper(desk=desk, kept=kept, sections=_sections(desk, kept))
    return found if saving else with_links(store, found)


def with_links(store: Store, found: Paper) -> Paper:
    """The same, with the open links by which sections were passed on."""
    at = now()
    links = survey_links.of_response(store, found.id)
    return replace(found, links=tuple(each for each in links if passes_on(each) and each.open(at)))


def _sections(desk: Desk, kept: Mapping[str, Kept]) -> tuple[Section, ...]:
    return sections(desk.questionnaire, desk.record.institution_type, responses.given(kept))


def passes_on(link: SurveyLink) -> bool:
    """Whether a link was made within the institution, and is not the invitation to the whole."""
    return bool(link.sections) or link.role == "sign"


def earlier(store: Store, found: Paper) -> Earlier | None:
    """What the institution handed in to the round before."""
    record = found.desk.record
    before = record.invited_at or now()
    return submissions.earlier(store, record, found.desk.questionnaire.id, before)


def save(
    store: Store, actor: Actor, found: Paper, dimension_id: str, form: Form, tr: Translator, *, clear: str = ""
) -> Outcome:
    """Save what was sent for one section: every answer that can be, each over the edition its writer saw.

    Parameters
    ----------
    clear
        Id of an item whose answer is taken away.
    """
    found.section(dimension_id)
    sent = [
        replace(each, troubles=()) if each.item.id == clear else each
        for each in posted.read_all(found.items(dimension_id), form, dict(found.kept), tr)
    ]
    changes = [change for each in sent if (change := _change(each, found.kept.get(each.item.id), clear))]
    desk = found.desk
    if not desk.writable:
        return Outcome(paper=found, sent=sent, refused=True)
    if not changes:
        return Outcome(paper=found, sent=sent)
    at = now()
    try:
        saved = store.change(responses.save, actor, desk.record.id, changes, at, by=desk.by, on_behalf=desk.on_behalf)
    except Conflict:
        again = enter(store, actor, desk.record.id, desk.link.id if desk.link else "")
        return Outcome(paper=_lay_out(store, again), sent=sent, refused=True)
    if saved.editions:
        state = State.RETURNED if desk.record.state is State.RETURNED else State.IN_PROGRESS
        desk = replace(desk, record=replace(desk.record, state=state, saved_at=at, saved_by=desk.by))
    # What this saving found and wrote, laid over what was read: the answers are not read a second time.
    given = {each.item_id: each.answer for each in changes}
    wrote = {
        id: Kept(answer=given[id], edition=edition, saved_at=at, saved_by=desk.by)
        for id, edition in saved.editions.items()
    }
    kept = {**found.kept, **wrote, **saved.conflicts}
    after = replace(found, desk=desk, kept=kept, sections=_sections(desk, kept))
    return Outcome(paper=after, sent=sent, editions=saved.editions, conflicts=saved.conflicts)


def _change(sent: Posted, stands: Kept | None, clear: str) -> Change | None:
    if sent.item.id == clear:
        return Change(item_id=clear, answer=None, seen=sent.seen)
    if sent.touched:
        return Change(item_id=sent.item.id, answer=sent.answer, seen=sent.seen) if sent.savable else None
    if sent.confirm and stands and stands.answer and stands.answer.copied:
        return Change(item_id=sent.item.id, answer=confirmed(stands.answer), seen=sent.seen)
    return None


def take_over(store: Store, actor: Actor, found: Paper, dimension_id: str) -> int:
    """Copy last round's answers into what is still empty in a section; each counts once it is confirmed.

    Returns how many were copied. Raises Conflict where nothing can be answered any more.
    """
    last, desk = earlier(store, found), found.desk
    found.section(dimension_id)
    if last is None:
        return 0
    copies = taken_over(desk.questionnaire, desk.record.institution_type, last.submission.answers)
    empty = {item.id for item in found.items(dimension_id)} - responses.given(found.kept).keys()
    changes = [
        Change(item_id=id, answer=copy, seen=found.kept[id].edition if id in found.kept else 0)
        for id, copy in copies.items()
        if id in empty
    ]
    if not changes:
        return 0
    saved = store.change(
        responses.save, actor, desk.record.id, changes, now(), by=desk.by, on_behalf=desk.on_behalf
    )
    return len(saved.editions)


def lay(
    found: Paper, dimension_id: str, last: Earlier | None, lang: str, outcome: Outcome | None = None
) -> list[Shown]:
    """The items of a section as the page shows them; after a saving, what could not be kept stays as it was typed."""
    there = {item.id for item in found.section(dimension_id).items}
    sent = {each.item.id: each for each in outcome.sent} if outcome else {}
    comments = found.desk.record.comments
    laid = []
    for item in found.items(dimension_id):
        stands, wrote = found.kept.get(item.id), sent.get(item.id)
        answer = stands.answer if stands else None
        theirs = outcome.conflicts.get(item.id) if outcome else None
        again = wrote if wrote and outcome and (wrote.troubles or theirs or outcome.refused) else None
        laid.append(
            Shown(
                item=item,
                shown=item.id in there,
                typed=again.typed if again else posted.typed(item, answer, lang),
                # Who has not chosen yet still has before their eyes what they had.
                edition=again.seen if again and theirs else stands.edition if stands else 0,
                was=mark_of(answer),
                copied=bool(answer and answer.copied),
                answered=answer is not None,
                comment=comments.get(item.id, ""),
                before=last.submission.answers.get(item.id) if last else None,
                troubles=again.troubles if again else (),
                theirs=theirs,
            )
        )
    return laid
