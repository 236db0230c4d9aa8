"""Fields that several rooms share: a day as people write it, check boxes, text that must not hold personal data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import SelectField, SelectMultipleField, StringField, ValidationError, widgets
from wtforms.fields.choices import SelectChoice

from coordination import guard
from coordination.clock import today
from coordination.i18n import short_date

_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"(0?[1-9]|1[0-2])\.([12]\d{3})", re.ASCII)
_YEAR_OR_MONTH = re.compile(r"[12]\d{3}(-(0[1-9]|1[0-2]))?", re.ASCII)


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices of a field, from codes and what they are called."""
    return [SelectChoice(str(code), text) for code, text in pairs]


def drawn(pairs: Iterable[tuple[Any, str]], chosen: Any = "") -> Markup:
    """The <option>s of a select, for templates. Kept: a list of towns or types is the same on many pages."""
    return _drawn(tuple(pairs), str(chosen))


@lru_cache(maxsize=512)
def _drawn(pairs: tuple[tuple[Any, str], ...], chosen: str) -> Markup:
    plain, taken = Markup('<option value="{}">{}</option>'), Markup('<option value="{}" selected>{}</option>')
    return Markup("").join((taken if str(code) == chosen else plain).format(code, text) for code, text in pairs)


class FromList(SelectField):
    """One of a list; what is not on it is refused in the reader's language."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in {each.value for each in self.choices or ()}:
            raise ValidationError(_("Choose from the list"))


class CheckBoxes(SelectMultipleField):
    """Any of a list; what is not on it is refused in the reader's language."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        if set(self.data or ()) - {each.value for each in self.choices or ()}:
            raise ValidationError(_("Choose from the list"))


def no_personal_data(_form: Any, field: Any) -> None:
    """A validator: refuses text that looks like data of a person or a case, and names the fragment."""
    found = guard.find(field.data or "")
    if found:
        raise ValidationError(f"{_(found[0].sentence)} ({found[0].fragment})")


class DayField(StringField):
    """`data` is a date, or None when nothing was written."""

    raw = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if not self.raw:
            return
        if not (_ISO.fullmatch(self.raw) or _DOTTED.fullmatch(self.raw)):
            raise ValueError(_("Enter the date as day, month and year, for example 12.01.2026"))
        self.data = read(self.raw)
        if self.data is None:
            raise ValueError(_("Give a day that exists, for example 12.01.2026."))

    def _value(self) -> str:
        return self.raw or (self.data.isoformat() if isinstance(self.data, date) else "")


class PartialDayField(StringField):
    """A day, a month or a year, as sources give them; `data` is "2026-01-12", "2026-01", "2026" or ""."""

    raw = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw = self.data = (valuelist[0] if valuelist else "").strip()
        if day := read(self.raw):
            self.data = day.isoformat()
        elif month := _MONTH.fullmatch(self.raw):
            self.data = f"{month[2]}-{int(month[1]):02}"
        elif self.raw and not _YEAR_OR_MONTH.fullmatch(self.raw):
            raise ValueError(_("Give a day, a month or a year, for example 12.01.2026, 01.2026 or 2026."))

    def _value(self) -> str:
        return self.raw or short_date(self.data)


def read(text: str) -> date | None:
    """12.01.2026 or 2026-01-12; None for anything else, 31.02. included."""
    try:
        if _ISO.fullmatch(text):
            return date.fromisoformat(text)
        if dotted := _DOTTED.fullmatch(text):
            day, month, year = map(int, dotted.groups())
            return date(year, month, day)
    except ValueError:
        pass
    return None


def come(text: str) -> date | None:
    """The day as `read` finds it, if it has come."""
    found = read(text)
    return found if found and found <= today() else None


def asked_day(args: Mapping[str, str], name: str, ignored: list[str]) -> date | None:
    """The past day an address asks for under a name; None when there is none, or when it means nothing or has not
    come yet, which is then added to `ignored` as it was written."""
    raw = args.get(name, "").strip()
    if not raw:
        return None
    found = come(raw)
    if found is None:
        ignored.append(f"{name}={raw}")
    return found
