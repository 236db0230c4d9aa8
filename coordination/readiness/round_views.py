"""Rounds of the self-assessment: the audience, the letters, the board, and what comes in."""

from __future__ import annotations

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _

from coordination.permissions import Permission, ever
from coordination.web import actor

bp = Blueprint("rounds", __name__, url_prefix="/rounds")


@bp.app_template_global("readiness_views")
def readiness_views() -> list[tuple[str, str, bool]]:
    """Parts of the room that this reader may see: label, address, whether it is the part being shown."""
    who, here = actor(), request.endpoint or ""
    country = here == "readiness.country"
    parts = (
        (_("Results"), "readiness.index", Permission.SURVEY_READ, here.startswith("readiness.") and not country),
        (_("Country"), "readiness.country", Permission.SURVEY_COUNTRY, country),
        (_("Rounds"), "rounds.index", Permission.ROUND_MANAGE, here.startswith("rounds.")),
        (_("Questionnaires"), "questionnaires.index", Permission.QUESTIONNAIRE_READ, here.startswith("questionnaires.")),
    )
    return [
        (label, url_for(endpoint), current)
        for label, endpoint, permission, current in parts
        if ever(who, permission) and endpoint in current_app.view_functions
    ]
