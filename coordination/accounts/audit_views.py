"""The audit log for whoever must know who saw and changed what."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from coordination import clock
from coordination.accounts import audit_words
from coordination.frame import role_name
from coordination.graph import audit, audit_log
from coordination.graph.audit_log import Entry, Filter
from coordination.i18n import polish_key
from coordination.permissions import Permission
from coordination.web import actor, needs, page_number, store

bp = Blueprint("audit", __name__)

PAGE = 50
EXPORT_LIMIT = 100_000


@bp.get("/audit")
@needs(Permission.AUDIT_READ)
def index() -> Any:
    wanted, mistakes = _wanted()
    oldest_first = request.args.get("sort") == "at"
    total = audit_log.count(store(), wanted)
    page = min(page_number(), max(1, -(-total // PAGE)))
    found = audit_log.entries(
        store(), wanted, skip=(page - 1) * PAGE, limit=PAGE, oldest_first=oldest_first
    )
    return render_template(
        "accounts/audit.html", entries=found, total=total, page=page, size=PAGE, wanted=wanted, mistakes=mistakes,
        who=who, words=audit_words, translate=_, actors=_actors(), actions=_actions(), oldest_first=oldest_first,
        export_args={name: value for name, value in request.args.items() if name not in ("page", "sort", "lang")},
    )  # fmt: skip


@bp.get("/audit/export")
@needs(Permission.AUDIT_READ)
def export() -> Response:
    """The filtered log as CSV. The export itself is an entry: who took the log away matters too."""
    wanted, _mistakes = _wanted()
    found = audit_log.entries(store(), wanted, skip=0, limit=EXPORT_LIMIT, oldest_first=True)
    store().change(_note_export, actor(), len(found), clock.now())
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["at", "actor", "actor_label", "role", "action", "object_kind", "object_id", "object_name",
                   "before", "after", "request_id"])  # fmt: skip
    for entry in found:
        rows.writerow([harmless(cell) for cell in _cells(entry)])
    answer = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    name = f"audit-{clock.today().isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _note_export(tx: Any, who: Any, rows: int, at: datetime) -> None:
    audit.record(tx, who, "audit:export", "", after={"rows": rows}, at=at)


def _cells(entry: Entry) -> list[str]:
    def pairs(values: dict[str, Any]) -> str:
        return "; ".join(f"{name}={value}" for name, value in values.items())

    return [
        entry.at.isoformat(timespec="milliseconds"), entry.actor, entry.actor_label, entry.role, entry.action,
        entry.object_kind, entry.object_id, entry.object_name, pairs(entry.before), pairs(entry.after),
        entry.request_id,
    ]  # fmt: skip


def harmless(cell: str) -> str:
    """A spreadsheet runs text that looks like a formula; an apostrophe in front makes it text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def who(entry: Entry) -> str:
    """The function of whoever acted."""
    if entry.actor_label:
        return entry.actor_label
    if entry.actor.startswith("link:"):
        return _("Holder of an invitation link")
    return role_name(entry.role) if entry.actor else _("Not signed in")


def _wanted() -> tuple[Filter, dict[str, str]]:
    """The filter of the address, and what is wrong with it by field."""
    mistakes: dict[str, str] = {}

    def day(name: str) -> datetime | None:
        raw = request.args.get(name, "").strip()
        if not raw:
            return None
        try:
            return datetime.combine(_date(raw), datetime.min.time(), clock.WARSAW).astimezone()
        except ValueError:
            mistakes[name] = _("Give a date such as 12.01.2026.")
            return None

    since, until = day("from"), day("to")
    return Filter(
        actor=request.args.get("actor", "").strip()[:100],
        action=request.args.get("action", "").strip()[:100],
        object_id=request.args.get("object", "").strip()[:100],
        since=since,
        until=until + timedelta(days=1) if until else None,
    ), mistakes


def _date(raw: str) -> date:
    if len(raw) == 10 and raw[2] == raw[5] == ".":
        raw = f"{raw[6:]}-{raw[3:5]}-{raw[:2]}"
    found = date.fromisoformat(raw)
    if not 2000 <= found.year <= 2200:
        raise ValueError(raw)
    return found


def _actors() -> list[tuple[str, str]]:
    named = [(id, label or _shown_actor(id)) for id, label in audit_log.actors(store()) if id]
    return sorted(named, key=lambda each: polish_key(each[1]))


def _shown_actor(id: str) -> str:
    if id.startswith("link:"):
        return _("Link %(id)s", id=id[5:13])
    return _("Local operator") if id == "local-operator" else id


def _actions() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Kinds of things with their actions, for the filter: code, words, actions."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for code in audit_log.actions(store()):
        kinds.setdefault(code.split(":", 1)[0], []).append((code, audit_words.action(code, _)))
    named = [(f"{kind}:", _(audit_words.KINDS.get(kind, kind)), found) for kind, found in kinds.items()]
    return sorted(named, key=lambda each: polish_key(each[1]))
