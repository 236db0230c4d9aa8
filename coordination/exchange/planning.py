"""What a file would do: every row against what stands, as created, changed, unchanged or wrong. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from coordination import permissions
from coordination.exchange import cells, kinds, plan_claims, plan_contacts
from coordination.exchange.cells import Bad
from coordination.exchange.duplicates import find_duplicates
from coordination.exchange.kinds import Kind, Known, Parsed, Reading, Row
from coordination.exchange.plan import (
    CHANGED,
    CREATED,
    LEAVE_OUT,
    OUTSIDE,
    UNCHANGED,
    Change,
    Plan,
    Sight,
    at,
    complete,
    difference,
)
from coordination.exchange.tabular import Table
from coordination.graph import bulk, catalogue
from coordination.graph.store import Store
from coordination.i18n import N_
from coordination.permissions import Actor, Permission


def plan(
    store: Store, actor: Actor, kind_name: str, table: Table, today: date, *, same: Mapping[str, str] | None = None
) -> Plan:
    """What importing `table` would do, as this actor, on this day.

    Parameters
    ----------
    same
        For institutions: id in the file → id of the registered institution that it is meant to be.

    Raises
    ------
    Refused
        When the header is wrong, so that no row can be read.
    Forbidden
        When the actor's role never imports.
    """
    kind = kinds.KINDS[kind_name]
    sight = Sight(
        bulk.index(store, permissions.scope(actor, Permission.INSTITUTION_READ)),
        permissions.scope(actor, Permission.FILE_IMPORT),
    )
    teams = bulk.teams(store) if kind_name == "team-members" else {}
    reading = kinds.read(kind, table, _known(store, sight, table, teams, today))
    made = Plan(kind, today, names={id: place.short_name for id, place in sight.places.items()})
    if kind_name == "institutions":
        _institutions(store, sight, reading, made, same or {})
    elif kind_name == "team-members":
        _members(store, sight, teams, reading, made)
    elif kind_name == "claims":
        plan_claims.fill(store, sight, reading, made)
    elif kind_name == "contacts":
        plan_contacts.fill(store, sight, reading, made)
    else:
        _agreements(store, sight, reading, made)
    made.changes.sort(key=lambda change: change.number)
    made.problems = sorted(reading.problems, key=lambda problem: problem.row)
    made.wrong = frozenset(reading.wrong)
    return made


def _known(
    store: Store, sight: Sight, table: Table, teams: Mapping[str, bulk.StoredTeam], today: date
) -> Known:
    names = [name.strip().lower() for name in table.header.cells]
    column = names.index("id") if "id" in names else -1
    in_file = {row.cells[column] for row in table.lines if 0 <= column < len(row.cells)} if column >= 0 else set()
    visible = {
        id
        for id, team in teams.items()
        if sight.edit.everything or team.voivodeship == "PL" or team.voivodeship in sight.edit.voivodeships
    }
    return Known(
        types={code: each.name_pl for code, each in catalogue.institution_types(store).items()},
        areas={code: each.name_pl for code, each in catalogue.areas(store).items()},
        voivodeships={each.teryt: each.name_pl for each in catalogue.voivodeships(store)},
        institutions=frozenset(sight.places),
        teams=frozenset(visible),
        today=today,
        in_file=frozenset(in_file),
    )


def _institutions(store: Store, sight: Sight, reading: Reading, made: Plan, same: Mapping[str, str]) -> None:
    rows = [_renamed(each, same, sight) for each in reading.rows]
    ids = [each.row["id"] for each in rows]
    stored = bulk.institutions(store, [id for id in ids if id in sight.places])
    elsewhere = bulk.taken(store, [id for id in ids if id not in sight.places])
    parents = {id: place.parent_id for id, place in sight.places.items()}
    parents |= {each.row["id"]: each.row["parent_id"] for each in rows}
    seen: set[str] = set()
    for each in rows:
        row, id = each.row, each.row["id"]
        try:
            if id in elsewhere:
                raise at("id", cells.unusable_id())
            if id in seen:  # two rows said to be the same institution
                raise Bad(N_("Two rows mean the same institution."), N_("Keep one of the two rows."), column="id")
            seen.add(id)
            _refuse_circle(id, parents)
            made.changes.append(_institution(each.number, row, stored.get(id), sight, made.kind))
        except Bad as bad:
            reading.add(each.number, bad, value=row.get(bad.column, ""))
    created = [change for change in made.changes if change.action == CREATED]
    made.duplicates = find_duplicates(created, sight.places)


def _renamed(each: Parsed, same: Mapping[str, str], sight: Sight) -> Parsed:
    known = {new: old for new, old in same.items() if old in sight.places}
    row = each.row
    if row["id"] not in known and row["parent_id"] not in known:
        return each
    return Parsed(
        each.number,
        {**row, "id": known.get(row["id"], row["id"]), "parent_id": known.get(row["parent_id"], row["parent_id"])},
    )


def _refuse_circle(id: str, parents: Mapping[str, str]) -> None:
    above, steps = parents.get(id, ""), 0
    while above and steps < 50:
        if above == id:
            raise Bad(
                N_("The institution would stand under its own unit."), N_("Correct parent_id."), column="parent_id"
            )
        above, steps = parents.get(above, ""), steps + 1


def _institution(
    number: int, row: Row, standing: tuple[Row, int] | None, sight: Sight, kind: Kind
) -> Change:
    id = row["id"]
    if standing is None:
        full = complete(kind, row)
        _refuse_place(full, sight)
        return Change(number, id, CREATED, full, after={name: full[name] for name in full if full[name]})
    stored, version = standing
    full = {**stored, **row}
    if stored["parent_id"] not in sight.places and not row["parent_id"]:
        full["parent_id"] = stored["parent_id"]  # out of sight: it was not in the actor's export either
    before, after = difference(stored, full)
    if not after:
        return Change(number, id, UNCHANGED, full, version=version)
    if not sight.may_edit(id):
        raise Bad(OUTSIDE, LEAVE_OUT, column="voivodeships")
    _refuse_place(full, sight)
    return Change(number, id, CHANGED, full, before, after, version)


def _refuse_place(full: Row, sight: Sight) -> None:
    if sight.edit.everything or set(cells.items(full["voivodeships"])) & set(sight.edit.voivodeships):
        return
    raise Bad(
        N_("The institution does not act in the voivodeship in which changes may be made."),
        N_("Write %(codes)s among its voivodeships, or leave the row out."),
        column="voivodeships",
        codes=", ".join(sight.edit.voivodeships) or "–",
    )


def _agreements(store: Store, sight: Sight, reading: Reading, made: Plan) -> None:
    ids = [each.row["id"] for each in reading.rows]
    stored: dict[str, tuple[Row, int]] = {}
    for some in bulk.batches(ids):
        stored |= bulk.agreements(store, some)
    for each in reading.rows:
        row, id = each.row, each.row["id"]
        standing, version = stored.get(id, ({}, 0))
        parties = cells.items(standing.get("parties", ""))
        try:
            if any(party not in sight.places for party in parties):
                raise at("id", cells.unusable_id())
            before, after = difference(standing, row)
            if standing and not after:
                made.changes.append(Change(each.number, id, UNCHANGED, row, version=version))
                continue
            for party_list in (parties, cells.items(row["parties"])):
                if party_list and not any(sight.may_edit(party) for party in party_list):
                    raise Bad(OUTSIDE, LEAVE_OUT, column="parties")
        except Bad as bad:
            reading.add(each.number, bad, value=row.get(bad.column, ""))
            continue
        action = CHANGED if standing else CREATED
        made.changes.append(Change(each.number, id, action, row, before if standing else {}, after, version))


def _members(
    store: Store, sight: Sight, teams: Mapping[str, bulk.StoredTeam], reading: Reading, made: Plan
) -> None:
    stored = {f"{row['team_id']}|{row['institution_id']}": row for row in bulk.members(store)}
    for each in reading.rows:
        row, key = each.row, made.kind.key_of(each.row)
        team, standing = teams[row["team_id"]], stored.get(key)
        before, after = difference(standing or {}, row)
        if standing is not None and not after:
            made.changes.append(Change(each.number, key, UNCHANGED, row, version=team.version))
        elif sight.edit.everything or team.voivodeship in sight.edit.voivodeships:
            action = CREATED if standing is None else CHANGED
            shown = before if standing is not None else {}
            made.changes.append(Change(each.number, key, action, row, shown, after, team.version, row["team_id"]))
        else:
            reading.add(each.number, Bad(OUTSIDE, LEAVE_OUT, column="team_id"), value=row["team_id"])


