"""Gaps: which tie should be built next, why, on what basis, and what to do."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination import fields, permissions
from coordination.clock import today
from coordination.errors import AlreadyExists, Invalid
from coordination.exchange.writing import MEDIA, csv_chunks
from coordination.gaps import service
from coordination.gaps.forms import WaiverForm
from coordination.graph import gaps, reasons, waivers
from coordination.graph.facts import World
from coordination.graph.gaps import Gap
from coordination.graph.model import Level, Scope, Voivodeship
from coordination.graph.priority import Priority
from coordination.graph.world import world as world_of
from coordination.i18n import translator
from coordination.permissions import Permission
from coordination.web import (
    Form,
    actor,
    areas,
    download,
    institution_types,
    language,
    needs,
    page_number,
    sources,
    store,
    voivodeship,
    voivodeships,
)

bp = Blueprint("gaps", __name__, url_prefix="/gaps")

SIZE = 20
COLUMNS = (
    "expectation_id",
    "area",
    "type_a",
    "type_b",
    "level",
    "state",
    "underlying_state",
    "priority",
    "reason",
)


@bp.get("")
@needs(Permission.GAP_READ)
def index():
    here = voivodeship()
    if here is None:
        return render_template("gaps/choose.html", places=_places())
    asked, ignored = _asked()
    world = world_of(store(), asked.on, asked.known_on, teryt=here.teryt)
    found = service.find(world, here.teryt, asked)
    page = page_number()
    rows = found.shown[(page - 1) * SIZE : page * SIZE]
    return render_template(
        "gaps/index.html",
        found=found,
        rows=rows,
        page=page,
        size=SIZE,
        asked=asked,
        ignored=ignored,
        states=service.STATES,
        areas=areas(),
        types=institution_types(),
        world=world,
        texts={each.gap.id: reasons.tell(each.gap, world, translator(language())) for each in rows},
        sources=sources(),
        step=service.next_step,
        speaker=service.speaker,
        can_waive=_can_waive(here),
        can_ask=permissions.ever(actor(), Permission.INVITE),
        carried={key: value for key, value in request.args.items() if key.startswith("w_")},
        links=gaps.assess(world, here.teryt, asked.on, known_on=asked.known_on, scope=Scope.NATIONAL_LINK),
    )


@bp.get("/table.csv")
@needs(Permission.GAP_READ)
def table():
    """The rows of the list as a file: the same filter, the same order, every page."""
    here = voivodeship()
    if here is None:
        return redirect(url_for(".index"))
    asked, _ignored = _asked()
    world = world_of(store(), asked.on, asked.known_on, teryt=here.teryt)
    found = service.find(world, here.teryt, asked)
    rows = (_cells(gap, points, world) for gap, points in found.shown)
    return download(csv_chunks(COLUMNS, rows), f"gaps-{here.teryt}-{asked.on.isoformat()}.csv", MEDIA["csv"])


def _cells(gap: Gap, points: Priority, world: World) -> dict[str, str]:
    expected = gap.expectation
    return {
        "expectation_id": gap.id,
        "area": expected.area,
        "type_a": expected.type_a,
        "type_b": expected.type_b,
        "level": expected.level,
        "state": gap.state,
        "underlying_state": gap.underlying_state,
        "priority": f"{points.points:g}",
        "reason": reasons.tell(gap, world, translator(language())).reason,
    }


@bp.get("/weights")
@needs(Permission.GAP_READ)
def weights():
    asked, ignored = _asked()
    return render_template("gaps/weights.html", asked=asked, ignored=ignored, default=service.Weights())


@bp.get("/<expectation_id>")
@needs(Permission.GAP_READ)
def show(expectation_id: str):
    here = voivodeship()
    if here is None:
        return render_template("gaps/choose.html", places=_places())
    asked, ignored = _asked()
    world = world_of(store(), asked.on, asked.known_on, teryt=here.teryt)
    ranked = service.one(world, here.teryt, expectation_id, asked)
    return render_template(
        "gaps/show.html",
        ranked=ranked,
        gap=ranked.gap,
        points=ranked.priority,
        asked=asked,
        ignored=ignored,
        world=world,
        text=reasons.tell(ranked.gap, world, translator(language())),
        step=service.next_step(ranked.gap),
        speaker=service.speaker,
        areas=areas(),
        types=institution_types(),
        sources=sources(),
        waived=waivers.of_expectation(store(), here.teryt, expectation_id),
        can_waive=_can_waive(here),
        can_ask=permissions.ever(actor(), Permission.INVITE),
        form=Form(),
    )


@bp.route("/<expectation_id>/waive", methods=["GET", "POST"])
@needs(Permission.GAP_WAIVE)
def waive(expectation_id: str):
    here = _own_place()
    world = world_of(store(), teryt=here.teryt)
    ranked = service.one(world, here.teryt, expectation_id, service.Filter())
    form = WaiverForm()
    if form.submitted():
        try:
            service.waive(store(), actor(), here.teryt, expectation_id, form.reason.data, form.valid_to.data)
        except Invalid as error:
            form.valid_to.errors = [*form.valid_to.errors, _(error.message)]
        except AlreadyExists:
            form.form_errors = [_("A decision is in force already. End it first, then decide anew.")]
        else:
            flash(_("The decision was recorded. It is shown with its reason until it ends."), "success")
            return redirect(url_for(".show", expectation_id=expectation_id, voivodeship=here.teryt))
    return render_template(
        "gaps/waive.html",
        form=form,
        gap=ranked.gap,
        areas=areas(),
        types=institution_types(),
    )


@bp.post("/<expectation_id>/waive/<waiver_id>/end")
@needs(Permission.GAP_WAIVE)
def end_waiver(expectation_id: str, waiver_id: str):
    here = _own_place()
    service.revoke(store(), actor(), here.teryt, waiver_id)
    flash(_("The decision has ended. The gap shows its own state again."), "success")
    return redirect(url_for(".show", expectation_id=expectation_id, voivodeship=here.teryt))


def _own_place() -> Voivodeship:
    here = voivodeship()
    teryt = here.teryt if here else ""
    permissions.require(actor(), Permission.GAP_WAIVE, voivodeship=teryt)
    return voivodeships()[teryt]


def _can_waive(here: Voivodeship) -> bool:
    who = actor()
    return permissions.ever(who, Permission.GAP_WAIVE) and here.teryt in who.voivodeships


def _places() -> list[Voivodeship]:
    reach = permissions.scope(actor(), Permission.GAP_READ)
    return [each for each in voivodeships().values() if reach.everything or each.teryt in reach.voivodeships]


def _asked() -> tuple[service.Filter, list[str]]:
    """The filter of the address, and the names of values that mean nothing and are ignored."""
    args, ignored = request.args, []

    def choose(name: str, allowed: set[str], default: str) -> str:
        value = args.get(name, default)
        if value in allowed:
            return value
        if value:
            ignored.append(f"{name}={value}")
        return default

    weights_, wrong = service.weights_from(args)
    ignored += [f"{name}={args[name]}" for name in wrong]
    return (
        service.Filter(
            level=choose("level", {*Level, "all"}, "required"),
            state=choose("state", {*service.GROUPS, *service.STATES}, "action"),
            area=choose("area", set(areas()), ""),
            text=args.get("q", "").strip()[:100],
            scope=Scope(choose("scope", {*Scope}, "regional")),
            on=fields.asked_day(args, "as_of", ignored) or today(),
            known_on=fields.asked_day(args, "known_on", ignored),
            weights=weights_,
        ),
        ignored,
    )
