"""The rows of the register and of an institution's ties as the texts of their cells.

What is the same in every row is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import url_for
from flask_babel import gettext as _

from coordination import phrases
from coordination.cooperation import story
from coordination.graph.model import Area, Claim, Stance, TieState
from coordination.hours import Duty, describe
from coordination.i18n import local, short_date, translator
from coordination.institutions.listing import Page, Row
from coordination.institutions.room import term
from coordination.labels import LABELS
from coordination.web import language

_KEPT = "!$&'()*+,:;=@"  # what the router leaves as it is in a part of a path


class Line(NamedTuple):
    """A row: texts as they stand in its cells, empty where there is nothing to say.

    `row` has what few rows need. `duty` and `number` are of the contact to try first; `dial` is its number
    without spaces. `ties` is None where the reader may not see those of this institution.
    """

    row: Row
    begins: str
    units: int
    style: str
    href: str
    name: str
    badge: str
    under: str
    city: str
    tasks: str
    on_duty: bool
    duty: str
    freshness: str
    number: str
    dial: str
    ties: str | None


def lines(page: Page, carried: dict[str, Any], kinds: Mapping[str, str], now: datetime) -> list[Line]:
    """The lines of a page.

    `carried`: the parameters that links to institutions take along. `kinds`: the reader's word for the type codes
    of the page.
    """
    href = _address(carried)
    # Whole sentences with places in them, looked up once; they are filled in row by row.
    under, some = _("under: %(parent)s"), _("%(confirmed)s of %(all)s")
    national, part = _("national"), _("part")
    words = translator(language())
    duties: dict[Duty, str] = {}
    tasks: dict[tuple[str, ...], str] = {(): ""}
    made: list[Line] = []
    for row in page.rows:
        line, best = row.line, row.best
        kind = kinds[line.type]
        first = best if best is not None and best.callable else None
        spoken = ""
        if first:
            if first.duty not in duties:
                duties[first.duty] = describe(first.duty, now, words)
            spoken = duties[first.duty]
        if row.stages not in tasks:
            tasks[row.stages] = ", ".join(term("stage", stage) for stage in row.stages)
        ties = row.ties
        made.append(
            Line(
                row,
                row.begins,
                row.units,
                f"k-unit k-unit-{min(row.depth, 3)}" if row.depth else "",
                href(line.id),
                line.name_pl,
                national if line.national else part if line.partial else "",
                f"{kind} · {under % {'parent': row.parent}}" if row.parent else kind,
                line.city or "–",
                tasks[row.stages],
                first is not None and first.on_duty,
                spoken,
                row.freshness,
                first.number if first else "",
                first.number.replace(" ", "") if first else "",
                None if ties is None else some % {"confirmed": ties[0], "all": ties[1]} if ties[1] else "",
            )
        )
    return made


def _address(carried: dict[str, Any]) -> Callable[[str], str]:
    """The address of an institution's page by its id: built once, as building costs more than drawing a row."""
    before, after = url_for("institutions.show", institution_id="-", **carried).split("/-", 1)
    before += "/"
    return lambda id: before + quote(id, safe=_KEPT) + after


class Voice(NamedTuple):
    """What a side states, in words; empty where it states nothing. `denies` where the other side holds otherwise."""

    text: str
    denies: bool
    example: bool


class Said(NamedTuple):
    """A line of what each side states: the tie's state and page, partner and area, both voices."""

    state: str
    stale: bool
    href: str
    partner: str
    area: str
    own: Voice
    theirs: Voice


def said(rows: Iterable[story.Row], own_id: str, areas: Mapping[str, Area]) -> list[Said]:
    """The lines of an institution's ties."""
    lang = language()
    words = {
        (kind, code): phrases.plain(text) for kind in ("stance", "frequency") for code, text in LABELS[kind].items()
    }
    names = {code: local(area, "name", lang) for code, area in areas.items()}
    before = url_for("cooperation.tie", one=own_id, other="-").removesuffix("-")
    return [
        Said(
            str(row.tie.state),
            row.tie.stale,
            f"{before}{quote(row.partner.id, safe=_KEPT)}?area={quote(row.area)}",
            row.partner.name,
            names.get(row.area, row.area),
            _voice(row.own, row.tie.state is TieState.DISPUTED, words),
            _voice(row.theirs, row.tie.state is TieState.DISPUTED, words),
        )
        for row in rows
    ]


def _voice(claim: Claim | None, disputed: bool, words: Mapping[tuple[str, str], str]) -> Voice:
    if claim is None:
        return Voice("", False, False)
    if claim.stance is Stance.COOPERATES:
        how = words["frequency", claim.frequency] if claim.frequency else words["stance", claim.stance]
        return Voice(f"{how}, {short_date(claim.last_activity or claim.stated_on)}", False, claim.example)
    return Voice(f"{words['stance', claim.stance]}, {short_date(claim.stated_on)}", disputed, claim.example)
