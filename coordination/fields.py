"""Fields that several rooms share: a day as people write it, check boxes, text that must not hold personal data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import SelectField, SelectMultipleField, StringField, ValidationError, widgets
from wtforms.fields.choices import SelectChoice

from coordination import guard
from coordination.clock import today


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices of a field, from codes and what they are called."""
    return [SelectChoice(str(code), text) for code, text in pairs]


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
        try:
            self.data = read(self.raw)
        except ValueError as error:
            raise ValueError(_("Give a day that exists, for example 12.01.2026.")) from error

    def _value(self) -> str:
        return self.raw or (self.data.isoformat() if isinstance(self.data, date) else "")


def read(text: str) -> date:
    """12.01.2026 or 2026-01-12. Raises ValueError for anything else, 31.02. included."""
    if "." in text:
        day, month, year = text.split(".")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(text)


def asked_day(args: Mapping[str, str], name: str, ignored: list[str]) -> date | None:
    """The past day an address asks for under a name; None when there is none, or when it means nothing or has not
    come yet, which is then added to `ignored` as it was written."""
    raw = args.get(name, "").strip()
    if not raw:
        return None
    try:
        found = read(raw)
    except ValueError:
        found = None
    if found is None or found > today():
        ignored.append(f"{name}={raw}")
        return None
    return found
