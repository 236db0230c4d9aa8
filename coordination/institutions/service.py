"""The rules of the register: who may change what, and what a change must satisfy. No Flask."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from coordination import guard, hours
from coordination.errors import AlreadyExists, DomainError, Invalid
from coordination.graph import contacts, institution_edits, institutions, profiles
from coordination.graph.model import Channel, ChannelKind, Contact, Institution, Visibility
from coordination.graph.store import Store, Tx
from coordination.graph.text import folded
from coordination.i18n import N_
from coordination.permissions import Actor, Permission, Role, require, scope

# Why a private number is read. Codes only: a reason in free words could hold what must not be kept.
PURPOSES: dict[str, str] = {
    "emergency": N_("emergency: help for a person is being organised"),
    "cooperation": N_("current cooperation with the institution"),
    "check": N_("checking that the contact is right"),
    "drill": N_("contact drill"),
}

_OWN_PROFILE = frozenset({"name_pl", "short_name", "city", "website", "note"})
_EVERY_FIELD = frozenset(institution_edits.FIELDS)
_FREE_TEXTS = ("note", "name_2014")


def allowed(actor: Actor, permission: Permission, institution: Institution) -> bool:
    """Whether the actor holds the permission for this institution."""
    try:
        _require(actor, permission, institution)
    except DomainError:
        return False
    return True


def _require(actor: Actor, permission: Permission, institution: Institution) -> None:
    require(
        actor,
        permission,
        institution_id=institution.id,
        covers=institution.voivodeships,
        national=institution.national,
    )


def readable(store: Store, actor: Actor, institution_id: str) -> Institution:
    """An institution the actor may read. Raises NotFound."""
    return institutions.get(store, scope(actor, Permission.INSTITUTION_READ), institution_id)


def changeable(store: Store, actor: Actor, permission: Permission, institution_id: str) -> Institution:
    """An institution for which the actor holds `permission`. Raises NotFound, Forbidden."""
    found = readable(store, actor, institution_id)
    _require(actor, permission, found)
    return found


def fields_of(actor: Actor) -> frozenset[str]:
    """The fields of an institution this actor may change: an institution its own description, not its place."""
    if actor.role is Role.INSTITUTION:
        return _OWN_PROFILE
    return _EVERY_FIELD if _everywhere(actor) else _EVERY_FIELD - {"national"}


def places_of(actor: Actor) -> Collection[str] | None:
    """Voivodeships whose coverage this actor may change; None for all."""
    return None if _everywhere(actor) else actor.voivodeships


def _everywhere(actor: Actor) -> bool:
    return scope(actor, Permission.INSTITUTION_EDIT).everything


def add(store: Store, actor: Actor, values: Mapping[str, Any]) -> Institution:
    """Register an institution. Raises Invalid, and AlreadyExists where one of that name is in the same place."""
    scope(actor, Permission.INSTITUTION_ADD)
    made = merged(actor, Institution(id="", name_pl="", short_name="", type="", source=("PUB",)), values)
    _require_add(actor, made)
    _check(made, None)
    known = institutions.listed(store, scope(actor, Permission.INSTITUTION_READ), None)
    same = folded(made.name_pl)
    if any(folded(line.name_pl) == same and folded(line.city) == folded(made.city) for line in known):
        raise AlreadyExists(made.name_pl)
    slug = re.sub(r"[^a-z0-9]+", "-", folded(made.short_name)).strip("-")[:40] or "institution"
    taken = 1 if slug != "new" else 2  # /institutions/new is the form
    for number in range(taken, 100):
        made = replace(made, id=slug if number == 1 else f"{slug}-{number}")
        try:
            store.change(institution_edits.add, actor, made)
        except AlreadyExists:  # the id may belong to an institution the actor may not know of
            continue
        return made
    raise AlreadyExists(made.name_pl)


def _require_add(actor: Actor, made: Institution) -> None:
    if not made.voivodeships and not made.national:
        raise Invalid(N_("Choose at least one voivodeship"), field="voivodeships")
    require(
        actor, Permission.INSTITUTION_ADD, institution_id=" new", covers=made.voivodeships, national=made.national
    )


def edit(store: Store, actor: Actor, institution_id: str, version: int, values: Mapping[str, Any]) -> Institution:
    """Change an institution. What the actor may not change stays as it stands.

    Raises Conflict (with `current["institution"]`) when somebody saved after `version` was read, Invalid, NotFound.
    """
    before = changeable(store, actor, Permission.INSTITUTION_EDIT, institution_id)
    after = replace(merged(actor, before, values), version=version)
    if not after.voivodeships and not after.national:
        raise Invalid(N_("Choose at least one voivodeship"), field="voivodeships")
    _require(actor, Permission.INSTITUTION_EDIT, after)
    _check(after, before)
    if after.parent_id and after.parent_id != before.parent_id:
        readable(store, actor, after.parent_id)
    return replace(after, version=store.change(institution_edits.edit, actor, after))


def merged(actor: Actor, before: Institution, values: Mapping[str, Any]) -> Institution:
    """`before` with the values this actor may change."""
    mine = {name: value for name, value in values.items() if name in fields_of(actor)}
    places = places_of(actor)
    if places is not None and "voivodeships" in mine:
        # Coverage of other voivodeships is their consultants' to state: it is kept, whatever was sent.
        for name in ("voivodeships", "voivodeships_partial"):
            elsewhere = [code for code in getattr(before, name) if code not in places]
            mine[name] = tuple(sorted({*elsewhere, *(code for code in mine.get(name, ()) if code in places)}))
    after = replace(before, **mine)
    if after.national:
        after = replace(after, voivodeships=(), voivodeships_partial=())
    partial = tuple(code for code in after.voivodeships_partial if code in after.voivodeships)
    return replace(after, voivodeships_partial=partial, short_name=after.short_name or after.name_pl)


def _check(institution: Institution, before: Institution | None) -> None:
    if not institution.name_pl:
        raise Invalid(N_("Enter the name of the institution"), field="name_pl")
    if institution.website and not re.match(r"https?://[^\s/]+\.[^\s/]+", institution.website):
        raise Invalid(N_("Enter the address of the page beginning with https://"), field="website")
    if institution.active_from and institution.active_to and institution.active_to < institution.active_from:
        raise Invalid(N_("The last day of activity is before the first one"), field="active_to")
    for name in _FREE_TEXTS:
        text = getattr(institution, name)
        if before is None or text != getattr(before, name):
            guard.refuse(text, field=name)


def add_contact(store: Store, actor: Actor, institution_id: str, values: Mapping[str, Any], today: date) -> Contact:
    """Give an institution a contact point; entering it is its first confirmation."""
    changeable(store, actor, Permission.INSTITUTION_EDIT, institution_id)
    made = Contact(
        id=str(uuid4()),
        institution_id=institution_id,
        function=values["function"],
        hours=values["hours"],
        channels=_channels(values["channels"], ()),
        confirmed_on=today,
    )
    _check_contact(made, ())
    store.change(contacts.add, actor, made)
    return made


def edit_contact(
    store: Store, actor: Actor, institution_id: str, contact_id: str, version: int, values: Mapping[str, Any]
) -> None:
    """Change a contact point. Raises Conflict (with `current["contact"]`), Invalid, AlreadyExists, NotFound."""
    changeable(store, actor, Permission.INSTITUTION_EDIT, institution_id)
    before = contacts.get(store, institution_id, contact_id)
    after = replace(
        before,
        function=values["function"],
        hours=values["hours"],
        channels=_channels(values["channels"], before.channels),
        version=version,
    )
    _check_contact(after, before.channels)
    store.change(contacts.edit, actor, before, after)


def _channels(rows: Collection[Mapping[str, str]], known: Collection[Channel]) -> tuple[Channel, ...]:
    """Channels of a form; a row without a value and without a hidden value behind it is left out."""
    hidden = {each.id for each in known if each.visibility is Visibility.PRIVATE}
    ids = {each.id for each in known}
    return tuple(
        Channel(
            id=row["id"] if row["id"] in ids else str(uuid4()),
            kind=ChannelKind(row["kind"]),
            value=row["value"].strip(),
            visibility=Visibility(row["visibility"]),
        )
        for row in rows
        if row["value"].strip() or (row["id"] in hidden and not row.get("remove"))
    )


def _check_contact(contact: Contact, known: Collection[Channel]) -> None:
    if not contact.function:
        raise Invalid(N_("Enter the function, for example “duty officer”"), field="function")
    guard.refuse(contact.function, field="function")
    hours.check(contact.hours)
    if not contact.channels:
        raise Invalid(N_("Enter at least one telephone number or address"), field="channels")
    was_private = {each.id for each in known if each.visibility is Visibility.PRIVATE}
    for each in contact.channels:
        if not each.value and each.visibility is not Visibility.PRIVATE:
            # An empty field keeps the hidden number; shown to all, it must be typed by who knows it.
            raise Invalid(N_("To make a hidden number visible, type it again"), field="channels")
        if each.value or each.id not in was_private:
            contacts.check_value(each.kind, each.value)


def remove_contact(store: Store, actor: Actor, institution_id: str, contact_id: str, version: int) -> None:
    changeable(store, actor, Permission.INSTITUTION_EDIT, institution_id)
    found = contacts.get(store, institution_id, contact_id)
    store.change(contacts.remove, actor, replace(found, version=version))


def confirm_contacts(store: Store, actor: Actor, institution_id: str, contact_id: str | None, today: date) -> int:
    """Say that one contact (None: all of them) is still right. Returns how many."""
    changeable(store, actor, Permission.CONTACT_CONFIRM, institution_id)
    return store.change(contacts.confirm, actor, institution_id, contact_id, today)


def confirm_profile(store: Store, actor: Actor, institution_id: str, today: date) -> None:
    """Say that all of it is still true: every contact, and the card where there is one."""
    changeable(store, actor, Permission.CONTACT_CONFIRM, institution_id)
    filled = not profiles.card(store, institution_id).empty
    known = bool(contacts.of_institutions(store, [institution_id])[institution_id])
    store.change(_confirm_all, actor, institution_id, today, known, filled)


def _confirm_all(tx: Tx, actor: Actor, institution_id: str, today: date, known: bool, filled: bool) -> None:
    if known:
        contacts.confirm(tx, actor, institution_id, None, today)
    if filled:
        profiles.confirm(tx, actor, institution_id, today)


def reveal(store: Store, actor: Actor, institution_id: str, contact_id: str, purpose: str) -> tuple[Channel, ...]:
    """The private channels of a contact; the reading is logged. Raises Invalid without a purpose, NotFound."""
    changeable(store, actor, Permission.CONTACT_REVEAL, institution_id)
    if purpose not in PURPOSES:
        raise Invalid(N_("Choose what the number is needed for"), field="purpose")
    return store.change(contacts.reveal, actor, institution_id, contact_id, purpose)


def save_card(store: Store, actor: Actor, card: profiles.Card, today: date) -> None:
    """Replace the competence card and resources; saving confirms them. Raises Conflict (`current["card"]`), Invalid."""
    changeable(store, actor, Permission.INSTITUTION_EDIT, card.institution_id)
    for task in card.tasks:
        guard.refuse(task.text, field=f"task_{task.stage}")
        guard.refuse(task.legal_basis, field=f"basis_{task.stage}")
    for place, resource in enumerate(card.resources):
        guard.refuse(resource.note, field=f"resources-{place}-note")
        if resource.as_of and resource.as_of > today:
            raise Invalid(N_("The date must not be later than today"), field=f"resources-{place}-as_of")
    hours.check(card.hours)
    store.change(profiles.save, actor, replace(card, confirmed_on=today))
