"""The cooperation map: a picture, a table and a matrix of one filtered set, and its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _

from coordination import permissions
from coordination.cooperation import map_address, map_files, map_rows, map_words
from coordination.graph import drawing, picture, world
from coordination.graph.layout import placed
from coordination.graph.mapset import SECTOR_GROUPS, MapSet, Node
from coordination.graph.model import Area, InstitutionType, TieState
from coordination.graph.selection import Words, filtered
from coordination.graph.text import folded
from coordination.i18n import local, short_date
from coordination.permissions import Permission, scope
from coordination.web import (
    actor,
    areas,
    institution_types,
    language,
    needs,
    page_number,
    public,
    store,
    voivodeship,
    voivodeships,
)

bp = Blueprint("map", __name__)

SIZE = 50  # rows of a page of the table
FEW = 5  # rows under the map
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class View:
    """One request for the map: its address understood, and the set it shows."""

    asked: map_address.Asked
    types: dict[str, InstitutionType]
    areas: dict[str, Area]

    @cached_property
    def shown(self) -> MapSet:
        filters = self.asked.filters
        words = Words(types=self.types, areas=self.areas, voivodeships=voivodeships(), lang=language(), national=_("whole country"))
        known = world.world(store(), filters.as_of, filters.known_on, teryt=filters.voivodeship or None)
        return filtered(known, scope(actor(), Permission.NETWORK_READ), filters, words)

    @cached_property
    def focus(self) -> Node | None:
        """The institution selected: by id, or by the name searched for."""
        if found := self.shown.by_id.get(self.asked.focus):
            return found
        return _find(self.shown, self.asked.find)

    @property
    def wrong(self) -> list[str]:
        """A sentence for each part of the address that was left out of account."""
        found = [
            _("%(name)s: “%(value)s” is not known here and was left out of account.", name=_(map_address.NAMES[name]), value=value)
            for name, value in self.asked.wrong
        ]
        for name, value in (("focus", self.asked.focus), ("find", self.asked.find)):
            if value and self.focus is None:
                found.append(_("%(name)s: “%(value)s” is not in this view.", name=_(map_address.NAMES[name]), value=value))
        return found

    @property
    def known_on(self) -> str:
        return short_date(self.asked.filters.known_on)

    def address(self, endpoint: str = "map.index", **changes: Any) -> str:
        """An address of the same set, with parts changed; None takes a part away."""
        args: dict[str, Any] = {name: value for name, value in request.args.items() if name in _KEPT}
        args.update(changes)
        return url_for(endpoint, **{name: value for name, value in args.items() if value})


_KEPT = ("voivodeship", "area", "state", "sector", "type", "as_of", "known_on", "layout", "view", "focus", "sort")


def _view() -> View:
    place = voivodeship()
    types, known = institution_types(), areas()
    asked = map_address.read(request.args, voivodeship=place.teryt if place else "", types=types, areas=known)
    return View(asked, types, known)


@bp.get("/cooperation/map")
@needs(Permission.NETWORK_READ)
def index():
    """Who works with whom, and where it is thin."""
    view = _view()
    shown, asked = view.shown, view.asked
    ordered = map_rows.rows(shown, asked.sort if asked.view == "table" else "state")
    page = page_number()
    focus = view.focus
    centre = focus or _busiest(shown)
    return render_template(
        "cooperation/map.html",
        view=view, shown=shown, asked=asked, focus=focus, words=map_words,
        lede=map_words.lede(shown, view.known_on), response=map_words.response(shown),
        rows=map_rows.page_of(ordered, page, SIZE) if asked.view == "table" else ordered[:FEW], page=page, size=SIZE,
        matrix=map_rows.matrix(shown) if asked.view == "matrix" else None,
        sectors=map_rows.sector_matrix(shown) if asked.view == "matrix" else {}, sector_groups=SECTOR_GROUPS,
        panel=_panel(view, focus), centre=centre, overview=map_words.overview(shown) if asked.view == "map" else {},
        centre_facts=map_words.facts(shown, centre) if centre else [],
        around=picture.surroundings(
            shown, centre.id, link=lambda key: view.address(focus=key),
            title=_("Surroundings of %(institution)s", institution=centre.short),
        ) if centre and asked.view == "map" else "",
        partners=picture.ranked(shown, centre.id) if centre else [],
        legend=_captions(view), samples=picture.samples, active=_active(view), choices=_choices(view),
        can_state=permissions.ever(actor(), Permission.CLAIM_STATE), vis=url_for(".vis", version=drawing.VIS_VERSION),
    )  # fmt: skip


@bp.get("/cooperation/map/panel")
@needs(Permission.NETWORK_READ)
def panel():
    """The side panel alone, for the page's script."""
    view = _view()
    selected = _panel(view, view.focus)
    return render_template(
        "cooperation/map_panel.html", view=view, shown=view.shown, words=map_words, panel=selected,
        overview={} if selected else map_words.overview(view.shown),
    )  # fmt: skip


@bp.get("/cooperation/map/drawing")
@needs(Permission.NETWORK_READ)
def data():
    """Nodes, edges and options for vis-network, with what our own script draws around them."""
    view = _view()
    shown = view.shown
    return jsonify(
        drawing.page_data(
            shown, placed(shown, view.asked.layout),
            guides=map_words.guides(_places()), isolates=map_words.isolates(shown),
            say={node.id: map_words.spoken(shown, node) for node in shown.nodes},
        )
    )  # fmt: skip


@bp.get("/cooperation/map.<any(svg, html, json, csv, xlsx):kind>")
@needs(Permission.NETWORK_READ)
def file(kind: str):
    """The set as a file. The picture and JSON open in the browser, the others are saved."""
    view = _view()
    body, media = map_files.make(kind, view.shown, view.asked.layout, _captions(view), language())
    response = make_response(body)
    response.headers["Content-Type"] = media
    name = f"map-{view.asked.filters.voivodeship or 'PL'}-{view.asked.filters.as_of.isoformat()}.{kind}"
    inline = kind in ("svg", "json") and "save" not in request.args
    response.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response


@bp.get("/static/vendor/vis-network-<version>.min.js")
@public
def vis(version: str):
    """The drawing library from the installed pyvis wheel; its version is in the address, so it never changes."""
    if version != drawing.VIS_VERSION:
        abort(404)
    body = drawing.vis_network_file().read_bytes()
    response = Response(body, mimetype="text/javascript")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response.make_conditional(request)


def _places() -> dict[str, str]:
    return {teryt: local(each, "name", language()) for teryt, each in voivodeships().items()}


def _captions(view: View) -> picture.Captions:
    place = _places().get(view.asked.filters.voivodeship) or _("Poland")
    return map_words.captions(view.shown, place, _places(), sorted(view.asked.filters.states), known_on=view.known_on)


def _panel(view: View, node: Node | None) -> dict[str, Any] | None:
    if node is None:
        return None
    return {"node": node, "facts": map_words.facts(view.shown, node), "lines": picture.ranked(view.shown, node.id)}


def _busiest(shown: MapSet) -> Node | None:
    return max(shown.nodes, key=lambda node: (shown.degree(node.id), node.id), default=None)


def _find(shown: MapSet, wanted: str) -> Node | None:
    text = folded(wanted)
    if not text:
        return None
    names = [(node, folded(node.short), folded(node.name)) for node in shown.nodes]
    for test in (lambda name: name == text, lambda name: name.startswith(text), lambda name: text in name):
        for node, short, name in names:
            if test(short) or test(name):
                return node
    return None


def _choices(view: View) -> dict[str, list[tuple[str, str]]]:
    single = (TieState.CONFIRMED, TieState.ONE_SIDED, TieState.DISPUTED, TieState.NONE)
    states = [
        ("", _("with a statement (3)")),
        *((str(state), map_words.state_word(state)) for state in single),
        ("all", _("also no cooperation (4)")),
    ]
    return {
        "area": [
            ("", _("all (%(num)s)", num=len(view.areas))),
            *((code, local(area, "name", language())) for code, area in view.areas.items()),
        ],
        "state": states,
        "sector": [("", _("all (%(num)s)", num=len(SECTOR_GROUPS))), *((code, map_words.sector_word(code)) for code in SECTOR_GROUPS)],
        "type": [
            ("", _("all (%(num)s)", num=len(view.types))),
            *((code, local(kind, "name", language())) for code, kind in view.types.items()),
        ],
        "layout": [("roles", _("by team role")), ("spring", _("by closeness")), ("geography", _("by voivodeship"))],
    }


def _active(view: View) -> list[tuple[str, list[str]]]:
    """Filters in use, as the words of their links; the arrangement and the view are no filters."""
    choices, found = _choices(view), []
    for name in ("area", "state", "sector", "type"):
        if value := view.asked.given.get(name):
            found.append((dict(choices[name])[value], [name]))
    for name in ("as_of", "known_on"):
        if value := view.asked.given.get(name):
            label = _(map_address.NAMES[name])
            found.append((_("%(name)s %(date)s", name=label, date=short_date(value)), [name]))
    return found

