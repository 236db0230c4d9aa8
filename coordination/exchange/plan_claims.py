"""Claims of a file against what each side said before: the last statement is current, older ones are history."""

from __future__ import annotations

from uuid import uuid4

from coordination.exchange.cells import Bad
from coordination.exchange.kinds import Parsed, Reading, Row
from coordination.exchange.plan import (
    CHANGED,
    CREATED,
    LEAVE_OUT,
    OUTSIDE,
    UNCHANGED,
    Change,
    Plan,
    Sight,
    complete,
    difference,
)
from coordination.graph import bulk
from coordination.graph.bulk import StoredClaim
from coordination.graph.store import Store


class Writes:
    """What the writer of claims needs: see `bulk_write.write_claims`."""

    def __init__(self) -> None:
        self.superseded: list[str] = []  # ids of stored claims that stop being current
        self.standing: list[tuple[str, str]] = []  # (key, id) of stored claims that must stay current
        self.stated: list[tuple[str, Row, bool]] = []  # (id, row, current afterwards)


def fill(store: Store, sight: Sight, reading: Reading, made: Plan) -> None:
    """Put the changes of the rows into the plan."""
    claimants = sorted({each.row["claimant_id"] for each in reading.rows})
    said: dict[str, list[StoredClaim]] = {}
    for claim in bulk.claims(store, claimants):
        said.setdefault(claim.key, []).append(claim)
    by_key: dict[str, list[Parsed]] = {}
    for each in reading.rows:
        row = each.row
        by_key.setdefault(f"{row['claimant_id']}|{row['partner_id']}|{row['area']}", []).append(each)
    writes = Writes()
    for key, rows in by_key.items():
        _key(key, rows, said.get(key, []), sight, reading, made, writes)
    made.extra = writes


def _key(
    key: str, rows: list[Parsed], said: list[StoredClaim], sight: Sight, reading: Reading, made: Plan, writes: Writes
) -> None:
    current = next((claim for claim in said if claim.current), None)
    new: list[tuple[Parsed, Row]] = []
    for each in rows:
        full = complete(made.kind, each.row)
        same_day = [claim for claim in said if claim.row["stated_on"] == full["stated_on"]]
        # Of two statements of one day the one recorded last counts; saying it again changes nothing.
        if same_day and not difference(same_day[-1].row, each.row)[1]:
            made.changes.append(Change(each.number, key, UNCHANGED, full, ref=same_day[-1].id))
        elif not sight.may_edit(full["claimant_id"]):
            bad = Bad(OUTSIDE, LEAVE_OUT, column="claimant_id")
            reading.add(each.number, bad, value=full["claimant_id"])
        else:
            new.append((each, full))
    if not new:
        return
    latest = max(new, key=lambda pair: pair[1]["stated_on"])
    replaces = current is None or current.row["stated_on"] <= latest[1]["stated_on"]
    if current is not None:
        if replaces:
            writes.superseded.append(current.id)
        else:
            writes.standing.append((key, current.id))
    for each, full in new:
        last = replaces and each is latest[0]
        writes.stated.append((str(uuid4()), full, last))
        if last and current is not None:
            before, after = difference(current.row, full)
            made.changes.append(Change(each.number, key, CHANGED, full, before, after, ref=current.id))
        else:
            after = {name: value for name, value in full.items() if value}
            ref = current.id if current is not None else ""
            made.changes.append(Change(each.number, key, CREATED, full, after=after, ref=ref, older=not last))


