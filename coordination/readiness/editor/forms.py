"""Forms of the questionnaire's editor: fields and what makes them valid, nothing else."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, Optional, Regexp

from coordination.fields import CheckBoxes, FromList, no_personal_data, options
from coordination.readiness.editor.item_fields import NUMBER, number
from coordination.readiness.editor.words import KINDS, STEPS, TESTS
from coordination.web import Form

WORD = r"^[A-Za-z][A-Za-z0-9_]{0,31}$"


def numeric(_form: Any, field: Any) -> None:
    """A validator: a number like 2, 0.5 or 1/3, or nothing."""
    if field.data and not NUMBER.fullmatch(field.data.strip()):
        raise ValidationError(_("Enter a number, for example 2 or 0.5"))


def whole(_form: Any, field: Any) -> None:
    """A validator: a whole number, or nothing."""
    text = number(field.data)
    if text and not text.removeprefix("-").isdigit():
        raise ValidationError(_("Enter a whole number"))


def said(label: Any, longest: int, *more: Any, **kwargs: Any) -> StringField:
    limit = Length(max=longest, message=_("The text is too long: shorten it"))
    return StringField(label, validators=[*(more or [Optional()]), limit, no_personal_data], **kwargs)


def told(label: Any, longest: int, *more: Any, **kwargs: Any) -> TextAreaField:
    limit = Length(max=longest, message=_("The text is too long: shorten it"))
    return TextAreaField(label, validators=[*(more or [Optional()]), limit, no_personal_data], **kwargs)


def amount(label: Any, *more: Any, **kwargs: Any) -> StringField:
    limit = Length(max=24, message=_("Enter a number, for example 2 or 0.5"))
    return StringField(label, validators=[Optional(), limit, numeric, *more], **kwargs)


class LevelRow(PlainForm):
    value = HiddenField()
    pl = told(_("In Polish"), 600)
    en = told(_("In English"), 600)


class OptionRow(PlainForm):
    value = StringField(
        _("Code"),
        validators=[
            Optional(),
            Regexp(
                r"^[A-Za-z0-9_+-]{1,64}$", message=_("A code holds letters without accents, digits, _, + and - only")
            ),
        ],
    )
    pl = said(_("In Polish"), 300)
    en = said(_("In English"), 300)
    score = amount(_("Score 0–100"))

    def validate_pl(self, field: Any) -> None:
        if field.data and not self.value.data:
            raise ValidationError(_("Give this answer a code: it stands in files and conditions"))


class BandRow(PlainForm):
    low = amount(_("From"), whole)
    high = amount(_("To"), whole)
    score = amount(_("Score 0–100"))


class ConditionRow(PlainForm):
    gate = FromList(_("The answer to"), validators=[Optional()])
    test = FromList(_("Condition"), choices=options(TESTS.items()), default="in")
    values = CheckBoxes(_("One of these answers is enough"), validators=[Optional()])
    number = amount(_("Number"))

    def validate_gate(self, field: Any) -> None:
        if not field.data:
            return
        if self.test.data in ("gt", "lt"):
            if not self.number.data:
                raise ValidationError(_("Give the number the answer is compared with"))
        elif not self.values.data:
            raise ValidationError(_("Choose at least one answer that opens the question"))


class ItemForm(Form):
    seen = HiddenField()
    shown_kind = HiddenField()
    dimension = FromList(_("Dimension"), validators=[InputRequired(_("Choose the dimension"))])
    kind = FromList(_("Kind of answer"), choices=options(KINDS.items()), default="maturity")
    text_pl = told(_("Question in Polish"), 1000)
    text_en = told(_("Question in English"), 1000)
    hint_pl = told(_("Hint in Polish"), 1500)
    hint_en = told(_("Hint in English"), 1500)
    evidence_pl = told(_("Evidence in Polish"), 1000)
    evidence_en = told(_("Evidence in English"), 1000)
    scored = BooleanField(_("Scored"))
    weight = amount(_("Weight in the dimension"), description=_("Counts only where the question is scored."))
    critical = BooleanField(
        _("Critical"), description=_("A weak answer holds down the band of the whole, whatever the other answers say.")
    )
    applies_to = CheckBoxes(_("Groups of institutions"), validators=[Optional()])
    types = CheckBoxes(_("Types of institutions"), validators=[Optional()])
    levels = FieldList(FormField(LevelRow))
    options = FieldList(FormField(OptionRow))
    share = BooleanField(_("Scored by the share of answers chosen"))
    bands = FieldList(FormField(BandRow))
    unit = said(_("Unit"), 60)
    minimum = amount(_("Smallest number allowed"))
    maximum = amount(_("Greatest number allowed"))
    max_length = amount(_("Longest text, in characters"), whole)
    show_if = FieldList(FormField(ConditionRow))


class NewItemForm(Form):
    """The first page of a new item: where it belongs and what it asks for."""

    dimension = FromList(_("Dimension"), validators=[InputRequired(_("Choose the dimension"))])
    kind = RadioField(_("Kind of answer"), choices=options(KINDS.items()), default="maturity")


class TextsForm(Form):
    seen = HiddenField()
    title_pl = said(_("Title in Polish"), 250)
    title_en = said(_("Title in English"), 250)
    intro_pl = told(_("Introduction in Polish"), 3000)
    intro_en = told(_("Introduction in English"), 3000)
    privacy_pl = told(_("Privacy notice in Polish"), 3000)
    privacy_en = told(_("Privacy notice in English"), 3000)
    minutes = amount(_("Minutes it takes"), whole)
    cycle = amount(_("Months between rounds"), whole)


class DimensionRow(PlainForm):
    id = StringField(
        _("Id"), validators=[Optional(), Regexp(WORD, message=_("An id begins with a letter and holds letters and digits"))]
    )
    weight = amount(_("Weight"))
    pl = said(_("Name in Polish"), 150)
    en = said(_("Name in English"), 150)
    basis = StringField(_("Source"), validators=[Optional(), Length(max=60)])

    def validate_pl(self, field: Any) -> None:
        if field.data and not self.id.data:
            raise ValidationError(_("Give the dimension an id of a few letters, for example KN"))


class DimensionsForm(Form):
    seen = HiddenField()
    rows = FieldList(FormField(DimensionRow))


class ResultBandRow(PlainForm):
    id = StringField(
        _("Id"), validators=[Optional(), Regexp(WORD, message=_("An id begins with a letter and holds letters and digits"))]
    )
    low = amount(_("From"))
    high = amount(_("Below"))
    pl = said(_("Name in Polish"), 100)
    en = said(_("Name in English"), 100)


class RulesForm(Form):
    seen = HiddenField()
    coverage = amount(
        _("Share of a dimension that must be answered"), description=_("Between 0 and 1; below it the dimension has no score.")
    )
    dimensions = amount(_("Dimensions with a score that the whole needs"), whole)
    threshold = amount(_("A critical question is weak below this score"))
    cap_band = StringField(_("Id of the band a weak critical question holds the result at"), validators=[Optional(), Length(max=32)])
    rows = FieldList(FormField(ResultBandRow))


class GroupForm(Form):
    seen = HiddenField()
    types = CheckBoxes(_("Types of institutions in the group"), validators=[Optional()])


class NewGroupForm(GroupForm):
    name = StringField(
        _("Name of the group"),
        validators=[
            InputRequired(_("Name the group")),
            Regexp(WORD, message=_("A name begins with a letter and holds letters, digits and _ only")),
        ],
        description=_("A short code, for example shelters; it stands in files."),
    )


class StepForm(Form):
    step = RadioField(_("The draft is"), choices=options(STEPS.items()), validators=[InputRequired(_("Choose the step"))])


class EditionForm(Form):
    """A deliberate act on exactly the draft that was looked at."""

    edition = HiddenField()

    @property
    def number(self) -> int:
        text = self.edition.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


class SeenForm(Form):
    seen = HiddenField()


class XlsFormForm(Form):
    file = FileField(
        _("XLSForm file"), description=_("An XLSX workbook of at most 4 MB, from here or from another program."),
        validators=[FileRequired(_("Choose a file"))],
    )
