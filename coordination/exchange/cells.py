"""What may stand in a cell: each reader takes its text and gives the one canonical text, or says what is wrong.

Canonical texts are what exports write, so that comparing a file with the graph is comparing texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from rapidfuzz import fuzz, process

from coordination import guard, hours
from coordination.errors import Invalid
from coordination.graph.text import folded
from coordination.i18n import N_

Reader = Callable[[str], str]


class Bad(ValueError):
    """A cell that cannot be used: why, and how to mend it (msgids with `values`)."""

    def __init__(self, reason: str, mend: str = "", *, column: str = "", **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.mend, self.column, self.values = reason, mend, column, values


_HIDDEN = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def text(longest: int, *, lines: bool = False) -> Reader:
    """Free text, screened for data of persons and cases."""
    allowed = "\n\t" if lines else ""

    def read(cell: str) -> str:
        _signs(cell, allowed)
        if len(cell) > longest:
            raise Bad(
                N_("The text has %(length)s characters, and %(longest)s fit."),
                N_("Shorten it."),
                length=len(cell),
                longest=longest,
            )
        if found := guard.find(cell):
            raise Bad(found[0].sentence)
        return cell

    return read


@lru_cache(maxsize=65536)
def _signs(cell: str, allowed: str) -> None:
    if cell.isprintable() and not _HIDDEN.intersection(cell):
        return
    for sign in cell:
        if sign in _HIDDEN or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in allowed):
            if sign in "\n\t":
                raise Bad(N_("The text must fit on one line."), N_("Remove the line ends and tabs."))
            raise Bad(N_("The text holds a hidden control character."), N_("Type the text again by hand."))


def required(reader: Reader) -> Reader:
    def read(cell: str) -> str:
        if not cell:
            raise Bad(N_("The cell is empty."), N_("Fill it in; this column is needed in every row."))
        return reader(cell)

    return read


def optional(reader: Reader) -> Reader:
    return lambda cell: reader(cell) if cell else ""


_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")


def identifier(cell: str) -> str:
    # "new" is an address of the register itself.
    if not _IDENTIFIER.fullmatch(cell) or cell == "new":
        raise unusable_id()
    return cell


def unusable_id() -> Bad:
    # The same words for a wrong form and for an id taken out of sight: it does not tell what exists elsewhere.
    return Bad(
        N_("This identifier cannot be used."),
        N_("Choose another, of letters without diacritics, digits, dots and hyphens."),
    )


def suggestion(cell: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """The known code closest to what was written, by code or (in a mapping code → name) by name; "" for none."""
    wanted = folded(cell)
    if isinstance(known, Mapping):
        by_name = {folded(name): code for code, name in known.items()} | {folded(code): code for code in known}
    else:
        by_name = {folded(code): code for code in known}
    if not wanted or not by_name:
        return ""
    if wanted.zfill(2) in by_name:
        return by_name[wanted.zfill(2)]
    best = process.extractOne(wanted, list(by_name), scorer=fuzz.ratio, score_cutoff=66)
    return by_name[best[0]] if best else ""


def unknown(reason: str, cell: str, known: Iterable[str] | Mapping[str, str]) -> Bad:
    """`reason` with a “did you mean” where something is close, else the list where it is short."""
    if close := suggestion(cell, known):
        return Bad(reason, N_("Did you mean “%(close)s”?"), close=close)
    codes = sorted(known)
    if len(codes) <= 16:
        return Bad(reason, N_("Write one of: %(codes)s."), codes=", ".join(codes))
    return Bad(reason, N_("Copy the code from the list of codes."))


def one_of(known: Iterable[str] | Mapping[str, str], reason: str) -> Reader:
    codes = frozenset(known)

    def read(cell: str) -> str:
        if cell not in codes:
            raise unknown(reason, cell, known)
        return cell

    return read


def items(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


def list_of(reader: Reader, order: list[str] | None = None) -> Reader:
    """Items apart by `;`, each read by `reader`; sorted, or in the given order; each once."""

    def read(cell: str) -> str:
        found = {reader(item) for item in items(cell)}
        return ";".join(sorted(found) if order is None else sorted(found, key=order.index))

    return read


def list_as_is(longest: int) -> Reader:
    inner = text(longest)

    def read(cell: str) -> str:
        return ";".join(dict.fromkeys(items(inner(cell))))

    return read


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_POLISH = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:\s*r\.)?", re.ASCII)


@lru_cache(maxsize=65536)
def day(cell: str) -> str:
    """A day in ISO 8601."""
    if _ISO.fullmatch(cell):
        try:
            return date.fromisoformat(cell).isoformat()
        except ValueError:
            raise Bad(N_("There is no such day in the calendar."), N_("Correct the day or the month.")) from None
    if polish := _POLISH.fullmatch(cell):
        number, month, year = (int(part) for part in polish.groups())
        try:
            iso = date(year, month, number).isoformat()
        except ValueError:
            raise Bad(
                N_("There is no such day in the calendar."),
                N_("Correct it and write year-month-day, for example 2026-01-12."),
            ) from None
        raise Bad(N_("The date is not written as year-month-day."), N_("Write %(iso)s."), iso=iso)
    raise Bad(
        N_("This is not a date."),
        N_("Write year-month-day, for example 2026-01-12; in a spreadsheet format it as text."),
    )


def past(today: date) -> Reader:
    """A day that is not after today."""

    def read(cell: str) -> str:
        iso = day(cell)
        if iso > today.isoformat():
            raise Bad(N_("The date lies in the future."), N_("Write a day not later than today."))
        return iso

    return read


def partial_day(cell: str) -> str:
    """A day, a month or a year, as sources give them."""
    if re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", cell, re.ASCII):
        return cell
    return day(cell)


def number(low: int, high: int) -> Reader:
    def read(cell: str) -> str:
        if not (cell.isascii() and cell.isdigit() and low <= int(cell[:9]) <= high):
            raise Bad(
                N_("This is not a whole number from %(low)s to %(high)s."), N_("Correct it."), low=low, high=high
            )
        return str(int(cell))

    return read


def website(cell: str) -> str:
    if len(cell) > 300 or not re.fullmatch(r"https?://[^\s<>\"'\\]+\.[^\s<>\"'\\]+", cell, re.IGNORECASE):
        raise Bad(N_("This is not the address of a website."), N_("Write it whole, with https:// in front."))
    return cell


def schedule(cell: str) -> str:
    if len(cell) > 300:
        raise Bad(N_("The duty hours are too long."), N_("Shorten them."))
    try:
        hours.check(cell)
    except Invalid:
        raise Bad(
            N_("These are not duty hours."), N_("Write them like “Mo-Fr 07:30-15:30; PH off” or “24/7”.")
        ) from None
    return cell


_EXTENSION = re.compile(r"[\s,;]*(?:wewn\.?|wew\.?|w\.|ext\.?|x)\s*(\d{1,6})$", re.IGNORECASE)
_E_DELIVERY = re.compile(r"AE:[A-Z]{2}-\d{5}-\d{5}-[A-Z]{5}-\d{2}", re.ASCII)


def phone(cell: str) -> str:
    """A telephone number, a short one (112, 116 111) included; an extension follows as "wew. 12"."""
    _signs(cell, "")
    bare = _EXTENSION.sub("", cell)
    try:
        if not re.fullmatch(r"[+\d][\d\s()/.\-]*", bare):
            raise ValueError
        parsed = phonenumbers.parse(bare, "PL")
        if not (phonenumbers.is_possible_number(parsed) or phonenumbers.is_valid_short_number(parsed)):
            raise ValueError
    except (ValueError, phonenumbers.NumberParseException):
        raise Bad(
            N_("This is not a telephone number."),
            N_("Write one number a row, for example 22 000 01 01 or 22 000 01 01 wew. 12."),
        ) from None
    return cell


def email(cell: str) -> str:
    try:
        validate_email(cell, check_deliverability=False)
    except EmailNotValidError:
        raise Bad(
            N_("This is not an e-mail address."), N_("Write one address a row, for example biuro@example.pl.")
        ) from None
    return cell


def e_delivery(cell: str) -> str:
    if not _E_DELIVERY.fullmatch(cell):
        raise Bad(N_("This is not an e-delivery address."), N_("Write it like AE:PL-00000-00000-AAAAA-00."))
    return cell


CHANNELS: dict[str, Reader] = {
    "phone": phone, "mobile": phone, "fax": phone, "email": email, "e_delivery": e_delivery,
}  # fmt: skip
