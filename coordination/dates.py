"""A day as a person writes it in a form: 12.01.2026, 2026-01-12, or chosen from the browser's calendar."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from wtforms import StringField


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
