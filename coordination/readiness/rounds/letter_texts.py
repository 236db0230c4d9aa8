"""What letters say before anybody edits them. Always in Polish: they go to institutions, whoever prepares them. No Flask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from coordination.graph.letters import PLACE, Kind
from coordination.graph.rounds import Round
from coordination.i18n import long_date, nN_, translator
from coordination.permissions import Actor, Role
from coordination.surveys.model import Questionnaire

LANGUAGE = "pl"
_tr = translator(LANGUAGE)


def text(
    kind: Kind,
    held: Round,
    questionnaire: Questionnaire,
    actor: Actor,
    today: date,
    *,
    note: str = "",
    comments: int = 0,
) -> tuple[str, str]:
    """Subject and body of a letter of a kind; the body holds PLACE once, on a line of its own.

    Parameters
    ----------
    note
        The reason of a reopening, or what was written to the returned answers as a whole.
    comments
        How many answers carry a comment.
    """
    _ = _tr._
    subject, parts = _TEXTS[kind](held, questionnaire, today, comments)
    end = _(
        "The link is meant for this institution alone and needs no account. Whoever holds it can answer for the"
        " institution, so it is not to be passed on outside. Single sections can be passed on from the page itself."
    )
    closing = _("Data of persons and descriptions of cases are not to be entered.")
    said = [note] if note else []
    return subject, "\n\n".join([*parts[:1], *said, *parts[1:], PLACE, end, closing, _signed(actor)])


def _signed(actor: Actor) -> str:
    if actor.role is Role.OPERATOR:
        return _tr._("Coordination, the platform against trafficking in human beings")
    return actor.label


def _until(held: Round) -> str:
    return long_date(held.closes_on, LANGUAGE)


def _invitation(
    held: Round, questionnaire: Questionnaire, today: date, comments: int
) -> tuple[str, list[str]]:
    _ = _tr._
    return _("Self-assessment of readiness: %(title)s", title=held.title), [
        _(
            "The institution is asked for its self-assessment “%(title)s”. It is not an inspection: it shows the"
            " institution what it is ready for, and what would help it.",
            title=held.title,
        ),
        *([held.note] if held.note else []),
        _tr.n(
            *nN_(
                "It takes about %(num)s minute. Answers are saved as they are given: the work can be left and finished on"
                " another computer, by several people. The last day is %(day)s.",
                "It takes about %(num)s minutes. Answers are saved as they are given: the work can be left and finished on"
                " another computer, by several people. The last day is %(day)s.",
            ),
            questionnaire.minutes,
            day=_until(held),
        ),
        _("The self-assessment opens under this link:"),
    ]


def _reminder(held: Round, questionnaire: Questionnaire, today: date, comments: int) -> tuple[str, list[str]]:
    _ = _tr._
    day = _until(held)
    when = (
        _("The last day is %(day)s.", day=day)
        if today <= held.closes_on
        else _("The last day was %(day)s; answers are still accepted.", day=day)
    )
    return _("Reminder of the self-assessment: %(title)s", title=held.title), [
        _("The self-assessment “%(title)s” has not been handed in yet.", title=held.title) + " " + when,
        _("What was entered is kept. If somebody else is the right person, this letter can be passed on within the"
          " institution. Reminders stop when the answers are handed in, or when told to under the link; there are three at"
          " most."),
        _("The self-assessment opens under this link:"),
    ]  # fmt: skip


def _returned(held: Round, questionnaire: Questionnaire, today: date, comments: int) -> tuple[str, list[str]]:
    _ = _tr._
    return _("Comments on the self-assessment: %(title)s", title=held.title), [
        _(
            "The self-assessment “%(title)s” was read and returned so that it can be completed.",
            title=held.title,
        ),
        _tr.n(
            *nN_(
                "%(num)s answer carries a comment. The other answers stay as they are.",
                "%(num)s answers carry a comment. The other answers stay as they are.",
            ),
            comments,
        ),
        _("The answers can be changed and handed in again under this link:"),
    ]


def _reopened(held: Round, questionnaire: Questionnaire, today: date, comments: int) -> tuple[str, list[str]]:
    _ = _tr._
    return _("The self-assessment was reopened: %(title)s", title=held.title), [
        _("The accepted self-assessment “%(title)s” was opened again. The reason:", title=held.title),
        _("The answers can be changed and handed in again under this link:"),
    ]


_TEXTS: dict[Kind, Callable[[Round, Questionnaire, date, int], tuple[str, list[str]]]] = {
    Kind.INVITATION: _invitation,
    Kind.REMINDER: _reminder,
    Kind.RETURNED: _returned,
    Kind.REOPENED: _reopened,
}
