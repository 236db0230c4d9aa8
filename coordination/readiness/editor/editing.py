"""Versions of questionnaires from draft to publishing: who may, what is compared with what, and savings that lose nothing.

A draft is saved part by part (an item, the dimensions, one group). Two people at two parts do not meet; at the same
part the second is told and shown both. No Flask.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from coordination.clock import now
from coordination.errors import AlreadyExists, Conflict, NotFound
from coordination.graph import questionnaires
from coordination.graph.questionnaires import Version, version_id
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor, Permission, ever, scope
from coordination.surveys import questionnaire as plain
from coordination.surveys.model import Item, Questionnaire
from coordination.surveys.publishing import Fault, faults
from coordination.surveys.versions import Comparison, compare

Data = dict[str, Any]
TRIES = 6  # of a saving that meets savings of other parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One version with its content."""

    version: Version
    questionnaire: Questionnaire

    @property
    def data(self) -> Data:
        return plain.data(self.questionnaire)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The last published version of the same questionnaire, and item ids that published ones before it used."""

    opened: Opened
    retired: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a draft that is read, changed and saved as one.

    `get` takes it out of the plain data, None where it is not there; `put` writes it back.
    """

    name: str
    get: Callable[[Data], Any]
    put: Callable[[Data, Any], None]


def listed(store: Store, actor: Actor) -> list[Version]:
    """Versions this actor may read: drafts are for those who edit."""
    scope(actor, Permission.QUESTIONNAIRE_READ)
    drafts = ever(actor, Permission.QUESTIONNAIRE_EDIT)
    return [each for each in questionnaires.listed(store) if each.published or drafts]


def opened(store: Store, actor: Actor, id: str) -> Opened:
    """A version to read. Raises NotFound for a draft this actor may not see, as for one that never was."""
    scope(actor, Permission.QUESTIONNAIRE_READ)
    # The list's line first: content newer than its edition is refused at saving, never the other way round.
    version = questionnaires.one(store, id)
    if not version.published and not ever(actor, Permission.QUESTIONNAIRE_EDIT):
        raise NotFound(id)
    return Opened(version=version, questionnaire=questionnaires.load(store, id))


def draft(store: Store, actor: Actor, id: str) -> Opened:
    """A draft to edit. Raises NotFound, also for a version that is published: there is nothing to edit in it."""
    scope(actor, Permission.QUESTIONNAIRE_EDIT)
    found = opened(store, actor, id)
    if found.version.published:
        raise NotFound(id)
    return found


def last_published(store: Store, questionnaire: str) -> Version | None:
    """The published version with the highest number."""
    found = [each for each in questionnaires.listed(store) if each.published and each.questionnaire == questionnaire]
    return max(found, key=lambda each: numbers(each.number), default=None)


def base_of(store: Store, found: Opened) -> Base | None:
    """What a version is compared with: the last one published before it. None for the first of its kind."""
    before = [
        each
        for each in questionnaires.listed(store)
        if each.published
        and each.questionnaire == found.version.questionnaire
        and each.id != found.version.id
        and (not found.version.published or numbers(each.number) < numbers(found.version.number))
    ]
    if not before:
        return None
    last = max(before, key=lambda each: numbers(each.number))
    content = questionnaires.load(store, last.id)
    return Base(
        opened=Opened(version=last, questionnaire=content), retired=questionnaires.retired(store, content)
    )


def compared(base: Base | None, found: Questionnaire) -> Comparison | None:
    """What changed since the base; None where there is none."""
    return None if base is None else compare(base.opened.questionnaire, found, base.retired)


def told(found: Opened, comparison: Comparison | None, types: Sequence[str]) -> list[Fault]:
    """Everything that keeps a draft from being published: what is wrong in it, and against the last version."""
    return [*(comparison.faults if comparison else ()), *faults(found.questionnaire, types)]


def numbers(number: str) -> tuple[int, ...]:
    """"1.10.0" as numbers, to compare."""
    return tuple(int(part) if part.isascii() and part.isdigit() else 0 for part in number.split("."))


def next_number(taken: Sequence[str], *, major: bool) -> str:
    """The number of a new version: one step after the highest there is.

    A major step begins results that are not compared with those before.
    """
    if not taken:
        return "1.0.0"
    parts = (*max(map(numbers, taken)), 0, 0)
    return f"{parts[0] + 1}.0.0" if major else f"{parts[0]}.{parts[1] + 1}.0"


def new_draft(store: Store, actor: Actor, from_id: str, *, major: bool) -> str:
    """A draft with the content of a published version and the next number; its id. Raises NotFound."""
    scope(actor, Permission.QUESTIONNAIRE_EDIT)
    source = opened(store, actor, from_id)
    if not source.version.published:
        raise NotFound(from_id)
    return _made(store, actor, source.questionnaire, major=major, based_on=source.version.id)


def _made(store: Store, actor: Actor, content: Questionnaire, *, major: bool, based_on: str) -> str:
    for _ in range(TRIES):
        taken = [each.number for each in questionnaires.listed(store) if each.questionnaire == content.id]
        made = replace(content, version=next_number(taken, major=major))
        try:
            return create(store, actor, made, based_on=based_on)
        except AlreadyExists:  # somebody took the number meanwhile
            continue
    raise AlreadyExists(content.id)


def create(store: Store, actor: Actor, content: Questionnaire, *, based_on: str = "") -> str:
    """Keep a questionnaire as a draft; its id. Raises AlreadyExists where the version is there."""
    scope(actor, Permission.QUESTIONNAIRE_EDIT)
    store.change(questionnaires.create, actor, content, based_on=based_on, at=now())
    return version_id(content)


def fingerprint(value: Any) -> str:
    """A short text that differs when the part does: what a form carries to say which state it was filled in over."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def save(
    store: Store, actor: Actor, id: str, part: Part, seen: str, value: Callable[[Questionnaire, Any], Any]
) -> Opened:
    """Save one part of a draft over the state that was seen.

    Parameters
    ----------
    seen
        Its `fingerprint` when it was read.
    value
        What the part becomes, from the questionnaire and the part as they stand.

    Raises
    ------
    Conflict
        Somebody changed this part meanwhile, or the version was published.
    Invalid
        What came is not the shape of a questionnaire.
    """
    scope(actor, Permission.QUESTIONNAIRE_EDIT)
    for _ in range(TRIES):
        found = opened(store, actor, id)
        data = found.data
        before = part.get(data)
        if found.version.published or fingerprint(before) != seen:
            raise Conflict(id)
        part.put(data, value(found.questionnaire, before))
        after = plain.read(data)
        if after == found.questionnaire:
            return found
        try:
            store.change(questionnaires.save, actor, id, found.version.edition, after, now())
        except Conflict:  # another part was saved at the same moment; ours is asked again
            continue
        return opened(store, actor, id)
    raise Conflict(id)


def publish(store: Store, actor: Actor, id: str, edition: int, types: Sequence[str]) -> list[Fault]:
    """Publish a draft as it was seen, unless something is wrong with it: then the faults, and nothing is done.

    Raises Conflict when it was saved since, or another version was published since it was compared.
    """
    found = draft(store, actor, id)
    if found.version.edition != edition:
        raise Conflict(id)
    base = base_of(store, found)
    wrong = told(found, compared(base, found.questionnaire), types)
    if not wrong:
        store.change(_publish, actor, found, base.opened.version.id if base else "")
    return wrong


def _publish(tx: Tx, actor: Actor, found: Opened, base: str) -> None:
    rows = tx.run(questionnaires.PUBLISHED, questionnaire=found.version.questionnaire)
    last = max((row["id"] for row in rows), key=lambda id: numbers(id.rpartition("|")[2]), default="")
    if last not in (base, found.version.id):
        raise Conflict(found.version.id)
    questionnaires.publish(tx, actor, found.version.id, found.version.edition, now())


def drop(store: Store, actor: Actor, id: str, edition: int) -> None:
    """Throw a draft away as it was seen. Raises Conflict when it was saved since."""
    found = draft(store, actor, id)
    if found.version.edition != edition:
        raise Conflict(id)
    store.change(questionnaires.drop, actor, id, edition)


# --- parts


def _whole(name: str, key: str) -> Part:
    return Part(name=name, get=lambda data: data[key], put=lambda data, value: data.__setitem__(key, value))


TEXTS, DIMENSIONS, RULES = _whole("texts", "survey"), _whole("dimensions", "dimensions"), _whole("rules", "scoring")
ORDER = Part(
    name="order",
    get=lambda data: [item["id"] for item in data["items"]],
    put=lambda data, ids: data.update(items=sorted(data["items"], key=lambda item: ids.index(item["id"]))),
)


def item_part(item_id: str) -> Part:
    """One item. Put as None it leaves; put under another id it takes that one, and conditions on it follow."""

    def get(data: Data) -> Any:
        return next((item for item in data["items"] if item["id"] == item_id), None)

    def put(data: Data, value: Mapping[str, Any] | None) -> None:
        there = [item["id"] for item in data["items"]]
        if value is None:
            data["items"] = [item for item in data["items"] if item["id"] != item_id]
        elif item_id in there:
            data["items"][there.index(item_id)] = dict(value)
            if value["id"] != item_id:
                for condition in (one for item in data["items"] for one in item.get("show_if", ())):
                    if condition["item"] == item_id:
                        condition["item"] = value["id"]
        else:
            data["items"].insert(_place(data["items"], value["dimension"]), dict(value))

    return Part(name="item", get=get, put=put)


def _place(items: Sequence[Mapping[str, Any]], dimension: str) -> int:
    """After the last item of its dimension, or at the end."""
    mine = [number for number, item in enumerate(items, 1) if item["dimension"] == dimension]
    return mine[-1] if mine else len(items)


def group_part(name: str) -> Part:
    """The types of one group; None where it is not there, and put as None it leaves."""

    def put(data: Data, value: Sequence[str] | None) -> None:
        if value is None:
            data["groups"].pop(name, None)
        else:
            data["groups"][name] = list(value)

    return Part(name="group", get=lambda data: data["groups"].get(name), put=put)


def free_id(dimension: str, used: Sequence[str]) -> str:
    """The next id of a dimension that no item has or ever had: KN06 after KN05."""
    found = [
        int(id[len(dimension) :])
        for id in used
        if id.startswith(dimension) and id[len(dimension) :].isascii() and id[len(dimension) :].isdigit()
    ]
    return f"{dimension}{max(found, default=0) + 1:02}"


def used_ids(store: Store, found: Questionnaire) -> list[str]:
    """Ids of items that are taken for ever or just now."""
    return [*found.by_id, *questionnaires.retired(store, found), *(each.id for each in found.dimensions)]


def moved(ids: Sequence[str], items: Mapping[str, Item], item_id: str, step: int) -> list[str]:
    """The order with one item a place up (-1) or down (1) among those of its dimension."""
    found = list(ids)
    mine = [number for number, id in enumerate(found) if items[id].dimension == items[item_id].dimension]
    here = mine.index(found.index(item_id))
    there = here + step
    if 0 <= there < len(mine):
        one, other = mine[here], mine[there]
        found[one], found[other] = found[other], found[one]
    return found
