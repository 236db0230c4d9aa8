"""Answers as they come and go: is it an answer to its item, and its plain form for a store or a file. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from coordination.i18n import N_
from coordination.surveys.model import Answer, Item, Kind, Said, Value
from coordination.surveys.publishing import Fault

LONGEST = {Kind.LINE: 200, Kind.TEXT: 4000, Kind.LINK: 2000}  # signs, where the item sets no limit
REASON_LONGEST = 500
NOTE_LONGEST = 2000

NEEDS_REASON = N_("%(where)s: say why this does not apply to your institution.")
NO_VALUE = N_("%(where)s: an answer is missing: choose or write one.")
NOT_AN_OPTION = N_("%(where)s: this is not among the answers to choose from: choose one of them.")
NOT_A_NUMBER = N_("%(where)s: a number is expected here, for example 12.")
TOO_LOW = N_("%(where)s: the number must be at least %(what)s.")
TOO_HIGH = N_("%(where)s: the number may be at most %(what)s.")
NOT_A_DATE = N_("%(where)s: a date is expected here, for example 12.01.2026.")
TOO_LONG = N_("%(where)s: the text may have at most %(what)s characters: shorten it.")
NOT_A_LINK = N_("%(where)s: an address that begins with https:// or http:// is expected here.")


def problem(item: Item, answer: Answer) -> Fault | None:
    """Why an answer cannot be kept, as a sentence; None if it can."""
    if len(answer.reason) > REASON_LONGEST:
        return Fault(TOO_LONG, item.id, {"what": str(REASON_LONGEST)})
    if max(len(answer.evidence), len(answer.comment)) > NOTE_LONGEST:
        return Fault(TOO_LONG, item.id, {"what": str(NOTE_LONGEST)})
    if answer.said is Said.NOT_APPLICABLE:
        return None if answer.reason.strip() else Fault(NEEDS_REASON, item.id)
    if answer.said is Said.UNKNOWN:
        return None
    value = answer.value
    if value is None or value == "":
        return Fault(NO_VALUE, item.id)
    return _problem(item, value)


def _problem(item: Item, value: Value) -> Fault | None:
    kind = item.kind
    if kind is Kind.MATURITY:
        fine = isinstance(value, int) and not isinstance(value, bool) and item.level(value) is not None
        return None if fine else Fault(NOT_AN_OPTION, item.id)
    if kind in (Kind.YPN, Kind.CHOICE):
        return None if item.option(value) else Fault(NOT_AN_OPTION, item.id)
    if kind is Kind.MULTICHOICE:
        # None chosen is an answer: none of these.
        fine = isinstance(value, tuple) and len(set(value)) == len(value) and all(map(item.option, value))
        return None if fine else Fault(NOT_AN_OPTION, item.id)
    if kind is Kind.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return Fault(NOT_A_NUMBER, item.id)
        if item.minimum is not None and value < item.minimum:
            return Fault(TOO_LOW, item.id, {"what": str(item.minimum)})
        if item.maximum is not None and value > item.maximum:
            return Fault(TOO_HIGH, item.id, {"what": str(item.maximum)})
        return None
    if kind is Kind.DATE:
        return None if type(value) is date else Fault(NOT_A_DATE, item.id)
    if not isinstance(value, str) or not value.strip():
        return Fault(NO_VALUE, item.id)
    longest = item.max_length or LONGEST[kind]
    if len(value) > longest:
        return Fault(TOO_LONG, item.id, {"what": str(longest)})
    if kind is Kind.LINK and not _is_link(value):
        return Fault(NOT_A_LINK, item.id)
    return None


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
        return parts.scheme in ("https", "http") and bool(parts.hostname) and " " not in text.strip()
    except ValueError:
        return False


def value_of(item: Item, raw: str | list[str] | None) -> Value | None:
    """The value of what a form or a file holds as text; None where it is empty.

    What cannot be read stays as it was written, so that `problem` names it and the writer sees it again.
    """
    if item.kind is Kind.MULTICHOICE:
        chosen = [raw] if isinstance(raw, str) else list(raw or [])
        return tuple(dict.fromkeys(one for one in chosen if one)) or None
    text = (raw[0] if isinstance(raw, list) and raw else raw or "") if not isinstance(raw, str) else raw
    assert isinstance(text, str)
    text = text.strip()
    if not text:
        return None
    if item.kind is Kind.MATURITY:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text
    if item.kind is Kind.NUMBER:
        plain = text.replace("\u00a0", "").replace(" ", "").replace(",", ".")
        try:
            number = float(plain)
        except ValueError:
            return text
        if not math.isfinite(number) or abs(number) > 1e12:
            return text
        return int(number) if number.is_integer() else number
    if item.kind is Kind.DATE:
        day, _, rest = text.partition(".")
        month, _, year = rest.partition(".")
        try:
            return date(int(year), int(month), int(day)) if rest else date.fromisoformat(text)
        except ValueError:
            return text
    return text


def as_data(answer: Answer) -> dict[str, Any]:
    """An answer as plain data for JSON; `of_data` makes the same of it again."""
    value = answer.value
    if isinstance(value, tuple):
        value_data: Any = list(value)
    elif isinstance(value, date):
        value_data = {"date": value.isoformat()}
    else:
        value_data = value
    return {
        "item": answer.item_id,
        "said": str(answer.said),
        "value": value_data,
        "reason": answer.reason,
        "evidence": answer.evidence,
        "comment": answer.comment,
        "copied": answer.copied,
    }


def of_data(data: Mapping[str, Any]) -> Answer:
    value = data.get("value")
    if isinstance(value, list):
        value = tuple(value)
    elif isinstance(value, Mapping):
        value = date.fromisoformat(value["date"])
    return Answer(
        item_id=data["item"],
        said=Said(data.get("said", Said.VALUE)),
        value=value,
        reason=data.get("reason", ""),
        evidence=data.get("evidence", ""),
        comment=data.get("comment", ""),
        copied=bool(data.get("copied", False)),
    )
