"""Forms of the register: fields and what makes them valid, nothing else."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from coordination.fields import CheckBoxes, DayField, FromList, options
from coordination.graph.model import ChannelKind, Visibility
from coordination.graph.profiles import Group, ResourceKind, Stage
from coordination.institutions import words
from coordination.web import Form


class WholeField(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a whole number")) from error


class InstitutionForm(Form):
    name_pl = StringField(
        _("Full name"),
        validators=[InputRequired(_("Enter the name of the institution")), Length(max=250)],
    )
    short_name = StringField(
        _("Short name"),
        validators=[Optional(), Length(max=60)],
        description=_("As people call it in lists and on the map, for example “OIK Radom”."),
    )
    type = FromList(_("Type"), validators=[InputRequired(_("Choose the type of the institution"))])
    parent_id = FromList(_("Subordinate to"), validators=[Optional()])
    voivodeships = CheckBoxes(_("Acts in the voivodeships"), validators=[Optional()])
    voivodeships_partial = CheckBoxes(
        _("Of these only in part of"), validators=[Optional()],
        description=_("For example an office whose area ends at a county."),
    )
    national = BooleanField(
        _("National body"), description=_("It appears in every voivodeship and is counted once in the country.")
    )
    city = StringField(_("Seat"), validators=[Optional(), Length(max=80)], description=_("Town or city."))
    website = StringField(_("Website"), validators=[Optional(), Length(max=300)])
    name_2014 = StringField(_("Name in 2014"), validators=[Optional(), Length(max=250)])
    note = TextAreaField(
        _("Note"), validators=[Optional(), Length(max=1500, message=_("The note may have at most 1,500 characters"))],
        description=_("No data of persons and no descriptions of cases."),
    )
    active_from = DayField(_("Active since"), validators=[Optional()])
    active_to = DayField(_("Active until"), validators=[Optional()])
    version = IntegerField(widget=HiddenInput(), default=0, validators=[Optional()])

    def values(self) -> dict[str, Any]:
        """What was entered, as the fields of an institution."""
        found: dict[str, Any] = {}
        for field in self:
            if field.name in ("csrf_token", "version"):
                continue
            data = field.data
            found[field.name] = tuple(data or ()) if isinstance(field, CheckBoxes) else data
        for name in ("short_name", "parent_id", "city", "website", "name_2014", "note"):
            if name in found:
                found[name] = found[name] or ""
        return found


class ChannelForm(PlainForm):
    id = HiddenField()
    kind = FromList(_("Kind"), choices=options((each, each) for each in ChannelKind), default="phone")
    value = StringField(_("Number or address"), validators=[Optional(), Length(max=200)])
    visibility = FromList(
        _("Visible"), choices=options((each, each) for each in Visibility), default=str(Visibility.NETWORK)
    )
    remove = BooleanField(_("Remove the hidden number"))


class ContactForm(Form):
    function = StringField(
        _("Function"),
        validators=[InputRequired(_("Enter the function, for example “duty officer”")), Length(max=120)],
        description=_("A function rather than a person, for example “duty officer”."),
    )
    hours = StringField(
        _("Duty hours"), validators=[Optional(), Length(max=200)],
        description=_("For example “24/7”, “Mo-Fr 07:30-15:30; PH off” or “Mo-Th 16:00-08:00” (over midnight)."),
    )
    channels = FieldList(FormField(ChannelForm), min_entries=4, max_entries=12)
    version = IntegerField(widget=HiddenInput(), default=0, validators=[Optional()])

    def values(self) -> dict[str, Any]:
        rows = [
            {"id": row.id.data or "", "kind": row.kind.data, "value": row.value.data or "",
             "visibility": row.visibility.data, "remove": bool(row.remove.data)}
            for row in (entry.form for entry in self.channels)
        ]
        return {"function": self.function.data, "hours": self.hours.data or "", "channels": rows}


class ResourceForm(PlainForm):
    kind = FromList(_("Resource"), choices=options((each, each) for each in ("", *ResourceKind)), default="")
    quantity = WholeField(_("How many"), validators=[Optional(), NumberRange(0, 100_000, _("Enter a whole number"))])
    as_of = DayField(_("As of"), validators=[Optional()])
    note = StringField(_("Remark"), validators=[Optional(), Length(max=200)])


class CardForm(Form):
    """The competence card; `task_<stage>` and `basis_<stage>` are added below, one pair for each stage."""

    languages = StringField(
        _("Languages spoken"), validators=[Optional(), Length(max=300)],
        description=_("Separated by semicolons, for example “Ukrainian; Russian; English”."),
    )
    groups = CheckBoxes(_("Who is served"), choices=options((each, each) for each in Group), validators=[Optional()])
    hours = StringField(
        _("Hours of service"), validators=[Optional(), Length(max=200)],
        description=_("For example “24/7”, “Mo-Fr 07:30-15:30; PH off” or “Mo-Th 16:00-08:00” (over midnight)."),
    )
    resources = FieldList(FormField(ResourceForm), min_entries=4, max_entries=20)
    version = IntegerField(widget=HiddenInput(), default=0, validators=[Optional()])


for _stage in Stage:
    setattr(CardForm, f"task_{_stage}", TextAreaField(words.LABELS["stage"][_stage], [Optional(), Length(max=1500)]))
    setattr(CardForm, f"basis_{_stage}", StringField(_("Legal basis"), [Optional(), Length(max=300)]))


class PurposeForm(Form):
    purpose = RadioField(_("What is the number needed for?"),
                         validators=[InputRequired(_("Choose what the number is needed for"))])


class ConfirmForm(Form):
    version = IntegerField(widget=HiddenInput(), default=0, validators=[Optional()])
