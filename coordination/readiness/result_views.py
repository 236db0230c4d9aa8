"""What the self-assessment shows: the voivodeship's matrix, one institution, the country, files."""

from __future__ import annotations

from fractions import Fraction

from flask import Blueprint

from coordination.i18n import decimal
from coordination.surveys.scoring import rounded
from coordination.web import language

bp = Blueprint("readiness", __name__, url_prefix="/readiness")


@bp.app_template_filter("score")
def score(value: Fraction | None) -> str:
    """A score for the eye: a whole number, half up, or a dash."""
    return "–" if value is None else str(rounded(value))


@bp.app_template_filter("exact")
def exact(value: Fraction | None, places: int = 2) -> str:
    """A number of the arithmetic: as it is, otherwise with so many decimals."""
    if value is None:
        return "–"
    if value.denominator == 1:
        return str(value.numerator)
    return decimal(float(value), language(), places).rstrip("0").rstrip(",.")


@bp.app_template_filter("percent")
def percent(value: Fraction) -> str:
    """A place on a scale of 0 to 100, for the coordinates of a picture."""
    return f"{float(value):.2f}"
