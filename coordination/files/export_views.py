"""Records and the network as files to take away, under the filters of the address."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from flask import abort, request

from coordination.clock import today
from coordination.errors import Invalid
from coordination.exchange import exporting, networks, writing
from coordination.exchange.kinds import KINDS
from coordination.files.room import bp
from coordination.graph import bulk
from coordination.graph.text import folded
from coordination.i18n import N_
from coordination.permissions import Permission, scope
from coordination.web import actor, download, language, needs, store, voivodeships


@bp.get("/export/<kind>.<format>")
@needs(Permission.FILE_EXPORT)
def export(kind: str, format: str):
    """Records of one kind. Hidden numbers stay: they leave by `export_private`, which is a deliberate act."""
    return _records(kind, format, private=False)


@bp.post("/export/contacts.<format>")
@needs(Permission.CONTACT_REVEAL)
def export_private(format: str):
    """Contacts with the hidden numbers the actor may reveal; the audit log says so."""
    return _records("contacts", format, private=True)


@bp.get("/export/network/<format>")
@needs(Permission.NETWORK_READ)
def network(format: str):
    """The network that the map shows under the same filters."""
    if format not in networks.FORMATS:
        abort(404)
    scope(actor(), Permission.FILE_EXPORT)  # taking away is more than reading
    place = _place()
    if place and place not in voivodeships():
        abort(404)
    shown = networks.selected(
        store(), actor(), voivodeship=place, on=_day(), area=request.args.get("area", ""), lang=language()
    )
    extension, media = networks.MEDIA[format]
    return download(networks.write(format, shown), f"network-{place or 'PL'}.{extension}", media)


def _records(kind: str, format: str, *, private: bool) -> Any:
    if kind not in KINDS or format not in writing.MEDIA:
        abort(404)
    place, day = _place(), _day()
    rows = exporting.rows(store(), actor(), kind, voivodeship=place, on=day, only=_chosen(), private=private)
    if kind == "claims" and request.args.get("area"):
        rows = [row for row in rows if row["area"] == request.args["area"]]
    name = "-".join(part for part in (kind, place or "", (day or today()).isoformat()) if part)
    return download(
        writing.chunks(format, exporting.columns(kind), rows, kind), f"{name}.{format}", writing.MEDIA[format]
    )


def _place() -> str | None:
    return request.args.get("voivodeship") or None


def _day() -> date | None:
    text = request.args.get("as_of", "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(N_("Write the day as year-month-day, for example 2026-01-12."), field="as_of") from None


def _chosen() -> Collection[str] | None:
    """Institutions under the filters of the register that fit a file: words of the name, and the type."""
    words, type = folded(request.args.get("q", "")).split(), request.args.get("type", "")
    if not words and not type:
        return None
    seen = bulk.index(store(), scope(actor(), Permission.FILE_EXPORT))
    return {
        id
        for id, place in seen.items()
        if (not type or place.type == type)
        and all(word in folded(place.name, place.short_name, id) for word in words)
    }
