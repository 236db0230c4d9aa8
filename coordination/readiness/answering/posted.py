"""What a section page sends: read item by item into answers, with everything that keeps one from being saved. No Flask.

Fields of an item, by its id: `a-ID` the value (or one of the three marks below), `reason-ID`, `evidence-ID`,
`comment-ID`, `seen-ID` the edition its writer had before their eyes, `was-ID` the mark of that answer, `confirm-ID`
where a copied answer is said to be still true, `keep-ID` which of two versions stays after somebody else saved too.
An item without `seen-ID` was not on the page and is left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from coordination import guard
from coordination.graph.responses import Kept
from coordination.i18n import N_, Translator
from coordination.surveys.answers import NOTE_LONGEST, TOO_LONG, as_data, problem, value_of
from coordination.surveys.model import WITH_OPTIONS, Answer, Item, Kind, Said, Value
from coordination.surveys.publishing import Fault

NOT_APPLICABLE, UNKNOWN, NONE_OF_THESE = "~na", "~dk", "~none"
MARKS = (NOT_APPLICABLE, UNKNOWN, NONE_OF_THESE)
NOTES = ("evidence", "comment")

BOTH = N_("%(where)s: there is an answer and “not applicable” or “don't know” as well: leave one of them.")


class Form(Protocol):
    """What is asked of a posted form."""

    def getlist(self, key: Any, /) -> list[Any]: ...
    def __contains__(self, key: object, /) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the fields of an item hold. `chosen`: options, or one of the marks; `text`: where a value is written."""

    chosen: tuple[str, ...] = ()
    text: str = ""
    reason: str = ""
    evidence: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a part of an item (value, reason, evidence, comment) cannot be saved, as a sentence."""

    part: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One item as it was sent.

    Attributes
    ----------
    answer
        What is to be kept; None for an answer taken away.
    touched
        Whether its writer changed anything: what they only had before their eyes is nobody's change.
    savable
        Whether `answer` can be kept. A note that cannot leaves the stored note in its place and stays in `troubles`.
    """

    item: Item
    typed: Typed
    answer: Answer | None
    seen: int
    touched: bool
    confirm: bool
    keep: str
    troubles: tuple[Trouble, ...]
    savable: bool


def mark_of(answer: Answer | None) -> str:
    """A short mark of what an answer says, so that a page can tell whether its writer touched it."""
    data = json.dumps(as_data(replace(answer, copied=False)) if answer else None, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()[:16]


def typed(item: Item, answer: Answer | None, lang: str) -> Typed:
    """The fields of an item as a stored answer fills them."""
    if answer is None:
        return Typed()
    chosen: tuple[str, ...] = ()
    text, value = "", answer.value
    if answer.said is not Said.VALUE:
        chosen = (NOT_APPLICABLE if answer.said is Said.NOT_APPLICABLE else UNKNOWN,)
    elif isinstance(value, tuple):
        chosen = value or (NONE_OF_THESE,)
    elif item.kind is Kind.MATURITY or item.kind in WITH_OPTIONS:
        chosen = () if value is None else (str(value),)
    else:
        text = written(item, value, lang)
    return Typed(
        chosen=chosen, text=text, reason=answer.reason, evidence=answer.evidence, comment=answer.comment
    )


def written(item: Item, value: Value | None, lang: str) -> str:
    """A value as one writes it into a field."""
    if value is None:
        return ""
    if item.kind is Kind.NUMBER:
        return str(value).replace(".", ",") if lang == "pl" else str(value)
    if item.kind is Kind.DATE and not isinstance(value, str):
        return f"{value:%d.%m.%Y}"  # type: ignore[str-format]
    return str(value)


def read_all(items: Iterable[Item], form: Form, kept: dict[str, Kept], tr: Translator) -> list[Posted]:
    """Every item that was on the page."""
    return [read(item, form, kept.get(item.id), tr) for item in items if f"seen-{item.id}" in form]


def read(item: Item, form: Form, stands: Kept | None, tr: Translator) -> Posted:
    """One item of a posted form; `stands` is what the store holds."""
    id, stored = item.id, stands.answer if stands else None
    raw = [_clean(each) for each in form.getlist(f"a-{id}")]
    raw = [each for each in raw if each]
    reason, evidence, comment = (_one(form, f"{name}-{id}") for name in ("reason", *NOTES))
    closed = item.kind is Kind.MATURITY or item.kind in WITH_OPTIONS
    entered = Typed(
        chosen=tuple(raw if closed else [each for each in raw if each in MARKS]),
        text="" if closed else next((each for each in raw if each not in MARKS), ""),
        reason=reason,
        evidence=evidence,
        comment=comment,
    )
    answer, troubles = _answer(item, entered, tr)
    was, seen, keep = (_one(form, f"{name}-{id}") for name in ("was", "seen", "keep"))
    if keep == "mine":
        seen = _one(form, f"theirs-{id}") or seen
    touched = keep != "theirs" and (not was or mark_of(answer) != was or keep == "mine")
    if not touched:
        troubles = []
    wrong_notes = {each.part for each in troubles} & set(NOTES)
    if answer is not None and wrong_notes:
        answer = replace(answer, **{name: getattr(stored, name, "") for name in wrong_notes})
    return Posted(
        item=item,
        typed=entered,
        answer=answer,
        seen=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
        touched=touched,
        confirm=bool(_one(form, f"confirm-{id}")),
        keep=keep,
        troubles=tuple(troubles),
        savable=all(each.part in NOTES for each in troubles),
    )


def _answer(item: Item, entered: Typed, tr: Translator) -> tuple[Answer | None, list[Trouble]]:
    marks = [each for each in entered.chosen if each in MARKS]
    values = [each for each in entered.chosen if each not in MARKS] or ([entered.text] if entered.text else [])
    if not marks and not values and not entered.evidence and not entered.comment:
        return None, []
    said, value, reason = Said.VALUE, value_of(item, values), ""
    if NOT_APPLICABLE in marks:
        said, value, reason = Said.NOT_APPLICABLE, None, entered.reason
    elif UNKNOWN in marks:
        said, value = Said.UNKNOWN, None
    elif NONE_OF_THESE in marks and not values:
        value = ()
    answer = Answer(
        item_id=item.id,
        said=said,
        value=value,
        reason=reason,
        evidence=entered.evidence,
        comment=entered.comment,
    )
    troubles = list(_troubles(item, answer, tr))
    if len(marks) + bool(values) > 1:
        troubles.insert(0, Trouble("value", Fault(BOTH, item.id).told(tr)))
    return answer, troubles


def _troubles(item: Item, answer: Answer, tr: Translator) -> Iterable[Trouble]:
    part = "reason" if answer.said is Said.NOT_APPLICABLE else "value"
    fault = problem(item, replace(answer, evidence="", comment=""))
    if fault:
        yield Trouble(part, fault.told(tr))
    elif isinstance(answer.value, str) and item.kind in (Kind.LINE, Kind.TEXT, Kind.LINK):
        found = guard.find(answer.value)
        # Digits of an address may look like a telephone; a PESEL has its check digit.
        if found := [each for each in found if item.kind is not Kind.LINK or each.kind == "pesel"]:
            yield Trouble("value", _personal(item, found[0], tr))
    if found := guard.find(answer.reason):
        yield Trouble("reason", _personal(item, found[0], tr))
    for name in NOTES:
        text = getattr(answer, name)
        if len(text) > NOTE_LONGEST:
            yield Trouble(name, Fault(TOO_LONG, item.id, {"what": str(NOTE_LONGEST)}).told(tr))
        elif found := guard.find(text):
            yield Trouble(name, _personal(item, found[0], tr))


def _personal(item: Item, found: guard.Finding, tr: Translator) -> str:
    return f"{item.id}: {tr._(found.sentence)} ({guard.mask(found.fragment)})"


def _one(form: Form, name: str) -> str:
    return next((_clean(each) for each in form.getlist(name)), "")


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
