"""The decision not to pursue an expectation."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from coordination.fields import DayField, no_personal_data
from coordination.web import Form


class WaiverForm(Form):
    reason = TextAreaField(
        lazy_gettext("Reason"),
        validators=[
            InputRequired(lazy_gettext("Give the reason; everyone who sees the gap reads it")),
            Length(min=10, max=1000, message=lazy_gettext("Give the reason in 10 to 1,000 characters")),
            no_personal_data,
        ],
    )
    valid_to = DayField(
        lazy_gettext("Decision valid until"),
        validators=[InputRequired(lazy_gettext("Give the day until which the decision holds"))],
    )
