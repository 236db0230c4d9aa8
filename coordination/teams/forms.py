"""Forms of a team: the order it rests on, and its members."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from coordination.fields import DayField, FromList, PartialDayField, no_personal_data
from coordination.web import Form


class VersionForm(Form):
    """A button on a page that showed the team as of `version`."""

    version = IntegerField(widget=HiddenInput(), default=0, validators=[Optional()])


class OrderForm(VersionForm):
    legal_act = StringField(
        _("Legal act"),
        validators=[Optional(), Length(max=300, message=_("Shorten the act to 300 characters")), no_personal_data],
        description=_("Kind, number and who gave it, for example “order no. 47/2015 of the voivode”."),
    )
    established = PartialDayField(
        _("Date of the act"), validators=[Optional()],
        description=_("A day, a month or a year, for example 12.01.2026, 01.2026 or 2026."),
    )
    term_end = DayField(
        _("Last day of the term"), validators=[Optional()], description=_("Empty when the act sets no term."),
    )


class MemberForm(VersionForm):
    institution = FromList(_("Institution"), validators=[InputRequired(_("Choose the institution"))])
    role = FromList(_("Role"), validators=[InputRequired(_("Choose the role"))], default="member")
    function = StringField(
        _("Function of its representative"),
        validators=[Optional(), Length(max=120, message=_("Shorten the function to 120 characters")), no_personal_data],
        description=_("A function rather than a person, for example “head of the department”."),
    )
    since = PartialDayField(
        _("Since"), validators=[Optional()],
        description=_("A day, a month or a year, for example 12.01.2026, 01.2026 or 2026."),
    )
