"""Forms of accounts: fields and what makes them valid."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import PasswordInput

from coordination.accounts import passwords
from coordination.fields import options
from coordination.web import Form

# A megabyte sent as a password is refused before anything is hashed.
_PASSWORD = Length(max=passwords.LONGEST, message=lazy_gettext("Give a password of at most 256 characters."))


def _address(_form: Any, field: Any) -> None:
    try:
        field.data = validate_email(field.data or "", check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValidationError(lazy_gettext("Give an e-mail address such as name@office.pl.")) from error


def password_field(label: Any, kind: str, message: Any) -> PasswordField:
    return PasswordField(
        label,
        validators=[InputRequired(message), _PASSWORD],
        widget=PasswordInput(hide_value=True),
        render_kw={"autocomplete": kind, "maxlength": passwords.LONGEST, "data-password": ""},
    )


class SignInForm(Form):
    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=[InputRequired(lazy_gettext("Give the e-mail address of the account.")), Length(max=320)],
        render_kw={"autocomplete": "username"},
    )
    password = password_field(lazy_gettext("Password"), "current-password", lazy_gettext("Give the password."))
    next = HiddenField()


class ForgottenForm(Form):
    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=[InputRequired(lazy_gettext("Give the e-mail address of the account.")), Length(max=320), _address],
        render_kw={"autocomplete": "username"},
    )


class NewPasswordForm(Form):
    password = password_field(lazy_gettext("New password"), "new-password", lazy_gettext("Give the new password."))


class FirstAccountForm(NewPasswordForm):
    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=[InputRequired(lazy_gettext("Give your e-mail address.")), Length(max=254), _address],
        render_kw={"autocomplete": "username"},
    )


class ChangePasswordForm(Form):
    current = password_field(lazy_gettext("Current password"), "current-password", lazy_gettext("Give the current password."))
    new = password_field(lazy_gettext("New password"), "new-password", lazy_gettext("Give the new password."))


class PreferencesForm(Form):
    language = RadioField(lazy_gettext("Language"), choices=options([("pl", "Polski"), ("en", "English")]))
    dense = BooleanField(lazy_gettext("Dense tables: more rows on the screen"))


class AccountForm(Form):
    """A new account. Choices are set by the view: who may give what to whom differs."""

    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=[InputRequired(lazy_gettext("Give the e-mail address of the account.")), Length(max=254), _address],
        render_kw={"autocomplete": "off"},
    )
    role = RadioField(lazy_gettext("Role"), validators=[InputRequired(lazy_gettext("Choose the role."))])
    institution = SelectField(lazy_gettext("Institution"), validators=[Optional()], validate_choice=True)
    voivodeship = SelectField(lazy_gettext("Voivodeship"), validators=[Optional()], validate_choice=True)
    label = StringField(lazy_gettext("Function shown to others"), validators=[Optional(), Length(max=120)])


class RoleForm(Form):
    role = RadioField(lazy_gettext("Role"), validators=[InputRequired(lazy_gettext("Choose the role."))])
    institution = SelectField(lazy_gettext("Institution"), validators=[Optional()], validate_choice=True)
    voivodeship = SelectField(lazy_gettext("Voivodeship"), validators=[Optional()], validate_choice=True)
    version = IntegerField(widget=HiddenField.widget)


class VersionForm(Form):
    """A button on a page that showed the account as of `version`."""

    version = IntegerField(widget=HiddenField.widget)
