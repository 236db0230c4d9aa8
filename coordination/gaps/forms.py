"""The decision not to pursue an expectation."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from coordination import guard
from coordination.dates import DayField
from coordination.web import Form


class WaiverForm(Form):
    reason = TextAreaField(
        lazy_gettext("Reason"),
        validators=[
            InputRequired(lazy_gettext("Give the reason; everyone who sees the gap reads it")),
            Length(min=10, max=1000, message=lazy_gettext("Give the reason in 10 to 1,000 characters")),
        ],
    )
    valid_to = DayField(
        lazy_gettext("Decision valid until"), validators=[InputRequired(lazy_gettext("Give the day until which the decision holds"))]
    )

    def validate_reason(self, field: StringField) -> None:
        found = guard.find(field.data or "")
        if found:
            raise ValidationError(f"{_(found[0].sentence)} ({found[0].fragment})")
