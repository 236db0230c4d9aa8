"""Contacts of a file: a row is one channel; rows of one institution and function are one contact point."""

from __future__ import annotations

from dataclasses import dataclass

from coordination.exchange.cells import Bad, unusable_id
from coordination.exchange.kinds import Parsed, Reading
from coordination.exchange.plan import (
    CHANGED,
    CREATED,
    LEAVE_OUT,
    OUTSIDE,
    UNCHANGED,
    Change,
    Plan,
    Sight,
    difference,
)
from coordination.graph import bulk
from coordination.graph.bulk import StoredChannel
from coordination.graph.bulk_write import ContactChange, channel_id, contact_id
from coordination.graph.store import Store
from coordination.i18n import N_

Point = tuple[str, str]  # institution id, function in small letters


@dataclass(slots=True)
class _Standing:
    by_id: dict[str, StoredChannel]
    by_value: dict[tuple[str, str, str, str], StoredChannel]
    points: dict[Point, tuple[str, int]]
    elsewhere: dict[str, str]


def fill(store: Store, sight: Sight, reading: Reading, made: Plan) -> None:
    """Put the changes of the rows into the plan."""
    stored = bulk.contacts(store, sorted({each.row["institution_id"] for each in reading.rows}))
    standing = _Standing(
        by_id={each.row["id"]: each for each in stored},
        by_value={_value_key(each.row): each for each in stored},
        points={_point(each.row): (each.contact_id, each.version) for each in stored},
        elsewhere=bulk.taken_channels(store, [each.row["id"] for each in reading.rows if each.row["id"]]),
    )
    said: dict[Point, tuple[int, str, str]] = {}
    seen: dict[str, int] = {}
    for each in reading.rows:
        try:
            made.changes.append(_row(each, standing, said, seen, sight))
        except Bad as bad:
            reading.add(each.number, bad, value=each.row.get(bad.column, ""))
    made.extra = _writes(made, standing)


def _point(row: dict[str, str]) -> Point:
    return row["institution_id"], row["function"].casefold()


def _value_key(row: dict[str, str]) -> tuple[str, str, str, str]:
    return (*_point(row), row["channel"], row["value"])


def _row(
    each: Parsed, standing: _Standing, said: dict[Point, tuple[int, str, str]], seen: dict[str, int], sight: Sight
) -> Change:
    row = dict(each.row)
    if not row["id"]:
        same = standing.by_value.get(_value_key(row))
        row["id"] = same.row["id"] if same else channel_id(
            row["institution_id"], row["function"], row["channel"], row["value"]
        )
    if standing.elsewhere.get(row["id"], row["institution_id"]) != row["institution_id"]:
        bad = unusable_id()
        bad.column = "id"
        raise bad
    if (first := seen.setdefault(row["id"], each.number)) != each.number:
        raise Bad(
            N_("The same record stands in row %(first)s already."), N_("Keep one of the two rows."),
            column="value", first=first,
        )  # fmt: skip
    number, hours, confirmed = said.setdefault(_point(row), (each.number, row["hours"], row["confirmed_on"]))
    for column, value in (("hours", hours), ("confirmed_on", confirmed)):
        if row[column] != value:
            raise Bad(
                N_("Row %(first)s says otherwise of the same contact point."),
                N_("Rows of one institution and function need the same hours and the same day of confirmation."),
                column=column,
                first=number,
            )
    stored = standing.by_id.get(row["id"])
    before, after = difference(stored.row if stored else {}, row)
    if stored and not after:
        return Change(each.number, row["id"], UNCHANGED, row, version=stored.version)
    if not sight.may_edit(row["institution_id"]):
        raise Bad(OUTSIDE, LEAVE_OUT, column="institution_id")
    if stored is None:
        return Change(each.number, row["id"], CREATED, row, after={k: v for k, v in row.items() if v})
    return Change(each.number, row["id"], CHANGED, row, before, after, stored.version, stored.contact_id)


def _writes(made: Plan, standing: _Standing) -> ContactChange:
    touched: dict[str, int] = {}
    points: dict[str, dict[str, str]] = {}
    settings: dict[str, dict[str, str | None]] = {}
    change = ContactChange([], [], [], [], set(), set())
    for each in made.changes:
        if each.action == UNCHANGED:
            continue
        row = each.full
        known = standing.points.get(_point(row))
        point = known[0] if known else contact_id(row["institution_id"], row["function"])
        if known:
            touched[point] = known[1]
        else:
            points[point] = {"id": point, "institution_id": row["institution_id"], "function": row["function"]}
        settings[point] = {
            "id": point, "function": row["function"], "hours": row["hours"],
            "confirmed_on": row["confirmed_on"] or None,
        }  # fmt: skip
        change.channels.append({**row, "contact_id": point})
        if each.action == CREATED:
            change.fresh.add(row["id"])
        elif each.ref != point:
            change.moved.add(row["id"])
            touched[each.ref] = each.version
    change.touched.extend(sorted(touched.items()))
    change.points.extend(points.values())
    change.settings.extend(settings.values())
    return change
