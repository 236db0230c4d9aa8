"""The rows of the register as the texts of their cells. What is the same in every row is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import url_for
from flask_babel import gettext as _

from coordination.hours import Duty, describe
from coordination.i18n import translator
from coordination.institutions.listing import Page, Row
from coordination.institutions.room import term
from coordination.web import language

class Line(NamedTuple):
    """A row: texts as they stand in its cells, empty where there is nothing to say.

    `row` has what few rows need. `duty` and `number` are of the contact to try first; `dial` is its number
    without spaces. `ties` is None where the reader may not see those of this institution.
    """

    row: Row
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
    # As the router quotes a part of a path.
    return lambda id: before + quote(id, safe="!$&'()*+,:;=@") + after
