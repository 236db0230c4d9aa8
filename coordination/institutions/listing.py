"""The register as a page: filter, sort, nest units under their parents, cut into pages. No Flask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from coordination.clock import WARSAW
from coordination.errors import NotFound
from coordination.graph import contacts, institutions, profiles, register
from coordination.graph.facts import World
from coordination.graph.institutions import Listed
from coordination.graph.model import Freshness
from coordination.graph.store import Store
from coordination.graph.ties import remember
from coordination.hours import duty
from coordination.i18n import polish_key
from coordination.institutions.reach import Reach, in_order_at
from coordination.permissions import GRANTS, Actor, Permission, Scope, ever, scope
from coordination.permissions import Reach as Far

PAGE_SIZE = 50
SORTS = ("name", "type", "city")
FRESHNESS = (*(str(each) for each in Freshness), "none")
_FRESHNESS = {each: place for place, each in enumerate(Freshness)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What was asked for. `bad` names the values that mean nothing: they are ignored, and said to be."""

    q: str = ""
    type: str = ""
    city: str = ""
    group: str = ""
    freshness: str = ""
    duty: bool = False
    team: bool = False
    sort: str = "name"
    falling: bool = False
    page: int = 1
    open: tuple[str, ...] = ()
    bad: tuple[tuple[str, str], ...] = ()

    @property
    def narrows(self) -> bool:
        return bool(self.q or self.type or self.city or self.group or self.freshness or self.duty or self.team)


def read_filter(args: Mapping[str, Any], known_types: Iterable[str], opened: Iterable[str] = ()) -> Filter:
    """The filter of an address. Only values of known lists are taken; the others end up in `bad`."""
    bad: list[tuple[str, str]] = []

    def one_of(name: str, allowed: Iterable[str], default: str = "") -> str:
        value = args.get(name, "") or default
        if value == default or value in allowed:
            return value
        bad.append((name, value[:60]))
        return default

    sort = one_of("sort", [*SORTS, *(f"-{each}" for each in SORTS)], "name")
    page = args.get("page", "1")
    return Filter(
        q=(args.get("q") or "").strip()[:200],
        type=one_of("type", set(known_types)),
        city=(args.get("city") or "").strip()[:80],
        group=one_of("group", [str(each) for each in profiles.Group]),
        freshness=one_of("freshness", FRESHNESS),
        duty=one_of("duty", ["now"]) == "now",
        team=one_of("team", ["yes"]) == "yes",
        sort=sort.lstrip("-"),
        falling=sort.startswith("-"),
        page=int(page) if page.isdecimal() and len(page) < 6 and int(page) > 0 else 1,
        open=tuple(opened)[:50],
        bad=tuple(bad),
    )


@dataclass(slots=True, kw_only=True)
class Row:
    """A line of the table. `depth` 0 stands at the margin; `units` of it could be opened."""

    line: Listed
    depth: int = 0
    units: int = 0
    opened: bool = False
    parent: str = ""
    best: Reach | None = None
    freshness: str = "none"
    contacts: int = 0
    stages: tuple[str, ...] = ()
    ties: tuple[int, int] | None = None
    begins: str = ""  # the group that starts with this row: "here" or "national"


@dataclass(slots=True, kw_only=True)
class Page:
    rows: list[Row]
    filter: Filter
    total: int  # institutions that answer the filter
    top: int  # those that stand at the margin: what pages are cut from
    registered: int  # institutions of the place, whatever the filter
    national: int
    cities: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        return PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ordered:
    """The institutions of a place that are active on a day, in an asked order; worked out once per world."""

    lines: list[Listed]
    top: list[Listed]  # those that stand at the margin
    below: dict[str, list[Listed]]
    national: int
    cities: list[str]
    types: set[str]
    names: dict[str, str]


def page(
    store: Store, actor: Actor, asked: Filter, voivodeship: str | None, now: datetime, type_name: Callable[[str], str]
) -> Page:
    """One page of the register of a voivodeship (None: of everything the actor may read).

    At most five queries, whatever the number of rows. `type_name` gives the reader's word for a type code.
    """
    reach = scope(actor, Permission.INSTITUTION_READ)
    today = now.astimezone(WARSAW).date()
    if voivodeship is not None and not institutions.may_ask(reach, voivodeship):
        raise NotFound(voivodeship)
    world = institutions.world_within(store, reach, today)
    ordered = _ordered(world, reach, asked, voivodeship, today, type_name)
    found, top, below = ordered.lines, ordered.top, ordered.below
    if asked.narrows:
        found = top = _filtered(store, found, asked, voivodeship, now)
        below = {}
    last = max(1, -(-len(top) // PAGE_SIZE))
    asked = replace(asked, page=min(asked.page, last))
    shown = top[(asked.page - 1) * PAGE_SIZE : asked.page * PAGE_SIZE]
    rows = list(_rows(shown, below, set(asked.open), ordered.names))
    if voivodeship:
        for before, row in zip([None, *rows], rows, strict=False):
            if not row.depth and (before is None or before.line.national != row.line.national):
                row.begins = "national" if row.line.national else "here"
    _complete(store, world, actor, rows, now)
    return Page(
        rows=rows,
        filter=asked,
        total=len(found),
        top=len(top),
        registered=len(ordered.lines),
        national=ordered.national,
        cities=ordered.cities,
        types=ordered.types,
    )


def _ordered(
    world: World, reach: Scope, asked: Filter, voivodeship: str | None, today: date, type_name: Callable[[str], str]
) -> _Ordered:
    words = tuple((code, type_name(code)) for code in sorted(world.types)) if asked.sort == "type" else ()
    key = (("ordered", voivodeship, asked.sort, asked.falling), reach, today, words)
    if key in world.memo:
        return world.memo[key]
    day = today.isoformat()
    lines = [
        line
        for line in institutions.lines(world, reach, voivodeship)  # in the order of names
        if not line.active_to or line.active_to >= day
    ]
    by_code = dict(words)
    keys: dict[str, Callable[[Listed], Any]] = {
        "name": lambda line: polish_key(line.name_pl),
        "type": lambda line: polish_key(by_code.get(line.type, line.type)),
        "city": lambda line: polish_key(line.city),
    }
    lines.sort(key=keys[asked.sort], reverse=asked.falling)
    if voivodeship:  # what is here comes before what is everywhere
        lines.sort(key=lambda line: line.national)
    below = _below(lines, voivodeship)
    children = {each.id for units in below.values() for each in units}
    made = _Ordered(
        lines=lines,
        top=[line for line in lines if line.id not in children],
        below=below,
        national=sum(line.national for line in lines),
        cities=sorted({line.city for line in lines if line.city}, key=polish_key),
        types={line.type for line in lines},
        names={line.id: line.short_name for line in lines},
    )
    remember(world, key, made)
    return made


def _filtered(
    store: Store, lines: list[Listed], asked: Filter, voivodeship: str | None, now: datetime
) -> list[Listed]:
    if asked.q:
        terms = institutions.words(asked.q)
        lines = [line for line in lines if terms and all(term in line.search for term in terms)]
    if asked.type:
        lines = [line for line in lines if line.type == asked.type]
    if asked.city:
        city = institutions.words(asked.city)
        lines = [line for line in lines if institutions.words(line.city) == city]
    if asked.group:
        serving = institutions.serving(store, asked.group)
        lines = [line for line in lines if line.id in serving]
    if asked.team and voivodeship:
        members = institutions.team_members(store, voivodeship)
        lines = [line for line in lines if line.id in members]
    if asked.duty or asked.freshness:
        times = institutions.contact_times(store, [line.id for line in lines])
        today = now.astimezone(WARSAW).date()
        state = {
            id: (
                any(duty(hours, now).on for hours, on in each if contacts.freshness(on, today) != Freshness.STALE),
                min((contacts.freshness(on, today) for _, on in each), key=list(Freshness).index),
            )
            for id, each in times.items()
        }
        if asked.duty:
            lines = [line for line in lines if state.get(line.id, (False, None))[0]]
        if asked.freshness == "none":
            lines = [line for line in lines if line.id not in state]
        elif asked.freshness:
            lines = [line for line in lines if line.id in state and state[line.id][1] == asked.freshness]
    return list(lines)


def _below(lines: list[Listed], voivodeship: str | None) -> dict[str, list[Listed]]:
    """Units by parent. In a voivodeship the units of a national body stand on their own: they are what is here."""
    by_id = {line.id: line for line in lines}
    below: dict[str, list[Listed]] = {}
    for line in lines:
        parent = by_id.get(line.parent_id)
        if parent is not None and (voivodeship is None or parent.national == line.national):
            below.setdefault(parent.id, []).append(line)
    return below


def _rows(
    lines: Iterable[Listed],
    below: Mapping[str, list[Listed]],
    opened: set[str],
    names: Mapping[str, str],
    depth: int = 0,
) -> Iterable[Row]:
    for line in lines:
        units = below.get(line.id, ())
        is_open = line.id in opened and depth < 8
        parent = "" if depth else names.get(line.parent_id, "")
        yield Row(line=line, depth=depth, units=len(units), opened=is_open and bool(units), parent=parent)
        if is_open:
            yield from _rows(units, below, opened, names, depth + 1)


def _complete(store: Store, world: World, actor: Actor, rows: list[Row], now: datetime) -> None:
    """Contacts, tasks and ties of the rows shown: one query for all of them."""
    found = register.shown(store, [row.line.id for row in rows]) if rows else {}
    ties = ties_seen(store, world, actor, now.astimezone(WARSAW).date())
    in_order = in_order_at(now)
    for row in rows:
        points, row.stages = found.get(row.line.id, ([], ()))
        reaches = in_order(points)
        row.contacts = len(reaches)
        if reaches:
            row.best = reaches[0]
            row.freshness = str(min((each.freshness for each in reaches), key=_FRESHNESS.__getitem__))
        row.ties = ties(row.line.id)


def ties_seen(store: Store, world: World, actor: Actor, today: date) -> Callable[[str], tuple[int, int] | None]:
    """(confirmed, all) ties of an institution as far as the actor may see them: an institution only its own."""
    if not ever(actor, Permission.CLAIM_READ):
        return lambda id: None
    here = scope(actor, Permission.INSTITUTION_READ)
    if GRANTS[actor.role][Permission.CLAIM_READ] is Far.OWN:
        counts = institutions.tie_counts(world, here, today)
        return lambda id: counts.get(id, (0, 0)) if id == actor.institution_id else None
    reach = scope(actor, Permission.CLAIM_READ)
    if reach != here:
        world = institutions.world_within(store, reach, today)
    counts = institutions.tie_counts(world, reach, today)
    return lambda id: counts.get(id, (0, 0))
