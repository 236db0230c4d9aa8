"""Results of rounds: submissions scored, a voivodeship's and the country's, units, change, means of others. No Flask.

Results come from what was handed in, never from answers that are still being written. A submission is frozen, so it
is scored once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from coordination.errors import Invalid, NotFound
from coordination.graph import handed, questionnaires, responses, rounds, submissions
from coordination.graph.model import InstitutionType
from coordination.graph.responses import Record
from coordination.graph.rounds import Round
from coordination.graph.store import Store
from coordination.graph.submissions import Submission
from coordination.i18n import polish_key
from coordination.permissions import Scope
from coordination.readiness.sheet import NamedHelper
from coordination.surveys.advice import first_steps, helpers
from coordination.surveys.benchmarks import NOTHING, Benchmark, Group, benchmarks
from coordination.surveys.change import Change, change
from coordination.surveys.model import Answer, Questionnaire, Response
from coordination.surveys.overview import Asked
from coordination.surveys.scoring import Result, score
from coordination.surveys.units import RollUp, roll_up

EVERYTHING = Scope(everything=True)
KEPT = 2048  # responses with their results: some rounds of the whole country

_Key = tuple[str, int, datetime]
_kept: OrderedDict[_Key, tuple[Questionnaire, Response, Result]] = OrderedDict()


def response_of(questionnaire: Questionnaire, found: Submission) -> Response:
    """A submission as what the scoring reads."""
    return _response(questionnaire, found, found.answers)[1]


def scored(questionnaire: Questionnaire, found: Submission) -> Result:
    """The result of a submission, worked out once: it never changes."""
    known = _known(questionnaire, (found.response_id, found.number, found.at))
    return known[1] if known else _keep(questionnaire, _response(questionnaire, found, found.answers))[1]


def _known(questionnaire: Questionnaire, key: _Key) -> tuple[Response, Result] | None:
    found = _kept.get(key)
    return found[1:] if found is not None and found[0] is questionnaire else None


class _Frozen(Protocol):
    """What a submission says of itself, with or without its answers."""

    @property
    def response_id(self) -> str: ...
    @property
    def institution_id(self) -> str: ...
    @property
    def institution_type(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def on_behalf(self) -> bool: ...


def _response(questionnaire: Questionnaire, found: _Frozen, answers: Mapping[str, Answer]) -> tuple[_Key, Response]:
    response = Response(
        id=found.response_id,
        institution_id=found.institution_id,
        institution_type=found.institution_type,
        version=questionnaire.version,
        answers=answers,
        completed_on=found.at.date(),
        on_behalf=found.on_behalf,
    )
    return (found.response_id, found.number, found.at), response


def _keep(questionnaire: Questionnaire, made: tuple[_Key, Response]) -> tuple[Response, Result]:
    key, response = made
    result = score(questionnaire, response)
    _kept[key] = (questionnaire, response, result)
    while len(_kept) > KEPT:
        try:
            _kept.popitem(last=False)
        except KeyError:  # another thread took the last one
            break
    return response, result


def _handed(store: Store, scope: Scope, held: Round, questionnaire: Questionnaire) -> dict[str, tuple[Response, Result]]:
    """The last submission of each response of a round, scored, by response id. Known ones are not read again."""
    found, fresh = {}, []
    for head in handed.heads(store, scope, held.id):
        known = _known(questionnaire, (head.response_id, head.number, head.at))
        if known:
            found[head.response_id] = known
        else:
            fresh.append(head)
    texts = handed.answers(store, [head.id for head in fresh]) if fresh else {}
    for head in fresh:
        found[head.response_id] = _keep(questionnaire, _response(questionnaire, head, texts[head.id]))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One institution asked in a round, and what it handed in last; None where it has not."""

    record: Record
    response: Response | None
    result: Result | None

    @property
    def id(self) -> str:
        return self.record.institution_id

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def asked(self) -> Asked:
        """As overview.py counts: a national body belongs to the country, not to one of its 16 parts."""
        return Asked(
            institution_id=self.id,
            type=self.record.institution_type,
            voivodeships=() if self.record.national else self.record.voivodeships,
            result=self.result,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A round within a scope: its institutions in Polish order."""

    round: Round
    questionnaire: Questionnaire
    lines: tuple[Line, ...]

    @property
    def asked(self) -> tuple[Asked, ...]:
        return tuple(line.asked for line in self.lines)

    @property
    def answered(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.result is not None)

    @property
    def silent(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.result is None)

    def within(self, keep: Callable[[Record], bool]) -> Answers:
        return Answers(
            round=self.round,
            questionnaire=self.questionnaire,
            lines=tuple(line for line in self.lines if keep(line.record)),
        )

    def responses(self) -> list[tuple[Response, Result]]:
        """What was handed in, with its results."""
        return [
            (line.response, line.result)
            for line in self.lines
            if line.response is not None and line.result is not None
        ]


def of_round(store: Store, scope: Scope, held: Round) -> Answers:
    """Everybody asked in a round within the scope, and their results. Time O(responses x items) the first time."""
    questionnaire = questionnaires.load(store, held.questionnaire_id)
    given = _handed(store, scope, held, questionnaire)
    lines = []
    for record in responses.of_round(store, scope, held.id):
        response, result = given.get(record.id, (None, None))
        lines.append(Line(record=record, response=response, result=result))
    lines.sort(key=lambda line: (polish_key(line.name), line.id))
    return Answers(round=held, questionnaire=questionnaire, lines=tuple(lines))


def in_voivodeship(found: Answers, teryt: str) -> Answers:
    """The institutions that act in a voivodeship, without national bodies: these are the country's."""
    return found.within(lambda record: not record.national and teryt in record.voivodeships)


def national_bodies(found: Answers) -> Answers:
    return found.within(lambda record: record.national)


def shown_rounds(store: Store, scope: Scope, voivodeship: str | None) -> list[Round]:
    """Rounds that have begun, the newest first: the country's and, with a voivodeship, also its own."""
    places = {"", voivodeship or ""}
    return [
        each for each in rounds.listed(store, scope) if each.state != "draft" and each.voivodeship in places
    ]


def chosen_round(found: Iterable[Round], asked: str, answers: Callable[[Round], Answers]) -> Answers | None:
    """The round asked for, otherwise the newest with answers, otherwise the newest; None where there is none.

    Raises NotFound where `asked` names none of them.
    """
    found = list(found)
    if asked:
        for each in found:
            if each.id == asked:
                return answers(each)
        raise NotFound(asked)
    newest = None
    for each in found:
        there = answers(each)
        if there.answered:
            return there
        newest = newest or there
    return newest


# --- one institution


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What one response handed in, and the round it belongs to."""

    round: Round
    record: Record
    submission: Submission
    questionnaire: Questionnaire
    result: Result


def of_institution(store: Store, scope: Scope, institution_id: str) -> list[Own]:
    """Results of an institution within the scope, the newest round first."""
    found = []
    for record in responses.of_institution(store, scope, institution_id):
        given = submissions.submissions(store, scope, record.id)
        if given:
            # Whoever may read the response may see what round it is of.
            held = rounds.one(store, EVERYTHING, record.round_id)
            questionnaire = questionnaires.load(store, held.questionnaire_id)
            result = scored(questionnaire, given[0])
            found.append(
                Own(
                    round=held,
                    record=record,
                    submission=given[0],
                    questionnaire=questionnaire,
                    result=result,
                )
            )
    return sorted(found, key=lambda own: (own.round.opens_on, own.submission.at), reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The change since an earlier round; `refused` says why there is none where the two are not comparable."""

    round_title: str
    change: Change | None
    refused: Invalid | None = None


def compared(store: Store, own: Own) -> Compared | None:
    """The change since the institution's last submission to an earlier round, over items with the same id.

    None where there is no earlier one.
    """
    earlier = submissions.earlier(store, own.record, own.questionnaire.id, own.submission.at)
    if earlier is None:
        return None
    before = scored(questionnaires.load(store, earlier.questionnaire_id), earlier.submission)
    try:
        return Compared(round_title=earlier.round_title, change=change(before, own.result))
    except Invalid as refused:
        return Compared(round_title=earlier.round_title, change=None, refused=refused)


def others(found: Answers, institution_id: str, types: Mapping[str, InstitutionType]) -> Benchmark:
    """Means of the other institutions of the same type and level, from five of them up.

    `found` is the round everywhere: means of the type are the country's. The institution itself is left out, so that
    it cannot take its own score away from a mean of five and keep that of four.
    """

    def group(record: Record) -> Group:
        kind = types.get(record.institution_type)
        return Group(record.institution_type, kind.level if kind else "")

    own = next((line.record for line in found.lines if line.id == institution_id), None)
    if own is None:
        return NOTHING
    means = benchmarks(
        (line.id, group(line.record), line.result)
        for line in found.lines
        if line.result is not None and line.id != institution_id
    )
    return means.get(group(own), NOTHING)


def who_can_help(
    found: Answers, own: Record, result: Result, reach: Scope = EVERYTHING
) -> dict[str, list[NamedHelper]]:
    """For each of the first steps, who shares a voivodeship, is strong there and has offered help; by name.

    `reach` is the reader's over results: a consultant is told of those in the own voivodeship alone.
    """

    def near(record: Record) -> bool:
        shares = own.national or bool(set(record.voivodeships) & set(own.voivodeships))
        seen = not reach.voivodeships or bool(set(record.voivodeships) & set(reach.voivodeships))
        return record.national or (shares and seen)

    there = found.within(near)
    names = {line.id: line.name for line in there.lines}
    told = {}
    for step in first_steps(result):
        helping = helpers(step.item.id, there.responses(), without=own.institution_id)
        told[step.item.id] = sorted(
            (
                NamedHelper(institution_id=one.institution_id, name=names[one.institution_id], offer=one.offer)
                for one in helping
            ),
            key=lambda one: polish_key(one.name),
        )
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """The units of an institution in a round: their roll-up and who is silent."""

    roll_up: RollUp
    names: Mapping[str, str]
    silent: tuple[Line, ...]


def units(store: Store, scope: Scope, own: Own) -> Units | None:
    """The subordinate, field and related units asked in the same round beside their parent; None where none was.

    `scope` is the reader's over the parent. A parent itself sees all its units.
    """
    reach = EVERYTHING if scope.institution_id == own.record.institution_id else scope
    ids = handed.units(store, reach, own.record.institution_id)
    if not ids:
        return None
    found = of_round(store, reach, own.round).within(lambda record: record.institution_id in ids)
    if not found.lines:
        return None
    results = {line.id: line.result for line in found.lines if line.result is not None}
    return Units(
        roll_up=roll_up(own.result, results, asked=len(found.lines)),
        names={line.id: line.name for line in found.lines},
        silent=found.silent,
    )
