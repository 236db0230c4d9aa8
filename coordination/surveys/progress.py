"""How far a survey is: what is left in each section, and answers taken over from an earlier round. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from coordination.surveys.answers import problem
from coordination.surveys.conditions import meant_for, shown
from coordination.surveys.model import Answer, Dimension, Item, Kind, Questionnaire

# Somebody may have nothing to write; everything else wants an answer, be it "not applicable" or "don't know".
OPTIONAL = frozenset({Kind.LINE, Kind.TEXT, Kind.LINK})


class SectionState(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"  # several people may share it
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"  # nothing of it is asked of the type


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One dimension as a section to fill in.

    Attributes
    ----------
    items
        The items shown now, in order; conditions may add to them.
    answered
        How many of the items that want an answer have one; `wanted` is how many these are.
    missing
        Those without, in order: what keeps the section from being done. Copied answers that nobody confirmed are
        among them.
    to_confirm
        Ids of shown items whose answer was copied and not confirmed.
    """

    dimension: Dimension
    state: SectionState
    items: tuple[Item, ...]
    wanted: int
    missing: tuple[Item, ...]
    to_confirm: tuple[str, ...]

    @property
    def answered(self) -> int:
        return self.wanted - len(self.missing)


def sections(
    questionnaire: Questionnaire, institution_type: str, answers: Mapping[str, Answer]
) -> tuple[Section, ...]:
    """The sections of a survey in the order of the questionnaire."""
    return tuple(_sections(questionnaire, institution_type, answers))


def _sections(
    questionnaire: Questionnaire, institution_type: str, answers: Mapping[str, Answer]
) -> Iterator[Section]:
    there = shown(questionnaire, institution_type, answers)
    for dimension in questionnaire.dimensions:
        items = tuple(item for item in there if item.dimension == dimension.id)
        wanted = [item for item in items if item.kind not in OPTIONAL]
        missing = tuple(item for item in wanted if item.id not in answers or answers[item.id].copied)
        if not items:
            state = SectionState.NOT_APPLICABLE
        elif not any(item.id in answers for item in items):
            state = SectionState.NOT_STARTED
        else:
            state = SectionState.IN_PROGRESS if missing else SectionState.DONE
        yield Section(
            dimension=dimension,
            state=state,
            items=items,
            wanted=len(wanted),
            missing=missing,
            to_confirm=tuple(item.id for item in items if item.id in answers and answers[item.id].copied),
        )


def ready(found: tuple[Section, ...]) -> bool:
    """Whether nothing that wants an answer is without one."""
    return not any(section.missing for section in found)


def next_section(found: tuple[Section, ...]) -> Section | None:
    """The first section that is not finished: where "continue" leads."""
    return next((section for section in found if section.missing), None)


def taken_over(
    questionnaire: Questionnaire, institution_type: str, earlier: Mapping[str, Answer]
) -> dict[str, Answer]:
    """Answers of an earlier round as a start for this one: each is marked as copied and counts once confirmed.

    Only items that are asked of the type in this version, and answers that are still answers to them; an answer that
    was itself only copied then is left behind.
    """
    return {
        item.id: replace(earlier[item.id], copied=True)
        for item in meant_for(questionnaire, institution_type)
        if item.id in earlier and not earlier[item.id].copied and problem(item, earlier[item.id]) is None
    }


def confirmed(answer: Answer) -> Answer:
    """A copied answer that somebody says is still true."""
    return replace(answer, copied=False)
