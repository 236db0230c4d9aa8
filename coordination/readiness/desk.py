"""Who sits before which response, and what they may do there: an account, a link, or a consultant on behalf. No Flask."""

from __future__ import annotations

from dataclasses import dataclass

from coordination.clock import now
from coordination.errors import NotFound
from coordination.graph import questionnaires, responses, rounds, survey_links
from coordination.graph.responses import Record
from coordination.graph.rounds import Round
from coordination.graph.store import Store
from coordination.graph.survey_links import SurveyLink
from coordination.permissions import Actor, Permission, Role, Scope, require, scope
from coordination.surveys.model import Dimension, Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One response opened for answering.

    Attributes
    ----------
    sections
        The dimensions this person may fill in: all, or those a link was made for.
    link
        The link they came by; None for an account.
    on_behalf
        A consultant answers for the institution, and every answer says so.
    by
        The function or department shown beside what they save.
    """

    record: Record
    round: Round
    questionnaire: Questionnaire
    sections: tuple[Dimension, ...]
    link: SurveyLink | None
    on_behalf: bool
    by: str

    @property
    def whole(self) -> bool:
        """Whether all sections are theirs: only then may they check, pass on, sign and see the result."""
        return self.link is None or not self.link.sections

    @property
    def writable(self) -> bool:
        return self.record.writable and self.round.state == "open"

    def section(self, dimension_id: str) -> Dimension:
        """One of their sections. Raises NotFound for any other."""
        for each in self.sections:
            if each.id == dimension_id:
                return each
        raise NotFound(dimension_id)


def reached(store: Store, actor: Actor, permission: Permission, response_id: str) -> Record:
    """A response on which the actor may do what `permission` says. Raises NotFound for any other."""
    found = responses.one(store, scope(actor, permission), response_id)
    require(
        actor,
        permission,
        institution_id=found.institution_id,
        covers=found.voivodeships,
        national=found.national,
    )
    return found


def enter(store: Store, actor: Actor, response_id: str, link_id: str = "") -> Desk:
    """Open a response for answering. Raises NotFound for one that is not theirs and Gone for a link that ended."""
    record = reached(store, actor, Permission.SURVEY_ANSWER, response_id)
    link = None
    if actor.role is Role.GUEST:
        link = survey_links.by_id(store, link_id, now())
        if link.response_id != record.id:
            raise NotFound(response_id)
    # Whoever may answer may see what round it is for, be it a voivodeship's or the country's.
    held = rounds.one(store, Scope(everything=True), record.round_id)
    found = questionnaires.load(store, held.questionnaire_id)
    return Desk(
        record=record,
        round=held,
        questionnaire=found,
        sections=tuple(each for each in found.dimensions if link is None or link.opens(each.id)),
        link=link,
        on_behalf=actor.role is Role.CONSULTANT,
        by=link.to_function if link and link.to_function else actor.label,
    )
