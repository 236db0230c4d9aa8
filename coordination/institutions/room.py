"""The blueprint of the register (institutions, contacts, search, the call list) and what its pages share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from coordination import clock, phrases
from coordination.errors import Invalid
from coordination.graph import profiles
from coordination.graph.model import Institution, InstitutionType
from coordination.hours import describe
from coordination.hours import words as hour_words
from coordination.i18n import local, translator
from coordination.institutions.reach import Reach
from coordination.institutions.words import LABELS
from coordination.web import institution_types, language

bp = Blueprint("institutions", __name__)


def types() -> dict[str, InstitutionType]:
    """Institution types by code; read once, they change with the reference data only."""
    return institution_types()


def type_name(code: str) -> str:
    known = types().get(code)
    return local(known, "name", language()) if known else code


@bp.app_template_global("term")
def term(kind: str, code: object) -> str:
    """The reader's word for a code of the register."""
    return phrases.plain(LABELS[kind].get(str(code), str(code)))


@bp.app_template_global("duty_text")
def duty_text(reach: Reach) -> str:
    return describe(reach.duty, clock.now(), translator(language()))


@bp.app_template_global("hours_text")
def hours_text(hours: str) -> str:
    return hour_words(hours, translator(language()))


@bp.app_template_global("changed_fields")
def changed_fields(change: profiles.Change) -> str:
    """Names of the fields a change touched; ids and bookkeeping are left out."""
    known = LABELS["field"]
    return ", ".join(dict.fromkeys(_(known[name]) for name in change.fields if name in known))


@bp.app_template_global("provenance_of")
def provenance_of(found: Institution) -> str:
    return "seed" if any(each.startswith("SEED") for each in found.source) else "public"


def pairs(kind: str) -> list[tuple[str, str]]:
    """(code, word) of every code of a kind, for a choice."""
    return [(code, term(kind, code)) for code in LABELS[kind]]


def refuse(form: Any, error: Invalid) -> None:
    """Put a broken rule at its field, in the reader's language, with what was found in the text."""
    message = _(error.message, **{name: value for name, value in error.values.items() if name != "fragment"})
    if error.values.get("fragment"):
        message = f"{message} ({error.values['fragment']})"
    if error.field in form and not hasattr(form[error.field], "entries"):
        field = form[error.field]
        field.errors = [*field.errors, message]
    else:
        form.form_errors = [*form.form_errors, message]
