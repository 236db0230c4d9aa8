"""What surrounds every page: navigation by role, the place switcher, language links, footer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import g, request, url_for
from flask_login import current_user

from coordination.clock import now
from coordination.graph.model import Voivodeship
from coordination.i18n import LANGUAGES, local
from coordination.permissions import Permission, Role, scope
from coordination.phrases import plain as _  # many words of every page
from coordination.web import actor, language, voivodeship, voivodeships

# Blueprints that are parts of one menu entry.
ROOM_OF = {
    **dict.fromkeys(("map", "matrix", "reply"), "cooperation"),
    **dict.fromkeys(("survey", "rounds", "questionnaires"), "readiness"),
}


@dataclass(kw_only=True)
class Frame:
    demo: bool = False
    notice: str = ""
    signed_in: bool = False
    guest: bool = False
    role: str = ""
    role_label: str = ""
    account_label: str = ""
    voivodeship: Voivodeship | None = None
    switcher: list[tuple[str, str, bool, bool]] = field(default_factory=list)
    nav: list[tuple[str, str, bool, int | None]] = field(default_factory=list)
    can_call: bool = False
    call_url: str = ""
    menu_url: str = ""
    search_url: str = ""
    sign_in_url: str = ""
    sign_out_url: str = ""
    account_url: str = ""
    lang: str = "pl"
    lang_urls: dict[str, str] = field(default_factory=dict)
    footer: list[tuple[str, str]] = field(default_factory=list)
    data_as_of: datetime | None = None
    request_id: str = ""
    dense: bool = False


def role_name(role: str) -> str:
    return {
        Role.CONSULTANT: _("Voivodeship consultant"),
        Role.INSTITUTION: _("Institution"),
        Role.NATIONAL: _("National overview"),
        Role.ADMINISTRATOR: _("Administrator"),
        Role.AUDITOR: _("Auditor"),
        Role.GUEST: _("Link holder"),
        Role.OPERATOR: _("Local operator"),
    }.get(Role(role), role)


def build(demo: bool) -> Frame:
    """The frame of this request. Asks the store nothing: it must stand on the 503 page too."""
    who = actor()
    lang = language()
    frame = Frame(demo=demo, lang=lang, lang_urls=_language_links(), data_as_of=now())
    frame.request_id = getattr(g, "request_id", "")
    frame.sign_in_url = url_for("accounts.sign_in")
    frame.footer = _footer(lang, request.script_root)
    if who.role is Role.GUEST:
        frame.guest = bool(who.id)
        return frame
    frame.signed_in = True
    frame.role = str(who.role)
    frame.role_label = role_name(who.role)
    frame.account_label = who.label
    frame.dense = bool(getattr(current_user, "dense", False))
    here = None if getattr(g, "store_down", False) else _here()
    frame.voivodeship = here
    place: dict[str, Any] = {"voivodeship": here.teryt} if here and request.args.get("voivodeship") else {}
    frame.switcher = [] if getattr(g, "store_down", False) else _switcher(here)
    frame.nav = _navigation(place)
    frame.can_call = True
    frame.call_url = url_for("institutions.call", **place)
    frame.search_url = url_for("institutions.search")
    frame.menu_url = url_for("home.menu", **place)
    frame.sign_out_url = url_for("accounts.sign_out")
    frame.account_url = url_for("accounts.account")
    return frame


def _here() -> Voivodeship | None:
    try:
        return voivodeship()
    except Exception:  # an error page is being drawn for the very address that has no place
        return None


def _switcher(here: Voivodeship | None) -> list[tuple[str, str, bool, bool]]:
    reach = scope(actor(), Permission.INSTITUTION_READ)
    own = actor().voivodeships
    places = [
        each for each in voivodeships().values() if reach.everything or each.teryt in reach.voivodeships
    ]
    if len(places) < 2:
        return []
    places.sort(key=lambda each: each.teryt not in own)
    links = [
        (local(each, "name", language()), _same_page(voivodeship=each.teryt), each == here, each.teryt in own)
        for each in places
    ]
    return [
        *([(_("Poland"), _same_page(voivodeship=None), here is None, False)] if reach.everything else []),
        *links,
    ]


def _same_page(**changes: str | None) -> str:
    args = {**request.args.to_dict(), **changes}
    args.pop("page", None)
    kept = {key: value for key, value in args.items() if value}
    try:
        return url_for(request.endpoint or "home.start", **{**(request.view_args or {}), **kept})
    except Exception:
        return url_for("home.start", **kept)


def _language_links() -> dict[str, str]:
    # An address with a token in it is not repeated on any page.
    if request.method != "GET" or request.endpoint is None or "token" in (request.view_args or {}):
        return {lang: url_for("home.start", lang=lang) for lang in LANGUAGES}
    return {lang: _same_page(lang=lang) for lang in LANGUAGES}


# Words and addresses below are the same on every page of a reader, and finding them costs as much as a short table.
@lru_cache(maxsize=16)
def _footer(lang: str, root: str) -> list[tuple[str, str]]:
    return [
        (_("Accessibility statement"), url_for("about.page", page="accessibility")),
        (_("Personal data"), url_for("about.page", page="personal-data")),
        (_("Method and sources"), url_for("about.page", page="method")),
        (_("Help"), url_for("about.page", page="help")),
        (_("Report an error in the data"), url_for("about.page", page="report-error")),
    ]


def _navigation(place: dict[str, str]) -> list[tuple[str, str, bool, int | None]]:
    here = (request.blueprint or "").split(".")[0]
    here = ROOM_OF.get(here, here)
    if request.endpoint in ("institutions.call", "institutions.search"):  # each has its own place in the frame
        here = ""
    counts = getattr(g, "counts", {})
    entries = _entries(
        actor().role, actor().institution_id, place.get("voivodeship"), language(), request.script_root
    )
    return [(label, url, room == here, counts.get(room)) for room, label, url in entries]


@lru_cache(maxsize=1024)
def _entries(
    role: Role, institution_id: str | None, teryt: str | None, lang: str, root: str
) -> list[tuple[str, str, str]]:
    """(room, label, address) of the menu of a role, an institution's with its own page."""
    place: dict[str, Any] = {"voivodeship": teryt} if teryt else {}
    own = {"institution_id": institution_id}
    todo = ("home", _("To do"), "home.start", {})
    everyone: list[tuple[str, str, str, dict[str, Any]]] = [
        ("institutions", _("Institutions"), "institutions.index", {}),
        ("cooperation", _("Cooperation"), "cooperation.index", {}),
        ("gaps", _("Gaps"), "gaps.index", {}),
        ("readiness", _("Readiness"), "readiness.index", {}),
        ("teams", _("Team") if role is Role.CONSULTANT else _("Teams"), "teams.index", {}),
    ]
    entries = {
        Role.CONSULTANT: [
            todo,
            *everyone,
            ("files", _("Import and export"), "files.index", {}),
            ("accounts", _("Accounts"), "accounts.index", {}),
        ],
        Role.INSTITUTION: [
            todo,
            ("institutions", _("Our profile"), "institutions.show", own),
            ("cooperation", _("Cooperation"), "cooperation.index", {}),
            ("readiness", _("Self-assessment"), "survey.index", {}),
        ],
        Role.NATIONAL: [
            ("country", _("Country"), "country.index", {}),
            *everyone,
            ("files", _("Export"), "files.index", {}),
        ],
        Role.ADMINISTRATOR: [
            ("country", _("Country"), "country.index", {}),
            *everyone,
            ("files", _("Import and export"), "files.index", {}),
            ("accounts", _("Accounts"), "accounts.index", {}),
            ("audit", _("Audit log"), "audit.index", {}),
        ],
        Role.AUDITOR: [
            ("audit", _("Audit log"), "audit.index", {}),
            ("country", _("Country"), "country.index", {}),
            *everyone,
        ],
    }.get(role, [])
    return [(room, label, url_for(endpoint, **values or place)) for room, label, endpoint, values in entries]
