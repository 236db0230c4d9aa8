"""Two pages for a hurry: search across the register, and whom to call now."""

from __future__ import annotations

from babel.dates import format_date
from flask import render_template, request

from coordination import clock
from coordination.graph import contacts, institutions
from coordination.institutions import calls
from coordination.institutions.reach import in_order
from coordination.institutions.room import bp, type_name
from coordination.permissions import Permission, scope
from coordination.web import actor, language, may_visit, needs, page_number, store, voivodeship, voivodeships

PAGE = 20


@bp.route("/search")
@needs(Permission.INSTITUTION_READ)
def search():
    """Institutions whose name, seat or former name holds every word, diacritics or not."""
    query = request.args.get("q", "").strip()[:200]
    reach = scope(actor(), Permission.INSTITUTION_READ)
    lines = institutions.listed(store(), reach, None) if query else []
    found = institutions.matching(lines, query)
    page = min(page_number(), max(1, -(-len(found) // PAGE)))
    shown = found[(page - 1) * PAGE : page * PAGE]
    reached = contacts.of_institutions(store(), [line.id for line in shown]) if shown else {}
    now = clock.now()
    return render_template(
        "institutions/search.html",
        query=query,
        found=found,
        rows=[(line, next(iter(in_order(reached[line.id], now)), None)) for line in shown],
        cities=institutions.cities(lines, query),
        page=page,
        size=PAGE,
        type_name=type_name,
    )


@bp.route("/call")
@needs(Permission.INSTITUTION_READ)
def call():
    """Which number first, and who if they do not answer?"""
    here = voivodeship()
    made = calls.call_list(store(), actor(), here.teryt if here else None, clock.now())
    return render_template(
        "institutions/call.html",
        calls=made,
        here=here,
        places=list(voivodeships().values()),
        may_visit=lambda teryt: may_visit(actor(), teryt),
        weekday_of=lambda at: format_date(at.astimezone(clock.WARSAW), "EEEE", locale=language()),
        type_name=type_name,
    )
