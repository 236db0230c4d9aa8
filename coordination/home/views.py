"""The start page of each role, and the menu of a phone."""

from __future__ import annotations

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for

from coordination.clock import now, today
from coordination.cooperation import service as cooperation
from coordination.errors import StoreUnavailable
from coordination.graph import catalogue
from coordination.graph.world import world as world_of
from coordination.home import service
from coordination.institutions import calls
from coordination.permissions import Role
from coordination.web import actor, areas, institution_types, public, signed_in, store, voivodeship

bp = Blueprint("home", __name__)


@bp.get("/")
@signed_in
def start():
    role = actor().role
    if role in (Role.NATIONAL, Role.ADMINISTRATOR):
        return redirect(url_for("country.index"))
    if role is Role.AUDITOR:
        return redirect(url_for("audit.index"))
    if role is Role.INSTITUTION:
        return _institution()
    return _consultant()


def _consultant():
    here = voivodeship()
    assert here is not None
    world = world_of(store(), teryt=here.teryt)
    types = institution_types()
    running = service.progress(store(), actor(), here.teryt)
    items = service.todo(store(), actor(), world, here.teryt, types, running, today())
    ranked, to_act_on = service.gravest(world, here.teryt, today())
    every = request.args.get("all") == "1"
    g.counts = {"home": len(items)}
    return render_template(
        "home/todo.html",
        items=items if every else items[: service.SHOWN],
        total=len(items),
        every=every,
        today=today(),
        ranked=ranked,
        to_act_on=to_act_on,
        areas=areas(),
        types=types,
        world=world,
        running=running,
        calls=_part(lambda: calls.call_list(store(), actor(), here.teryt, now())),
        empty_register=not any(not each.national for each in world.institutions.values()),
        sources=catalogue.sources(
            store(), {key for each in ranked for key in each.gap.expectation.sources[:1]}
        ),
    )


def _institution():
    own = service.own_entry(store(), actor().institution_id)
    asked = cooperation.questions(store(), actor(), own)
    unanswered = [each.claim.stated_on for each in asked if each.answer is None]
    found = service.institution_start(store(), actor(), own, unanswered, len(asked) - len(unanswered), today())
    return render_template("home/institution.html", start=found, today=today())


def _part(make):
    """A part of the page that may fail alone: the rest stands."""
    try:
        return make()
    except StoreUnavailable:
        raise
    except Exception:
        current_app.logger.exception("a part of the start page failed")
        return None


@bp.get("/menu")
@public
def menu():
    return render_template("menu.html")


@bp.get("/health/live")
@public
def live():
    return "ok\n"


@bp.get("/health/ready")
@public
def ready():
    """Whether the graph answers: 200 or 503, for the proxy in front."""
    if not store().ready():
        raise StoreUnavailable("ready")
    return "ok\n"
