"""Forms of rounds, letters and reviews."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from coordination.fields import DayField, FromList, no_personal_data
from coordination.web import Form


class RoundForm(Form):
    title = StringField(
        lazy_gettext("Title of the round"),
        validators=[
            InputRequired(lazy_gettext("Give the title, for example Self-assessment 2026")),
            Length(max=120, message=lazy_gettext("Give the title in at most 120 characters")),
            no_personal_data,
        ],
    )
    questionnaire = FromList(
        lazy_gettext("Questionnaire"), validators=[InputRequired(lazy_gettext("Choose from the list"))]
    )
    opens_on = DayField(
        lazy_gettext("First day"), validators=[InputRequired(lazy_gettext("Give the first day"))]
    )
    closes_on = DayField(
        lazy_gettext("Last day"), validators=[InputRequired(lazy_gettext("Give the last day"))]
    )
    note = TextAreaField(
        lazy_gettext("Note shown to the institutions"),
        validators=[
            Optional(),
            Length(max=1000, message=lazy_gettext("Give the note in at most 1,000 characters")),
            no_personal_data,
        ],
    )


class LetterForm(Form):
    version = HiddenField()
    mailbox = StringField(
        lazy_gettext("Address"),
        validators=[Optional(), Length(max=254, message=lazy_gettext("The address is too long"))],
    )
    subject = StringField(
        lazy_gettext("Subject"),
        validators=[
            InputRequired(lazy_gettext("Give the subject")),
            Length(max=200, message=lazy_gettext("Give the subject in at most 200 characters")),
        ],
    )
    body = TextAreaField(
        lazy_gettext("Text of the letter"),
        validators=[
            InputRequired(lazy_gettext("Give the text of the letter")),
            Length(max=8000, message=lazy_gettext("Give the text in at most 8,000 characters")),
        ],
    )
    alike = BooleanField(
        lazy_gettext("Give the same subject and text to the other letters of this kind that wait")
    )


class VersionForm(Form):
    version = HiddenField()


class ReasonForm(Form):
    version = HiddenField()
    reason = TextAreaField(
        lazy_gettext("Reason"),
        validators=[
            InputRequired(lazy_gettext("Give the reason; the institution reads it.")),
            Length(max=2000, message=lazy_gettext("The reason is too long: at most 2,000 characters")),
            no_personal_data,
        ],
    )


class StopForm(Form):
    reason = StringField(
        lazy_gettext("Reason"),
        validators=[
            InputRequired(
                lazy_gettext("Give the reason, for example: answers on paper, asked not to be reminded")
            ),
            Length(max=300, message=lazy_gettext("Give the reason in at most 300 characters")),
            no_personal_data,
        ],
    )
