"""What the pages of rounds share: the blueprint, the parts of the room, the place and the key of letters."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _

from coordination.permissions import Permission, ever
from coordination.phrases import by_reader
from coordination.readiness.answering.handing import UNWANTED
from coordination.web import actor

bp = Blueprint("rounds", __name__, url_prefix="/rounds")


@bp.app_template_global("readiness_views")
def readiness_views() -> list[tuple[str, str, bool]]:
    """Parts of the room that this reader may see: label, address, whether it is the part being shown."""
    who, here = actor(), request.endpoint or ""
    country = here == "readiness.country"
    parts = (
        (
            _("Results"),
            "readiness.index",
            Permission.SURVEY_READ,
            here.startswith("readiness.") and not country,
        ),
        (_("Country"), "readiness.country", Permission.SURVEY_COUNTRY, country),
        (_("Rounds"), "rounds.index", Permission.ROUND_MANAGE, here.startswith("rounds.")),
        (
            _("Questionnaires"),
            "questionnaires.index",
            Permission.QUESTIONNAIRE_EDIT,
            here.startswith("questionnaires."),
        ),
    )
    return [
        (label, url_for(endpoint), current)
        for label, endpoint, permission, current in parts
        if ever(who, permission)
    ]


def secret() -> str:
    return current_app.config["SECRET_KEY"]


@bp.app_template_filter("why_stopped")
@by_reader
def why_stopped(reason: str) -> str:
    """Why no reminders come: the institution's own wish in the reader's language, a consultant's words as they are."""
    return _(reason) if reason == UNWANTED else reason


@bp.context_processor
def _shared() -> dict[str, Any]:
    return {"keep": place()}


def place() -> dict[str, Any]:
    """The voivodeship the reader has chosen, for the addresses of this room."""
    asked = request.args.get("voivodeship", "")
    return {"voivodeship": asked} if asked else {}


def link_address(token: str) -> str:
    """The address of a link as it stands in a letter."""
    public_url = current_app.config["SETTINGS"].public_url
    return (public_url or request.host_url.rstrip("/")) + url_for("reply.open_link", token=token)


def seen_version() -> int:
    """The version that was looked at before the button was pressed, 0 where the page did not say."""
    raw = request.form.get("version", "")
    return int(raw) if raw.isdecimal() and len(raw) < 9 else 0
