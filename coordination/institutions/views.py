"""The register: list, page of one institution, adding and changing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination import clock
from coordination.cooperation import story
from coordination.errors import AlreadyExists, Conflict, Invalid
from coordination.fields import options
from coordination.graph import institutions, profiles, register
from coordination.graph.institution_edits import FIELDS
from coordination.graph.model import Institution, TieState
from coordination.graph.profiles import Card
from coordination.i18n import local, polish_key, short_date
from coordination.institutions import listing, service
from coordination.institutions.conflict import PICK, differing, taken_from
from coordination.institutions.forms import InstitutionForm
from coordination.institutions.lines import lines, said
from coordination.institutions.reach import Reach, in_order
from coordination.institutions.room import bp, duty_text, pairs, refuse, term, type_name, types
from coordination.permissions import Permission, ever, scope
from coordination.web import actor, areas, language, needs, sources, store, voivodeship, voivodeships


@bp.route("/institutions")
@needs(Permission.INSTITUTION_READ)
def index():
    """Who is there, and whom can I reach?"""
    here = voivodeship()
    asked = listing.read_filter(request.args, types(), request.args.getlist("units"))
    now = clock.now()
    page = listing.page(store(), actor(), asked, here.teryt if here else None, now, type_name)
    kinds = {code: type_name(code) for code in page.types}
    carried = {"voivodeship": here.teryt} if here and request.args.get("voivodeship") else {}
    return render_template(
        "institutions/index.html",
        page=page,
        lines=lines(page, carried, kinds, now),
        carried=carried,
        asked=page.filter,
        active=_active(page.filter),
        here=here,
        groups=pairs("group"),
        freshness_choices=pairs("freshness"),
        pairs=lambda names: [(name, name) for name in names],
        units_url=_units_url,
        type_choices=sorted(kinds.items(), key=lambda each: polish_key(each[1])),
        may_add=ever(actor(), Permission.INSTITUTION_ADD),
        may_import=ever(actor(), Permission.FILE_IMPORT),
        may_export=ever(actor(), Permission.FILE_EXPORT),
        sees_ties=ever(actor(), Permission.CLAIM_READ),
    )


def _active(asked: listing.Filter) -> list[tuple[str, list[str]]]:
    """(what narrows the list, the parameters that do) for the links that take it away."""
    said = [
        (asked.q and _("name: %(value)s", value=asked.q), "q"),
        (asked.type and _("type: %(value)s", value=type_name(asked.type)), "type"),
        (asked.city and _("seat: %(value)s", value=asked.city), "city"),
        (asked.group and _("serves: %(value)s", value=term("group", asked.group)), "group"),
        (asked.freshness and _("contact: %(value)s", value=term("freshness", asked.freshness)), "freshness"),
        (asked.duty and _("on duty now"), "duty"),
        (asked.team and _("member of the team"), "team"),
    ]
    return [(text, [name]) for text, name in said if text]


def _units_url(institution_id: str, opened: bool) -> str:
    """This page with the units of an institution opened or closed."""
    units = [each for each in request.args.getlist("units") if each != institution_id]
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "units"}
    return url_for(".index", **kept, units=[*units, institution_id] if opened else units)


@dataclass(frozen=True)
class Sign:
    """One of the signs of "ready and reachable": fresh, ageing (not sure) or stale (not there), and in what words."""

    title: str
    code: str
    kind: str
    text: str


@bp.route("/institutions/<institution_id>")
@needs(Permission.INSTITUTION_READ)
def show(institution_id: str):
    """What does it do, can it be reached now, who works with it?"""
    who, now, today = actor(), clock.now(), clock.today()
    page = register.profile(
        store(),
        scope(who, Permission.INSTITUTION_READ),
        scope(who, Permission.CLAIM_READ) if ever(who, Permission.CLAIM_READ) else None,
        institution_id,
    )
    found, card, relatives = page.institution, page.card, page.relatives
    kind = types().get(found.type)
    reaches = in_order(page.contacts, now)
    ties = None if page.said is None else story.arranged(found.id, page.said, page.partners, today)
    return render_template(
        "institutions/show.html",
        it=found,
        kind=kind,
        parents=[each for each in relatives if not each.below],
        units=[each for each in relatives if each.below and each.kind == "parent"],
        others=[each for each in relatives if each.below and each.kind != "parent"],
        reaches=reaches,
        hidden=[each for each in reaches if each.hidden],
        ties=ties,
        said=said(ties or (), found.id, areas()),
        tie_counts=_tie_counts(ties),
        signs=_signs(reaches, card, ties),
        card=card,
        today=today,
        now=now,
        resource_days=profiles.RESOURCE_DAYS,
        sources=sources() if found.source else {},
        history=page.history,
        places=_places(found),
        type_name=type_name,
        own=who.institution_id == found.id,
        may_edit=service.allowed(who, Permission.INSTITUTION_EDIT, found),
        may_confirm=service.allowed(who, Permission.CONTACT_CONFIRM, found),
        may_reveal=service.allowed(who, Permission.CONTACT_REVEAL, found),
        may_state=service.allowed(who, Permission.CLAIM_STATE, found),
        may_ask=service.allowed(who, Permission.INVITE, found),
        may_network=ever(who, Permission.NETWORK_READ),
    )


def _places(found: Institution) -> list[tuple[str, bool]]:
    """(name, only in part) of the voivodeships it covers, in Polish order."""
    return [
        (local(each, "name", language()), code in found.voivodeships_partial)
        for code, each in voivodeships().items() if code in found.voivodeships
    ]


def _tie_counts(ties: list[story.Row] | None) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in ties or ():
        counts[str(row.tie.state)] = counts.get(str(row.tie.state), 0) + 1
    return counts


def _signs(reaches: list[Reach], card: Card, ties: list[story.Row] | None) -> list[Sign]:
    """Competence, contact, duty, resources, ties: each said as it is known, nothing added up."""
    today = clock.today()
    best = next((each for each in reaches if each.callable), None)
    signs = [
        Sign(_("Competence"), "stale" if card.empty else "fresh" if _recent(card.confirmed_on) else "ageing", "contact",
             _("card not filled in") if card.empty else _("card of %(day)s", day=short_date(card.confirmed_on))),
        Sign(_("Contact"), str(best.freshness) if best else "stale", "contact",
             _("confirmed %(day)s", day=short_date(best.contact.confirmed_on)) if best
             else _("no number confirmed within 12 months")),
        Sign(_("Duty"), "fresh" if best and best.on_duty else "ageing", "contact",
             duty_text(best) if best else _("unknown")),
    ]
    known = [each for each in card.resources if each.known(today)]
    signs.append(
        Sign(_("Resources"), "fresh" if known else "stale", "contact",
             _("as of %(day)s", day=short_date(max(each.as_of for each in known if each.as_of))) if known
             else _("not known: no data of the last %(days)s days", days=profiles.RESOURCE_DAYS))
    )
    if ties is not None:
        disputed = sum(row.tie.state is TieState.DISPUTED for row in ties)
        confirmed = sum(row.tie.state is TieState.CONFIRMED for row in ties)
        code = "disputed" if disputed else "confirmed" if confirmed else "one-sided" if ties else "unknown"
        text = (
            _("%(disputed)s disputed of %(all)s", disputed=disputed, all=len(ties)) if disputed
            else _("%(confirmed)s confirmed of %(all)s", confirmed=confirmed, all=len(ties)) if ties
            else _("no statements yet")
        )
        signs.append(Sign(_("Ties"), code, "tie", text))
    return signs


def _recent(day: Any) -> bool:
    return day is not None and clock.today() - day <= timedelta(days=183)


@bp.route("/institutions/new", methods=["GET", "POST"])
@needs(Permission.INSTITUTION_ADD)
def new():
    form = _form()
    here = voivodeship()
    if request.method == "GET" and here and form.voivodeships is not None:
        form.voivodeships.data = [here.teryt]
        form.parent_id.data = request.args.get("parent", "")
    if form.submitted():
        try:
            made = service.add(store(), actor(), form.values())
        except AlreadyExists:
            form.name_pl.errors = [_("An institution of this name and seat is already in the register")]
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("Registered. Without a contact it does not appear on the call list."))
            return redirect(url_for(".show", institution_id=made.id))
    return render_template("institutions/new.html", form=form), 422 if form.errors else 200


@bp.route("/institutions/<institution_id>/edit", methods=["GET", "POST"])
@needs(Permission.INSTITUTION_EDIT)
def edit(institution_id: str):
    found = service.changeable(store(), actor(), Permission.INSTITUTION_EDIT, institution_id)
    form = _form(found)
    if form.submitted():
        values = taken_from(request.form, form.values(), found)
        try:
            service.edit(store(), actor(), found.id, form.version.data or 0, values)
        except Conflict as conflict:
            return _conflict(form, conflict.current["institution"], values)
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("Changes saved."))
            return redirect(url_for(".show", institution_id=found.id))
    return render_template("institutions/edit.html", form=form, it=found, fields=service.fields_of(actor())), (
        422 if form.errors else 200
    )


def _form(found: Institution | None = None) -> InstitutionForm:
    """The form with the choices of this reader and only the fields they may change."""
    who = actor()
    form = InstitutionForm(obj=found)
    form.type.choices = options([("", _("Choose")), *((code, type_name(code)) for code in types())])
    lines = institutions.listed(store(), scope(who, Permission.INSTITUTION_READ), None)
    known = sorted(lines, key=lambda line: polish_key(line.short_name))
    parents = {line.id: line.short_name for line in known if not found or line.id != found.id}
    if found and found.parent_id:
        parents.setdefault(found.parent_id, found.parent_id)
    form.parent_id.choices = options([("", _("none")), *parents.items()])
    places = service.places_of(who)
    own = {
        code: local(each, "name", language()) for code, each in voivodeships().items()
        if places is None or code in places
    }
    form.voivodeships.choices = form.voivodeships_partial.choices = options(own.items())
    if found and request.method == "GET":
        form.voivodeships.data = [code for code in found.voivodeships if code in own]
        form.voivodeships_partial.data = [code for code in found.voivodeships_partial if code in own]
    for name in set(FIELDS) - service.fields_of(who):
        delattr(form, name)
    return form


def _conflict(form: InstitutionForm, standing: Institution, values: dict[str, Any]):
    """Someone saved first: both versions, a choice for each field that differs, nothing typed is lost."""
    merged = service.merged(actor(), standing, values)
    mine = {name: getattr(merged, name) for name in values}
    rows = differing(standing, mine, _shown, profiles.replaced(store(), standing.id))
    last = next(iter(profiles.history(store(), [standing.id], 1)), None)
    return render_template(
        "institutions/conflict.html", it=standing, rows=rows, typed=_typed(), last=last
    ), 409


def _typed() -> list[tuple[str, str]]:
    """What was sent, to be sent again: all but the token, the version and earlier choices."""
    return [
        (name, value) for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "version") and not name.startswith(PICK)
    ]


def _shown(name: str, value: Any) -> str:
    """A field's value in words."""
    if name == "type":
        return type_name(value or "")
    if name == "parent_id":
        return institutions.names(store(), [value]).get(value, (value, value))[0] if value else ""
    if name.startswith("voivodeships"):
        chosen = [each for code, each in voivodeships().items() if code in (value or ())]
        return ", ".join(local(each, "name", language()) for each in chosen)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name.startswith("active"):
        return short_date(value)
    return str(value or "")


# They add their routes to `bp`.
from coordination.institutions import call_views, card_views, contact_views  # noqa: E402,F401
