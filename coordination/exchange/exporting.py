"""Records as rows of files, as far as the actor may see them. What is exported imports again and changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import uuid4

from coordination import permissions
from coordination.clock import now
from coordination.errors import NotFound
from coordination.exchange.kinds import KINDS, Row
from coordination.graph import bulk, bulk_write
from coordination.graph.bulk import Place, StoredClaim
from coordination.graph.bulk_write import Entry
from coordination.graph.store import Store
from coordination.permissions import Actor, Permission, Scope

# The voivodeships of TERYT have the even numbers.
TERYT = frozenset(f"{number:02}" for number in range(2, 33, 2))


def columns(kind: str) -> tuple[str, ...]:
    return KINDS[kind].columns


def rows(
    store: Store,
    actor: Actor,
    kind: str,
    *,
    voivodeship: str | None = None,
    on: date | None = None,
    only: Collection[str] | None = None,
    private: bool = True,
) -> list[Row]:
    """Rows of one kind, in the order of their keys.

    Parameters
    ----------
    voivodeship
        Only what concerns institutions covering it (national bodies included); of claims and agreements, those
        whose sides all do.
    on
        As of this day; None: every current record. Contacts have no history and are always the current ones.
    only
        Only what concerns these institutions (the filter of a room); None: no such filter.
    private
        Whether hidden numbers leave too, where the actor may reveal them; that is written to the audit log.

    Raises
    ------
    Forbidden
        When the role never exports.
    NotFound
        For a voivodeship that does not exist or lies outside the actor's scope.
    """
    scope = permissions.scope(actor, Permission.FILE_EXPORT)
    seen = bulk.index(store, scope)
    if voivodeship is not None:
        _refuse_foreign(scope, seen, voivodeship)
    chosen = {
        id
        for id, place in seen.items()
        if (voivodeship is None or place.national or voivodeship in place.covers) and (only is None or id in only)
    }
    if kind == "institutions":
        return _institutions(store, seen, chosen, on)
    if kind == "contacts":
        return _contacts(store, actor, seen, chosen, private)
    if kind == "claims":
        return _claims(store, scope, chosen, on)
    if kind == "agreements":
        return _agreements(store, scope, chosen, on)
    return _members(store, scope, chosen, voivodeship, on)


def _refuse_foreign(scope: Scope, seen: Mapping[str, Place], voivodeship: str) -> None:
    own = seen.get(scope.institution_id)
    if scope.everything:
        allowed = voivodeship in TERYT
    elif own is not None:
        allowed = own.national or voivodeship in own.covers
    else:
        allowed = voivodeship in scope.voivodeships
    if not allowed:
        raise NotFound(voivodeship)


def _institutions(store: Store, seen: Mapping[str, Place], chosen: set[str], on: date | None) -> list[Row]:
    day = on.isoformat() if on else ""
    found = []
    for id, (row, _) in sorted(bulk.institutions(store, sorted(chosen)).items()):
        if on and ((row["active_from"] and day < row["active_from"]) or (row["active_to"] and row["active_to"] < day)):
            continue
        if row["parent_id"] not in seen:
            row["parent_id"] = ""  # a parent out of sight is not told by its unit
        found.append({**row, "id": id})
    return found


def _contacts(store: Store, actor: Actor, seen: Mapping[str, Place], chosen: set[str], private: bool) -> list[Row]:
    reveal = (
        permissions.scope(actor, Permission.CONTACT_REVEAL)
        if private and permissions.ever(actor, Permission.CONTACT_REVEAL)
        else None
    )
    stored = bulk.contacts(store, sorted(chosen))
    kept = [
        each.row
        for each in stored
        if each.row["visibility"] != "private"
        or (reveal is not None and bulk.inside(reveal, each.row["institution_id"], seen[each.row["institution_id"]]))
    ]
    if hidden := sum(row["visibility"] == "private" for row in kept):
        # Reading hidden numbers is a matter of record, one at a time or in a file.
        entry = Entry(str(uuid4()), "contact:reveal", "export", {}, {"private": hidden, "purpose": "export"})
        store.change(bulk_write.record, actor, now(), [entry])
    return kept


def _claims(store: Store, scope: Scope, chosen: set[str], on: date | None) -> list[Row]:
    if scope.institution_id:  # both what it says and what is said about it
        everyone = sorted(bulk.index(store, Scope(everything=True)))
        found = bulk.claims(store, everyone, current=on is None)
        found = [
            claim for claim in found if {claim.row["claimant_id"], claim.row["partner_id"]} & chosen
        ]
    else:
        found = bulk.claims(store, sorted(chosen), current=on is None)
        found = [claim for claim in found if claim.row["partner_id"] in chosen]
    if on is not None:
        found = list(_said_last(found, on).values())
    # A withdrawn statement says nothing, and a file cannot say it either.
    return [claim.row for claim in found if claim.row["stance"] != "withdrawn"]


def _said_last(claims: list[StoredClaim], on: date) -> dict[str, StoredClaim]:
    day, last = on.isoformat(), {}
    for claim in sorted(claims, key=lambda claim: (claim.key, claim.order)):
        if claim.row["stated_on"] <= day:
            last[claim.key] = claim
    return last


def _agreements(store: Store, scope: Scope, chosen: set[str], on: date | None) -> list[Row]:
    day = on.isoformat() if on else ""
    found = []
    for row, _ in bulk.agreements(store).values():
        parties = set(row["parties"].split(";"))
        seen = bool(parties & chosen) if scope.institution_id else parties <= chosen
        late = bool(on) and (
            not row["signed_on"] or row["signed_on"] > day or bool(row["valid_from"] and row["valid_from"] > day)
            or bool(row["valid_to"] and row["valid_to"] < day)
        )
        if seen and not late:
            found.append(row)
    return found


def _members(store: Store, scope: Scope, chosen: set[str], voivodeship: str | None, on: date | None) -> list[Row]:
    teams = bulk.teams(store)

    def seen(row: Row) -> bool:
        place = teams[row["team_id"]].voivodeship
        if row["institution_id"] not in chosen or (voivodeship is not None and place != voivodeship):
            return False
        if not (scope.everything or scope.institution_id or place == "PL" or place in scope.voivodeships):
            return False
        # "2014" is all a source may say; the year is then enough.
        return on is None or not row["since"] or row["since"] <= on.isoformat()[: len(row["since"])]

    return [row for row in bulk.members(store) if seen(row)]
