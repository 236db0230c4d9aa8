"""Contact points: a function first, reachable by channels, with duty hours and a date of confirmation.

A private value never leaves the server but through `reveal`, which writes its audit entry in the same transaction:
every other query returns an empty text in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, LiteralString

from coordination.errors import AlreadyExists, Conflict, Invalid, NotFound
from coordination.graph import audit
from coordination.graph.model import Channel, ChannelKind, Contact, Freshness, Visibility
from coordination.graph.store import Store, Tx
from coordination.graph.ties import months_before
from coordination.i18n import N_, polish_key
from coordination.permissions import Actor

FRESH_MONTHS, AGEING_MONTHS = 6, 12

_KINDS = list(ChannelKind)


def freshness(confirmed_on: date | None, today: date) -> Freshness:
    """Of a contact on the day `today`: the day exactly 6 (12) calendar months earlier is still within.

    One that was never confirmed is stale: old and not known are never shown as good.
    """
    if confirmed_on is None or confirmed_on < months_before(today, AGEING_MONTHS):
        return Freshness.STALE
    return Freshness.FRESH if confirmed_on >= months_before(today, FRESH_MONTHS) else Freshness.AGEING


_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_NUMBER = re.compile(r"\+?[\d\s()/-]{3,24}(?:\s?(?:wew\.|ext\.)\s?\d{1,6})?", re.IGNORECASE)
_E_DELIVERY = re.compile(r"AE:PL(-[A-Z0-9]+){2,5}", re.IGNORECASE)


def check_value(kind: ChannelKind, value: str) -> None:
    """Raises Invalid when the value cannot be one of its kind. Short numbers (112, 116 111) are numbers."""
    if kind is ChannelKind.EMAIL:
        if not _EMAIL.fullmatch(value):
            raise Invalid(N_("Enter the e-mail address in full, for example biuro@urzad.example"), field="channels")
    elif kind is ChannelKind.E_DELIVERY:
        if not _E_DELIVERY.fullmatch(value):
            raise Invalid(N_("Enter the e-delivery address beginning with AE:PL"), field="channels")
    elif not _NUMBER.fullmatch(value) or not 3 <= sum(sign.isdecimal() for sign in value) <= 21:
        raise Invalid(N_("Enter a telephone number with digits and spaces, for example 22 000 01 01"), field="channels")


OF_INSTITUTIONS: LiteralString = """
    MATCH (i:Institution)-[:HAS_CONTACT]->(c:ContactPoint)
    WHERE i.id IN $ids
    OPTIONAL MATCH (c)-[:HAS_CHANNEL]->(ch:Channel)
    WITH i, c, collect(CASE WHEN ch IS NULL THEN null ELSE
        [ch.id, ch.kind, CASE WHEN ch.visibility = 'private' THEN '' ELSE ch.value END, ch.visibility] END) AS channels
    RETURN i.id AS institution_id,
           c {.id, .function, .hours, .confirmed_on, .version, .example} AS contact, channels
    """


def of_institutions(store: Store, ids: Iterable[str]) -> dict[str, list[Contact]]:
    """Contact points by institution id, without private values; functions in Polish order.

    The caller has found the institutions within its scope.
    """
    found: dict[str, list[Contact]] = {each: [] for each in ids}
    for row in store.read(OF_INSTITUTIONS, ids=list(found)):
        found[row["institution_id"]].append(from_row(row))
    for contacts in found.values():
        contacts.sort(key=lambda each: (polish_key(each.function), each.id))
    return found


def from_row(row: Mapping[str, Any]) -> Contact:
    """A contact point of a row `institution_id, contact, channels`."""
    known = row["contact"]
    confirmed = known.get("confirmed_on")
    return Contact(
        id=known["id"],
        institution_id=row["institution_id"],
        function=known["function"],
        channels=_channels(row["channels"]),
        hours=known.get("hours") or "",
        confirmed_on=date.fromisoformat(confirmed) if confirmed else None,
        version=known.get("version") or 1,
        example=bool(known.get("example")),
    )


def _channels(rows: Iterable[Sequence[str]]) -> tuple[Channel, ...]:
    made = [
        Channel(id=each[0] or "", kind=ChannelKind(each[1]), value=each[2], visibility=Visibility(each[3]))
        for each in rows
    ]
    return tuple(sorted(made, key=lambda each: (_KINDS.index(each.kind), each.value, each.id)))


ONE: LiteralString = """
    MATCH (i:Institution {id: $institution_id})-[:HAS_CONTACT]->(c:ContactPoint {id: $id})
    OPTIONAL MATCH (c)-[:HAS_CHANNEL]->(ch:Channel)
    WITH i, c, collect(CASE WHEN ch IS NULL THEN null ELSE
        [ch.id, ch.kind, CASE WHEN ch.visibility = 'private' THEN '' ELSE ch.value END, ch.visibility] END) AS channels
    RETURN i.id AS institution_id,
           c {.id, .function, .hours, .confirmed_on, .version, .example} AS contact, channels
    """


def get(store: Store, institution_id: str, contact_id: str) -> Contact:
    """One contact point of this institution, without private values. Raises NotFound, also for another's contact."""
    rows = store.read(ONE, institution_id=institution_id, id=contact_id)
    if not rows:
        raise NotFound(contact_id)
    return from_row(rows[0])


SAME_FUNCTION: LiteralString = """
    MATCH (:Institution {id: $institution_id})-[:HAS_CONTACT]->(c:ContactPoint)
    WHERE c.id <> $id AND toLower(c.function) = toLower($function)
    RETURN c.id AS id
    """

CREATE: LiteralString = """
    MATCH (i:Institution {id: $institution_id})
    MERGE (c:ContactPoint {id: $id})
    SET c += {function: $function, hours: $hours, confirmed_on: $confirmed_on, confirmed_by: $confirmed_by,
              version: 1, example: $example}
    MERGE (i)-[:HAS_CONTACT]->(c)
    RETURN c.id AS id
    """

ADD_CHANNELS: LiteralString = """
    MATCH (c:ContactPoint {id: $id})
    UNWIND $channels AS row
    MERGE (ch:Channel {id: row.id})
    SET ch += {kind: row.kind, value: row.value, visibility: row.visibility}
    MERGE (c)-[:HAS_CHANNEL]->(ch)
    """


def add(tx: Tx, actor: Actor, contact: Contact) -> None:
    """Give an institution one more contact point; every channel carries its id already.

    Raises NotFound for an unknown institution, AlreadyExists when the function has a contact point there.
    """
    _refuse_same_function(tx, contact)
    made = tx.run(
        CREATE,
        institution_id=contact.institution_id,
        id=contact.id,
        function=contact.function,
        hours=contact.hours,
        confirmed_on=contact.confirmed_on.isoformat() if contact.confirmed_on else None,
        confirmed_by=str(actor.role) if contact.confirmed_on else None,
        example=contact.example,
    )
    if not made:
        raise NotFound(contact.institution_id)
    tx.run(ADD_CHANNELS, id=contact.id, channels=[_channel_row(each) for each in contact.channels])
    audit.record(tx, actor, "contact:add", contact.id, after=_told(contact))


# The lock before the comparison, as in institution_edits.CHANGE_IF_UNCHANGED.
EDIT_IF_UNCHANGED: LiteralString = """
    MATCH (:Institution {id: $institution_id})-[:HAS_CONTACT]->(c:ContactPoint {id: $id})
    SET c.version = c.version + 1
    WITH c WHERE c.version = $version + 1
    SET c.function = $function, c.hours = $hours
    RETURN c.id AS id
    """

DROP_CHANNELS: LiteralString = """
    MATCH (:ContactPoint {id: $id})-[:HAS_CHANNEL]->(ch:Channel)
    WHERE NOT ch.id IN $kept
    DETACH DELETE ch
    """

CHANGE_CHANNELS: LiteralString = """
    MATCH (c:ContactPoint {id: $id})
    UNWIND $channels AS row
    MATCH (c)-[:HAS_CHANNEL]->(ch:Channel {id: row.id})
    SET ch.kind = row.kind, ch.visibility = row.visibility,
        ch.value = CASE WHEN row.value = '' THEN ch.value ELSE row.value END
    """


def edit(tx: Tx, actor: Actor, before: Contact, after: Contact) -> None:
    """Replace the function, hours and channels of `before` by those of `after`.

    A private channel with an empty value keeps the value it has. Raises Conflict when someone changed the contact
    after `after.version` was read, NotFound when it is gone, AlreadyExists when another has that function.
    """
    _refuse_same_function(tx, after)
    changed = tx.run(
        EDIT_IF_UNCHANGED,
        institution_id=after.institution_id,
        id=after.id,
        version=after.version,
        function=after.function,
        hours=after.hours,
    )
    if not changed:
        standing = tx.run(ONE, institution_id=after.institution_id, id=after.id)
        if not standing:
            raise NotFound(after.id)
        raise Conflict(after.id, {"contact": _before_this(standing[0])})
    known = {each.id for each in before.channels}
    tx.run(DROP_CHANNELS, id=after.id, kept=[each.id for each in after.channels])
    tx.run(CHANGE_CHANNELS, id=after.id, channels=[_channel_row(each) for each in after.channels if each.id in known])
    tx.run(ADD_CHANNELS, id=after.id, channels=[_channel_row(each) for each in after.channels if each.id not in known])
    audit.record(tx, actor, "contact:edit", after.id, before=_told(before), after=_told(after))


def _before_this(row: Mapping[str, Any]) -> Contact:
    """What stands, without the count of the attempt that is about to be rolled back."""
    found = from_row(row)
    return replace(found, version=found.version - 1)


CONFIRM: LiteralString = """
    MATCH (:Institution {id: $institution_id})-[:HAS_CONTACT]->(c:ContactPoint)
    WHERE $id IS NULL OR c.id = $id
    WITH c, c.confirmed_on AS before
    SET c.confirmed_on = $today, c.confirmed_by = $by
    RETURN c.id AS id, before
    """


def confirm(tx: Tx, actor: Actor, institution_id: str, contact_id: str | None, today: date) -> int:
    """Say that a contact (None: every contact of the institution) is still right. Not an edit: no version moves.

    Returns how many were confirmed. Raises NotFound for none.
    """
    rows = tx.run(
        CONFIRM, institution_id=institution_id, id=contact_id, today=today.isoformat(), by=str(actor.role)
    )
    if not rows:
        raise NotFound(contact_id or institution_id)
    for row in rows:
        audit.record(
            tx, actor, "contact:confirm", row["id"],
            before={"institution_id": institution_id, "confirmed_on": row["before"]},
            after={"institution_id": institution_id, "confirmed_on": today},
        )
    return len(rows)


REMOVE: LiteralString = """
    MATCH (:Institution {id: $institution_id})-[:HAS_CONTACT]->(c:ContactPoint {id: $id})
    SET c.version = c.version + 1
    WITH c WHERE c.version = $version + 1
    OPTIONAL MATCH (c)-[:HAS_CHANNEL]->(ch:Channel)
    WITH c, collect(ch) AS channels
    FOREACH (each IN channels | DETACH DELETE each)
    DETACH DELETE c
    RETURN 1 AS removed
    """


def remove(tx: Tx, actor: Actor, contact: Contact) -> None:
    """Take the contact point and its channels away. Raises Conflict when it was changed after it was read."""
    if not tx.run(REMOVE, institution_id=contact.institution_id, id=contact.id, version=contact.version):
        standing = tx.run(ONE, institution_id=contact.institution_id, id=contact.id)
        if not standing:
            raise NotFound(contact.id)
        raise Conflict(contact.id, {"contact": _before_this(standing[0])})
    audit.record(tx, actor, "contact:remove", contact.id, before=_told(contact))


PRIVATE_VALUES: LiteralString = """
    MATCH (:Institution {id: $institution_id})-[:HAS_CONTACT]->(c:ContactPoint {id: $id})
          -[:HAS_CHANNEL]->(ch:Channel {visibility: 'private'})
    RETURN ch.id AS id, ch.kind AS kind, ch.value AS value, ch.visibility AS visibility
    """


def reveal(tx: Tx, actor: Actor, institution_id: str, contact_id: str, purpose: str) -> tuple[Channel, ...]:
    """The private channels of one contact point, with their values; the reading is in the audit log for good.

    `purpose` is a code, never free text. Raises NotFound when there is nothing private to show.
    """
    rows = tx.run(PRIVATE_VALUES, institution_id=institution_id, id=contact_id)
    if not rows:
        raise NotFound(contact_id)
    audit.record(
        tx, actor, "contact:reveal", contact_id,
        after={"institution_id": institution_id, "purpose": purpose, "channels": sorted(row["id"] for row in rows)},
    )
    return _channels([row["id"], row["kind"], row["value"], row["visibility"]] for row in rows)


def _refuse_same_function(tx: Tx, contact: Contact) -> None:
    if tx.run(SAME_FUNCTION, institution_id=contact.institution_id, id=contact.id, function=contact.function):
        raise AlreadyExists(contact.function)


def _channel_row(channel: Channel) -> dict[str, str]:
    return {
        "id": channel.id,
        "kind": str(channel.kind),
        "value": channel.value,
        "visibility": str(channel.visibility),
    }


def _told(contact: Contact) -> dict[str, Any]:
    """What the audit log may hold of a contact: kinds and visibility, never a number or an address."""
    return {
        "institution_id": contact.institution_id,
        "function": contact.function,
        "hours": contact.hours,
        "channels": sorted(f"{each.kind}/{each.visibility}" for each in contact.channels),
    }
