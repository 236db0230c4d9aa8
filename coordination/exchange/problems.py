"""What is wrong with a file, said so that its sender can mend it: where, what, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from coordination.i18n import Translator

# A file that is wrong everywhere is shown with its first faults; more would not be read.
SHOWN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault. `row` is the line of the file (the header is 1; 0: the file as a whole).

    `reason` and `mend` are msgids and take `values`; `value` is already masked where it may be personal data.
    """

    reason: str
    mend: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def reason_in(self, translator: Translator) -> str:
        return translator._(self.reason, **self.values)

    def mend_in(self, translator: Translator) -> str:
        return translator._(self.mend, **self.values) if self.mend else ""

    def sentence(self, translator: Translator) -> str:
        """Reason and remedy, one after the other."""
        return " ".join(part for part in (self.reason_in(translator), self.mend_in(translator)) if part)


class Refused(Exception):
    """The file cannot be used at all; `rows` is how many rows it has, as far as that is known."""

    def __init__(self, problems: Iterable[Problem], *, rows: int = 0) -> None:
        self.problems = tuple(problems)
        self.rows = rows
        super().__init__(self.problems[0].reason)


def line(value: str, longest: int = 80) -> str:
    """A value on one line, as lists of faults show it."""
    shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in " ".join(value.split()))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
