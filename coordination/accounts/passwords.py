"""Passwords: hashed with Argon2id, and refused when too easily guessed. No Flask.

OWASP asks for at least 19 MiB, two passes and one lane. A password is compared exactly as typed: no case
folding, no trimming, no normal form, no truncation.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from coordination.errors import Invalid
from coordination.i18n import N_

SHORTEST = 12
LONGEST = 256

_STRONG = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # tests only
# Each check takes memory and a core: a crowd at the door waits in line instead of exhausting either.
_TURN = threading.BoundedSemaphore(2)

# Words an attacker of this very platform tries first; a password must not be one of them with trimmings.
_CONTEXT = (
    "coordination", "koordynacja", "koordynator", "konsultant", "ministerstwo", "mswia", "wojewodztwo", "wojewoda",
    "instytucja", "administrator", "handelludzmi", "policja", "strazgraniczna", "prokuratura", "urzad",
    "dolnoslaskie", "kujawskopomorskie", "lubelskie", "lubuskie", "lodzkie", "malopolskie", "mazowieckie",
    "opolskie", "podkarpackie", "podlaskie", "pomorskie", "slaskie", "swietokrzyskie", "warminskomazurskie",
    "wielkopolskie", "zachodniopomorskie", "warszawa", "krakow", "wroclaw", "poznan", "gdansk", "katowice", "polska",
    "haslo", "password", "qwerty", "zaq", "letmein", "welcome", "iloveyou", "kochamcie", "dragon", "monkey",
    "football", "baseball", "princess", "sunshine", "superman", "master", "shadow", "trustno", "whatever",
    "computer", "internet", "samsung", "michael", "jennifer", "charlie", "jordan", "tajne", "zmienmnie", "changeme",
)  # fmt: skip
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "abcdefghijklmnopqrstuvwxyz",
         "01234567890123456789", "zaq12wsxcde34rfv")  # fmt: skip
_PLAIN = str.maketrans("ąćęłńóśźż@$!013457", "acelnoszzasioieast")


def hasher(quick: bool = False) -> PasswordHasher:
    return _QUICK if quick else _STRONG


def hashed(password: str, *, quick: bool = False) -> str:
    with _TURN:
        return hasher(quick).hash(password)


@lru_cache(maxsize=2)
def _nobody(quick: bool) -> str:
    return hasher(quick).hash("the password of nobody")


def matches(hash: str, password: str, *, quick: bool = False) -> bool:
    """Whether the password is the hashed one. An empty hash takes as long as a real one, and never matches."""
    known = bool(hash)
    if len(password) > LONGEST:
        password, known = password[:LONGEST], False
    with _TURN:
        try:
            return hasher(quick).verify(hash or _nobody(quick), password) and known
        except (VerificationError, InvalidHashError):
            return False


def outdated(hash: str, *, quick: bool = False) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return hasher(quick).check_needs_rehash(hash)


def check(password: str, *, email: str = "", field: str = "password") -> None:
    """Raises Invalid when the password is short, long, or easily guessed. Any character is allowed."""
    if len(password) < SHORTEST:
        raise Invalid(N_("Give a password of at least %(n)s characters."), field=field, n=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid(N_("Give a password of at most %(n)s characters."), field=field, n=LONGEST)
    if guessable(password, email):
        raise Invalid(
            N_("This password is easily guessed. Several words that do not belong together make a good one."),
            field=field,
        )


def guessable(password: str, email: str = "") -> bool:
    """Whether little is left once known words, rows of keys, repeats and the owner's address are taken away."""
    plain = password.casefold().translate(_PLAIN)
    own = [part.translate(_PLAIN) for part in re.split(r"[\W_]+", email.casefold()) if len(part) > 2]
    rest = re.sub(r"[^\w]|_", "", plain)
    for word in sorted([*own, *_CONTEXT], key=len, reverse=True):
        rest = rest.replace(word.translate(_PLAIN), "#")
    digits = re.sub(r"[\W_]", "", password.casefold())
    for row in _ROWS:
        for line in (row, row[::-1]):
            for size in range(min(len(line), len(rest)), 3, -1):
                for start in range(len(line) - size + 1):
                    run = line[start : start + size]
                    digits = digits.replace(run, "#")
                    rest = rest.replace(run.translate(_PLAIN), "#")
    return any(_weight(text) < 6 for text in (rest, digits))


def _weight(text: str) -> int:
    """Characters that are news: repeats of one sign and of a whole piece count once."""
    text = re.sub(r"(.)\1+", r"\1", text)
    text = re.sub(r"^(.{1,6}?)\1+$", r"\1", text)
    return len(set(text)) if len(set(text)) < 5 else len(text.replace("#", ""))
