"""Polish and English below the web: marks for texts, translators, collation, dates, numbers. No Flask."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

from coordination.clock import WARSAW

LANGUAGES = ("pl", "en")
FOLDER = Path(__file__).parent / "translations"


def N_(text: str) -> str:
    """Marks a text for translation; it is translated where it is shown."""
    return text


def nN_(singular: str, plural: str) -> tuple[str, str]:
    """Marks a text with a number in it."""
    return singular, plural


@dataclass(frozen=True)
class Translator:
    """`_("text %(x)s", x=1)` and `n("%(num)s gap", "%(num)s gaps", 3)` in one language."""

    lang: str
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]

    def _(self, text: str, /, **values: object) -> str:
        found = self.gettext(text)
        return found % values if values else found

    def n(self, singular: str, plural: str, number: int, /, **values: object) -> str:
        return self.ngettext(singular, plural, number) % {"num": number, **values}


@lru_cache(maxsize=4)
def translator(lang: str) -> Translator:
    """The translator of one language; English is the language of the sources."""
    found = Translations.load(FOLDER, [lang]) if lang != "en" else NullTranslations()
    return Translator(lang, found.gettext, found.ngettext)


def local(thing: Any, name: str, lang: str) -> str:
    """The field `name_pl` or `name_en` of an object or mapping; Polish where English is missing."""

    def get(key: str) -> str:
        return (thing.get(key) if isinstance(thing, dict) else getattr(thing, key, "")) or ""

    return get(f"{name}_{lang}") or get(f"{name}_pl")


_LETTERS = "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż"
_RANK = {letter: chr(0x100 + position) for position, letter in enumerate(_LETTERS)}
_DIGITS = re.compile(r"\d+")


@lru_cache(maxsize=65536)
def polish_key(text: str) -> tuple[str, str]:
    """Sort key of Polish order: ą after a, ł after l; case and punctuation count last; 2 before 10."""
    lowered = _DIGITS.sub(lambda number: number[0].zfill(8), text.casefold())
    primary = "".join(_RANK.get(sign, sign) for sign in lowered if sign.isalnum() or sign == " ")
    return primary, text


def long_date(day: date, lang: str) -> str:
    """12 stycznia 2026; 12 January 2026."""
    from babel.dates import format_date

    return format_date(day, "d MMMM y", locale="pl" if lang == "pl" else "en_GB").replace(" ", "\u00a0", 1)


def short_date(day: date | datetime | str | None) -> str:
    """12.01.2026; a partial date of a source as far as it goes: 2010-10 is 10.2010, 2014 stays 2014."""
    if not day:
        return ""
    if isinstance(day, str):
        if len(day) != 10:
            return ".".join(reversed(day.split("-")))
        day = date.fromisoformat(day)
    if isinstance(day, datetime):
        day = day.astimezone(WARSAW).date()
    return f"{day.day:02}.{day.month:02}.{day.year}"


def moment(instant: datetime | None) -> str:
    """12.01.2026, 8:05 in Polish time."""
    if instant is None:
        return ""
    there = instant.astimezone(WARSAW)
    return f"{short_date(there)}, {there.hour}:{there.minute:02}"


def decimal(value: float, lang: str, places: int = 1) -> str:
    """1,5 in Polish, 1.5 in English."""
    shown = f"{value:.{places}f}"
    return shown.replace(".", ",") if lang == "pl" else shown


_ORPHAN = re.compile(r"(?<![\w])([aiouwzAIOUWZ]) (?=\S)")


def no_orphans(text: str) -> str:
    """A non-breaking space after one-letter words, and between a number and its noun."""
    return re.sub(r"(\d) (?=\w)", "\\1\u00a0", _ORPHAN.sub("\\1\u00a0", text))
