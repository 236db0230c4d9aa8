"""Fields of a claim and what makes them valid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from coordination.clock import today
from coordination.cooperation.service import Statement
from coordination.fields import CheckBoxes, DayField, no_personal_data, options
from coordination.graph.directory import Entry
from coordination.graph.model import Area, Basis, Claim, Form, Frequency, Stance
from coordination.labels import LABELS
from coordination.web import Form as BaseForm
from coordination.web import language


def choices(kind: str, *, empty: Any = None, only: tuple[str, ...] = ()) -> list[SelectChoice]:
    """The codes of a kind by name; `empty` is what leaving the field open is called."""
    found = options(
        (code, lazy_gettext(text)) for code, text in LABELS[kind].items() if not only or code in only
    )
    return [*options([("", empty)] if empty is not None else ()), *found]


class ClaimForm(BaseForm):
    claimant = SelectField(
        lazy_gettext("On behalf of"),
        validators=[InputRequired(lazy_gettext("Choose the institution that makes the statement"))],
    )
    partner = SelectField(
        lazy_gettext("Partner"), validators=[InputRequired(lazy_gettext("Choose the partner"))]
    )
    areas = CheckBoxes(
        lazy_gettext("Areas of cooperation"),
        validators=[InputRequired(lazy_gettext("Tick at least one area"))],
    )
    stance = RadioField(
        lazy_gettext("Statement"),
        choices=choices("stance", only=("cooperates", "does_not_cooperate", "not_applicable")),
        default="cooperates",
        validators=[InputRequired(lazy_gettext("Choose what is stated"))],
    )
    forms = CheckBoxes(lazy_gettext("Form"), choices=choices("form"), validators=[Optional()])
    frequency = SelectField(
        lazy_gettext("Frequency"),
        choices=choices("frequency", empty=lazy_gettext("not stated")),
        validators=[Optional()],
    )
    basis = SelectField(
        lazy_gettext("Basis"),
        choices=choices("basis_of_claim", empty=lazy_gettext("not stated")),
        validators=[Optional()],
    )
    intensity = SelectField(
        lazy_gettext("Intensity"),
        choices=choices("intensity", empty=lazy_gettext("not stated")),
        validators=[Optional()],
    )
    valid_from = DayField(lazy_gettext("Cooperation since"))
    valid_to = DayField(lazy_gettext("Cooperation until"))
    last_activity = DayField(lazy_gettext("Last activity"))
    note = TextAreaField(
        lazy_gettext("Note"),
        validators=[
            Length(max=1500, message=lazy_gettext("Shorten the note to 1,500 characters")),
            no_personal_data,
        ],
    )
    seen = HiddenField()

    def offer(
        self,
        claimants: Mapping[str, Entry],
        partners: Mapping[str, Entry],
        known: list[str],
        areas: Mapping[str, Area],
    ) -> None:
        """Fill the choices: partners of last time first."""
        open_choice = SelectChoice("", _("choose"))
        self.claimant.choices = options((each.id, each.name) for each in claimants.values())
        if len(claimants) != 1:
            self.claimant.choices.insert(0, open_choice)
        so_far, others = (_("Partners so far"), _("Other institutions")) if known else (None, None)
        first = [SelectChoice(key, partners[key].name, optgroup=so_far) for key in known if key in partners]
        rest = [
            SelectChoice(each.id, each.name, optgroup=others)
            for each in partners.values()
            if each.id not in known
        ]
        self.partner.choices = [open_choice, *first, *rest]
        name = "name_pl" if language() == "pl" else "name_en"
        self.areas.choices = options((each.code, getattr(each, name)) for each in areas.values())

    def validate_valid_to(self, field: Any) -> None:
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise StopValidation(_("The cooperation ends before it begins. Correct one of the two dates."))

    def validate_last_activity(self, field: Any) -> None:
        if field.data and field.data > today():
            raise StopValidation(_("The last activity lies in the future. Give a day that has passed."))

    def statement(self) -> Statement:
        return Statement(
            stance=Stance(self.stance.data),
            forms=tuple(Form(each) for each in self.forms.data or ()),
            basis=Basis(self.basis.data) if self.basis.data else None,
            frequency=Frequency(self.frequency.data) if self.frequency.data else None,
            intensity=int(self.intensity.data) if self.intensity.data else None,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            last_activity=self.last_activity.data,
            note=self.note.data or "",
        )

    def prefill(self, claim: Claim) -> None:
        self.stance.data = str(claim.stance) if claim.stance is not Stance.WITHDRAWN else "cooperates"
        self.forms.data = [str(each) for each in claim.forms]
        self.frequency.data = str(claim.frequency or "")
        self.basis.data = str(claim.basis or "")
        self.intensity.data = str(claim.intensity or "")
        self.valid_from.data, self.valid_to.data = claim.valid_from, claim.valid_to
        self.last_activity.data = claim.last_activity
        self.note.data = claim.note
