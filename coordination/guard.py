"""Finds in free text what the platform must never hold: data of persons and of single cases. No Flask.

It reads patterns, not meaning: it stops the common slips (a PESEL number, a document, a case reference, a victim's
age) and stays silent about names of offices, acts and dates, which notes are full of.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers
from stdnum.pl import pesel

from coordination.errors import Invalid
from coordination.i18n import N_


@dataclass(frozen=True, slots=True)
class Finding:
    """What may be personal or case data: `text[start:end]`, its kind, and a sentence (a msgid) for its writer."""

    kind: str
    start: int
    end: int
    fragment: str
    sentence: str


SENTENCES = {
    "pesel": N_("This is a PESEL number. Data of persons are not kept here: remove it."),
    "document": N_("This looks like the number of an identity document. Data of persons are not kept here: remove it."),
    "email": N_(
        "This is an e-mail address. Addresses belong to the contacts of an institution: remove it from the text."
    ),
    "phone": N_(
        "This is a telephone number. Numbers belong to the contacts of an institution: remove it from the text."
    ),
    "birth": N_("This looks like a date of birth. Data of persons are not kept here: remove it."),
    "case": N_("This looks like a case reference. Single cases are not described here: remove it."),
    "victim": N_(
        "This looks like a description of a person. Single persons and cases are not described here: remove it."
    ),
}

# Between digits people write spaces, dots and every sort of dash.
_GAP = r"[\s.\-\u2010-\u2015\u2212/\u00a0]{0,3}"
_ELEVEN = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{10}}(?!\d)")
_ID_CARD = re.compile(r"(?<![^\W\d_])([A-Za-z]{3})[\s\-]?(\d{3})[\s\-]?(\d{3})(?!\d)")
_PASSPORT = re.compile(r"(?<![^\W\d_])([A-Za-z]{2})[\s\-]?(\d{7})(?!\d)")
_NAMED_DOCUMENT = re.compile(
    r"\b(?:paszport\w*|passport|dow[oó]d\w*(?:\s+osobist\w+)?|dow\.\s*os\.|identity\s+card|karta\s+pobytu|karty\s+pobytu)"
    r"[\s,:]*(?:(?:nr|numer|no|number|seria)\b[\s.:]*){1,2}([A-Z]{0,3}[\s\-]?\d[\dA-Z]{4,9})",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+\-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,5}")
_MANY_DIGITS = re.compile(r"\d(?:[\s\-().\u00a0]{0,3}\d){6,}")
_MONTH = (
    r"(?:stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)"
)
_DAY = (
    r"(?:\d{1,2}[.\-/\s]\s?\d{1,2}[.\-/\s]\s?\d{2,4}|\d{4}-\d{1,2}-\d{1,2}"
    rf"|\d{{1,2}}\s+{_MONTH}\s+\d{{4}}|\d{{4}})"
)
_BIRTH = re.compile(
    rf"\b(?:ur\.|urodz\w*|dat[aęy]\s+urodzenia|date\s+of\s+birth|d\.?o\.?b\.?\b|born)"
    rf"[\s,:]*(?:(?:dnia|w\s+dniu|w|on|in|około|ok\.)\s+)?{_DAY}",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"\bsygn(?:\.|atur\w*)\s*(?:akt(?:\.|\b))?[\s:]*(?:nr\s*)?(?=[^,;\n]{0,30}\d)[^,;\n]{2,30}\b"
    r"|\b[IVX]{1,4}\s+(?:K|Kp|Ko|Ka|AKa|KK|Kz|Nsm|RNsm|C|Ca|Co)\s+\d{1,5}[/.]\d{2,4}\b"
    r"|\b(?:PR|PO|RP|PK)?\s?(?:[IVX]{1,4}|\d{1,4}(?:-\d)?)?[\s.]*Ds[.\s]+(?:[\w]{0,6}[.\s])?\d{1,5}[./]\d{2,4}\b"
    r"|\bRSD[\s.\-:nr]*\d{1,6}[/.\-]\d{2,4}\b",
)
_PERSON = (
    r"(?:ofiar|pokrzywdzon|małoletni|świad(?:ek|ka|kowi|kiem|kini)|podejrzan|oskarżon|kobiet|mężczyzn|dziewczyn|chłopiec|chłopc"
    r"|dzieck|obywatel(?:ka|ki|em|owi|a)?\b|victim|witness|suspect|woman|girl|boy)\w*"
)
_AGE = (
    r"(?:lat\s+\d{1,2}\b|\d{1,2}\s*(?:lat(?:a|k\w*)?\b|l\.)|\d{1,2}[\s\-]*letni\w*"
    r"|\d{1,2}[\s\-]*years?[\s\-]old|aged\s+\d{1,2})"
)
_VICTIM = re.compile(
    rf"\b{_PERSON}\b[^.;\n]{{0,60}}?(?<![\d.,])(?<!\bod )(?<!\bprzez )(?<!\bpo )(?<!\bponad )(?<!\bco )(?<!\bza )"
    rf"(?<!\bponiżej )(?<!\bpowyżej )(?<!\bdo )(?<!\bukończenia )\b{_AGE}"
    rf"|\b{_AGE}\s+{_PERSON}",
    re.IGNORECASE,
)


def find(text: str) -> list[Finding]:
    """Everything in the text that may be personal or case data, in order, without overlaps."""
    if not text:
        return []
    found: list[Finding] = []
    for kind, search in _SEARCHES:
        for start, end in search(text):
            if not any(start < other.end and other.start < end for other in found):
                found.append(Finding(kind, start, end, text[start:end], SENTENCES[kind]))
    return sorted(found, key=lambda each: each.start)


def refuse(text: str, field: str = "") -> None:
    """Raises Invalid with the first finding; `values["fragment"]` is what to remove, for its own writer's eyes."""
    found = find(text)
    if found:
        raise Invalid(found[0].sentence, field=field, fragment=found[0].fragment)


def mask(value: str) -> str:
    """A value that may be personal, made safe to print: it can be recognised by who wrote it, not read."""
    value = value.strip()
    if len(value) < 6:
        return "•••" if value else ""
    return f"{value[0]}•••{value[-1]}"


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdecimal())


def _pesels(text: str) -> Iterator[tuple[int, int]]:
    for match in _ELEVEN.finditer(text):
        if pesel.is_valid(_digits(match[0])):
            yield match.span()


def _check_sum(letters: str, digits: str, weights: tuple[int, ...]) -> bool:
    values = [ord(letter) - ord("A") + 10 for letter in letters.upper()] + [int(digit) for digit in digits]
    return sum(weight * value for weight, value in zip(weights, values, strict=True)) % 10 == 0


def _documents(text: str) -> Iterator[tuple[int, int]]:
    for match in _NAMED_DOCUMENT.finditer(text):
        yield match.span(1)
    for match in _ID_CARD.finditer(text):
        # The check digit is the fourth sign; every sign has its weight and the whole is divisible by ten.
        if match[1].isupper() and _check_sum(match[1], _digits(match[2] + match[3]), (7, 3, 1, 9, 7, 3, 1, 7, 3)):
            yield match.span()
    for match in _PASSPORT.finditer(text):
        if match[1].isupper() and _check_sum(match[1], _digits(match[2]), (7, 3, 9, 1, 7, 3, 1, 7, 3)):
            yield match.span()


def _phones(text: str) -> Iterator[tuple[int, int]]:
    if _MANY_DIGITS.search(text):  # the matcher is slow and most notes hold no long number
        for match in phonenumbers.PhoneNumberMatcher(text, "PL"):
            yield match.start, match.end


def _spans(pattern: re.Pattern[str]) -> Callable[[str], Iterator[tuple[int, int]]]:
    return lambda text: (match.span() for match in pattern.finditer(text))


# The surest first: what they find is not reported again under a vaguer name.
_SEARCHES: tuple[tuple[str, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    ("pesel", _pesels),
    ("document", _documents),
    ("email", _spans(_EMAIL)),
    ("case", _spans(_CASE)),
    ("birth", _spans(_BIRTH)),
    ("victim", _spans(_VICTIM)),
    ("phone", _phones),
)
