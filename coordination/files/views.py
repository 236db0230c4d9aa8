"""Import with its preview, and export: the same contract as the commands, the same policy as every page."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from flask import abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination.clock import today
from coordination.errors import Conflict
from coordination.exchange import writing
from coordination.exchange.kinds import FIXED, KINDS, OPTIONAL
from coordination.exchange.plan import UNCHANGED, Change, Plan
from coordination.exchange.problems import Problem, Refused, line
from coordination.files import export_views, service
from coordination.files.forms import FileForm
from coordination.files.room import bp
from coordination.files.uploads import Upload, Uploads
from coordination.files.words import ACTIONS, EXAMPLES, NETWORKS
from coordination.files.words import KINDS as NAMES
from coordination.graph import bulk
from coordination.i18n import local, translator
from coordination.permissions import Permission, ever
from coordination.web import (
    actor,
    areas,
    download,
    institution_types,
    language,
    may_visit,
    needs,
    page_number,
    store,
    voivodeship,
    voivodeships,
)

__all__ = ["bp", "export_views"]  # the views of export_views stand on the same blueprint

SHOWN = 50
CODES = ("column", "code", "name_pl")


@bp.get("/export")
@bp.get("/import")  # registered first: this is the address links lead to
@needs(Permission.FILE_EXPORT)
def index():
    """Bring a file in, take one out."""
    return _start(FileForm(kind=request.args.get("kind") if request.args.get("kind") in KINDS else "institutions"))


def _start(form: FileForm, problems: tuple[Problem, ...] = (), status: int = 200) -> Any:
    here = voivodeship()
    may_network = ever(actor(), Permission.NETWORK_READ)
    area_names = {code: local(area, "name", language()) for code, area in areas().items()}
    return render_template(
        "files/index.html",
        form=form,
        problems=problems,
        said=translator(language()),
        kinds=NAMES,
        columns={name: kind.columns for name, kind in KINDS.items()},
        optional=OPTIONAL,
        may_import=ever(actor(), Permission.FILE_IMPORT),
        may_reveal=ever(actor(), Permission.CONTACT_REVEAL),
        networks=NETWORKS if may_network else {},
        areas=area_names,
        here=here,
        places=_places(),
    ), status


def _places() -> list[tuple[str, str]]:
    seen = ((code, each) for code, each in voivodeships().items() if may_visit(actor(), code))
    return [(code, local(each, "name", language())) for code, each in seen]


def _uploads() -> Uploads:
    return Uploads(current_app.config["SETTINGS"].data_dir)


@bp.post("/import")
@needs(Permission.FILE_IMPORT)
def upload():
    """Read the file and go to its preview."""
    form = FileForm()
    if not form.submitted():
        return _start(form, status=422)
    given = form.file.data
    content = given.read()
    # Only the last part of the name, and only to be shown.
    name = line(PurePath((given.filename or "").replace("\\", "/")).name, 120)
    try:
        kept = service.look(store(), actor(), form.kind.data, name, content, today())
    except Refused as refused:
        tr = translator(language())
        form.file.errors = [_("The file was not read: %(reason)s", reason=refused.problems[0].sentence(tr))]
        return _start(form, refused.problems, 422)
    return redirect(url_for(".preview", token=_uploads().keep(kept)))


@bp.get("/import/<token>")
@needs(Permission.FILE_IMPORT)
def preview(token: str):
    """What exactly would change, and what is wrong?"""
    return _preview(token, _uploads().get(actor().id, token))


def _preview(token: str, kept: Upload, *, notice: str = "", status: int = 200) -> Any:
    common = {"upload": kept, "token": token, "kind_name": _(NAMES[kept.kind]), "notice": notice}
    if kept.saved is not None:
        return render_template("files/saved.html", **common), status
    tr = translator(language())
    page = page_number()
    if kept.problems or kept.table is None:
        shown = kept.problems[(page - 1) * SHOWN : page * SHOWN]
        return render_template("files/wrong.html", **common, said=tr, shown=shown, page=page, size=SHOWN), status
    plan = service.plan_of(store(), actor(), kept, today())
    if plan.refused:  # what was right an hour ago may be wrong now
        kept.problems, kept.wrong, kept.table = plan.problems, len(plan.wrong), None
        _uploads().keep(kept, token=token)
        return _preview(token, kept, notice=notice, status=status)
    changes = [change for change in plan.changes if change.action != UNCHANGED]
    shown = changes[(page - 1) * SHOWN : page * SHOWN]
    return render_template(
        "files/preview.html",
        **common,
        plan=plan,
        total=len(changes),
        rows=[_told(plan, change) for change in shown],
        page=page,
        size=SHOWN,
        undecided=service.undecided(plan, kept),
        decided=[(name, plan.names.get(other, other)) for name, other in kept.same.items()],
    ), status


def _told(plan: Plan, change: Change) -> dict[str, Any]:
    """One row of the preview: what it is about, in names, and every column that differs."""
    row = change.full
    name = plan.names.get
    match plan.kind.name:
        case "institutions":
            title = row["name_pl"]
        case "claims":
            title = f"{name(row['claimant_id'], '')} → {name(row['partner_id'], '')}: {row['area']}"
        case "contacts":
            title = f"{name(row['institution_id'], '')}: {row['function']}"
        case "agreements":
            title = row["title"]
        case _:
            title = f"{row['team_id']}: {name(row['institution_id'], '')}"
    hidden = plan.kind.name == "contacts" and "private" in (row["visibility"], change.before.get("visibility"))
    fields = [
        (
            column,
            # A hidden number that stands is not shown to whoever sends a file about it.
            "•••" if hidden and column == "value" and change.before.get(column) else change.before.get(column, ""),
            after,
        )
        for column, after in change.after.items()
    ]
    return {
        "number": change.number, "title": title, "fields": fields, "older": change.older,
        "action": _(ACTIONS[change.action]), "changed": change.action == "changed",
    }  # fmt: skip


@bp.post("/import/<token>/decide")
@needs(Permission.FILE_IMPORT)
def decide(token: str):
    """Say of possible duplicates whether they are the registered institution or another."""
    kept = _uploads().get(actor().id, token)
    if kept.table is None or kept.saved is not None:
        abort(404)
    plan = service.plan_of(store(), actor(), kept, today())
    for each in service.undecided(plan, kept):
        said = request.form.get(f"row-{each.number}")
        if said == "same":
            kept.same[each.id] = each.other_id
        elif said == "other":
            kept.other.append(each.id)
    _uploads().keep(kept, token=token)
    return redirect(url_for(".preview", token=token))


@bp.post("/import/<token>")
@needs(Permission.FILE_IMPORT)
def save(token: str):
    """Save all of it, if it still does what was shown."""
    kept = _uploads().get(actor().id, token)
    if kept.saved is not None:  # sent twice: the first time did it
        return redirect(url_for(".preview", token=token))
    if kept.table is None:
        abort(404)
    try:
        plan = service.save(store(), actor(), kept, request.form.get("fingerprint", ""), today())
    except Conflict:
        return _preview(
            token, kept, status=409,
            notice=_("Nothing was saved: the records changed after the preview was made. This is what the file would do now."),  # noqa: E501
        )  # fmt: skip
    kept.saved, kept.table = list(plan.counts[:3]), None
    _uploads().keep(kept, token=token)
    return redirect(url_for(".preview", token=token))


@bp.get("/import/<token>/errors.csv")
@needs(Permission.FILE_IMPORT)
def errors(token: str):
    """What is wrong, as a file to work through."""
    kept = _uploads().get(actor().id, token)
    tr = translator(language())
    columns = ("row", "column", "value", "reason", "mend")
    rows = (
        {
            "row": str(each.row), "column": each.column, "value": each.value,
            "reason": each.reason_in(tr), "mend": each.mend_in(tr),
        }
        for each in kept.problems
    )  # fmt: skip
    return download(writing.csv_chunks(columns, rows), "errors.csv", writing.MEDIA["csv"])


@bp.get("/import/template/<kind>.<format>")
@needs(Permission.FILE_IMPORT)
def template(kind: str, format: str):
    """A file of a kind with one example row to replace, or the list of codes."""
    if kind == "codes" and format in ("csv", "xlsx"):
        return download(writing.chunks(format, CODES, _codes(), kind), f"codes.{format}", writing.MEDIA[format])
    if kind not in KINDS or format not in ("csv", "xlsx"):
        abort(404)
    columns = KINDS[kind].columns
    rows = [{name: EXAMPLES[kind].get(name, "") for name in columns}]
    return download(writing.chunks(format, columns, rows, kind), f"{kind}.{format}", writing.MEDIA[format])


def _codes() -> list[dict[str, str]]:
    """Every code a cell may hold, with its Polish name where it has one."""
    named = {
        "type": [(code, each.name_pl) for code, each in institution_types().items()],
        "area, areas": [(code, each.name_pl) for code, each in areas().items()],
        "voivodeships": [(code, each.name_pl) for code, each in voivodeships().items()] + [("PL", "cała Polska")],
        "team_id": [(id, team.name) for id, team in bulk.teams(store()).items()],
        **{column: [(str(code), "") for code in codes] for column, codes in FIXED.items()},
    }
    return [
        {"column": column, "code": code, "name_pl": name} for column, pairs in named.items() for code, name in pairs
    ]
