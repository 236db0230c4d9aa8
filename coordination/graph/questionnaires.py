"""Questionnaires in the graph: each version once, drafted, then published and from then on frozen.

The content is one JSON text (surveys/questionnaire.py reads it). Item ids are for ever: what earlier published
versions used and this one dropped is `retired`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from coordination.clock import now
from coordination.errors import AlreadyExists, Conflict, NotFound
from coordination.graph import audit
from coordination.graph.store import Store, Tx
from coordination.permissions import LOCAL_OPERATOR, Actor
from coordination.surveys import questionnaire as plain
from coordination.surveys.model import Questionnaire

FIELDS: LiteralString = """
    q {.id, .questionnaire, .number, .state, .edition, .title_pl, .title_en, .items, .digest, .based_on,
       .updated_at, .published_at} AS q
    """
LISTED: LiteralString = "MATCH (q:Questionnaire) RETURN " + FIELDS + " ORDER BY q.questionnaire, q.updated_at DESC, q.id"
ONE: LiteralString = "MATCH (q:Questionnaire {id: $id}) RETURN " + FIELDS
DIGEST: LiteralString = "MATCH (q:Questionnaire {id: $id}) RETURN q.digest AS digest"
CONTENT: LiteralString = "MATCH (q:Questionnaire {id: $id}) RETURN q.content AS content, q.digest AS digest"
PUBLISHED: LiteralString = """
    MATCH (q:Questionnaire {questionnaire: $questionnaire, state: 'published'})
    RETURN q.id AS id, q.item_ids AS item_ids ORDER BY q.published_at
    """
CREATE: LiteralString = """
    MERGE (q:Questionnaire {id: $id})
    ON CREATE SET q.questionnaire = $questionnaire, q.state = 'draft', q.edition = 1, q.based_on = $based_on,
        q.made_by = $by
    WITH q WHERE q.made_by = $by
    SET q += $content
    RETURN q.id AS id
    """
SAVE: LiteralString = """
    MATCH (q:Questionnaire {id: $id})
    SET q.edition = q.edition + 1
    WITH q WHERE q.edition = $edition + 1 AND q.state = 'draft'
    SET q += $content
    RETURN q.id AS id
    """
PUBLISH: LiteralString = """
    MATCH (q:Questionnaire {id: $id})
    SET q.edition = q.edition + 1
    WITH q WHERE q.edition = $edition + 1 AND q.state = 'draft'
    SET q.state = 'published', q.published_at = $at
    RETURN q.id AS id
    """
DROP: LiteralString = """
    MATCH (q:Questionnaire {id: $id})
    SET q.edition = q.edition + 1
    WITH q WHERE q.edition = $edition + 1 AND q.state = 'draft'
    DETACH DELETE q
    RETURN $id AS id
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a list says of one version. `edition` counts the savings of a draft; `number` is "1.0"."""

    id: str
    questionnaire: str
    number: str
    state: str  # draft, published
    edition: int
    title_pl: str
    title_en: str
    items: int
    digest: str
    updated_at: datetime
    based_on: str = ""
    published_at: datetime | None = None

    @property
    def published(self) -> bool:
        return self.state == "published"


def version_id(questionnaire: Questionnaire) -> str:
    """The key of a version in the graph: the questionnaire's id and its number."""
    return f"{questionnaire.id}|{questionnaire.version}"


def install(store: Store) -> bool:
    """Publish the questionnaire of the package where its version is not there yet; whether it was written."""
    found = plain.packaged()
    if store.read(ONE, id=version_id(found)):
        return False
    at = now()
    try:
        store.change(_install, found, at)
    except (AlreadyExists, Conflict):  # another worker started at the same moment
        return False
    return True


def _install(tx: Tx, found: Questionnaire, at: datetime) -> None:
    create(tx, LOCAL_OPERATOR, found, based_on="", at=at)
    publish(tx, LOCAL_OPERATOR, version_id(found), 1, at)


def listed(store: Store) -> list[Version]:
    """Every version, drafts first among those of one questionnaire, then the newest."""
    found = [_version(row["q"]) for row in store.read(LISTED)]
    return sorted(found, key=lambda each: (each.questionnaire, each.published))


def one(store: Store, id: str) -> Version:
    """What the list says of one version. Raises NotFound."""
    rows = store.read(ONE, id=id)
    if not rows:
        raise NotFound(id)
    return _version(rows[0]["q"])


def load(store: Store, id: str) -> Questionnaire:
    """The content of a version. Raises NotFound. What was read once is told by its digest and not read again."""
    rows = store.read(DIGEST, id=id)
    if not rows:
        raise NotFound(id)
    if found := _READ.get(rows[0]["digest"]):
        return found
    rows = store.read(CONTENT, id=id)
    if not rows:
        raise NotFound(id)
    found = plain.read(json.loads(rows[0]["content"]))
    if len(_READ) >= KEPT:
        _READ.clear()
    # Under the digest of what was read: a draft may have been saved between the two questions.
    return _READ.setdefault(rows[0]["digest"], found)


KEPT = 32
_READ: dict[str, Questionnaire] = {}


def retired(store: Store, questionnaire: Questionnaire) -> frozenset[str]:
    """Item ids that a published version used and `questionnaire` does not: they must not come back as another."""
    rows = store.read(PUBLISHED, questionnaire=questionnaire.id)
    used = {item for row in rows for item in row["item_ids"] or ()}
    return frozenset(used - questionnaire.by_id.keys())


def create(tx: Tx, actor: Actor, questionnaire: Questionnaire, *, based_on: str, at: datetime) -> None:
    """Write a new draft. Raises AlreadyExists where the version is there and somebody else's."""
    id = version_id(questionnaire)
    made = tx.run(
        CREATE,
        id=id,
        questionnaire=questionnaire.id,
        based_on=based_on,
        by=f"{actor.id}|{at.isoformat()}",
        content=_content(questionnaire, at),
    )
    if not made:
        raise AlreadyExists(id)
    audit.record(tx, actor, "questionnaire:create", id, after={"based_on": based_on}, at=at)


def save(tx: Tx, actor: Actor, id: str, edition: int, questionnaire: Questionnaire, at: datetime) -> None:
    """Save a draft over the edition that was read. Raises Conflict when somebody was faster or it was published."""
    if version_id(questionnaire) != id:
        raise NotFound(id)
    if not tx.run(SAVE, id=id, edition=edition, content=_content(questionnaire, at)):
        raise Conflict(id)
    audit.record(tx, actor, "questionnaire:edit", id, after={"edition": edition + 1}, at=at)


def publish(tx: Tx, actor: Actor, id: str, edition: int, at: datetime) -> None:
    """Publish and freeze. The caller has asked surveys/publishing.py first. Raises Conflict as `save` does."""
    if not tx.run(PUBLISH, id=id, edition=edition, at=at):
        raise Conflict(id)
    audit.record(tx, actor, "questionnaire:publish", id, at=at)


def drop(tx: Tx, actor: Actor, id: str, edition: int) -> None:
    """Throw a draft away. Raises Conflict as `save` does."""
    if not tx.run(DROP, id=id, edition=edition):
        raise Conflict(id)
    audit.record(tx, actor, "questionnaire:drop", id)


def _content(questionnaire: Questionnaire, at: datetime) -> dict[str, Any]:
    text = json.dumps(plain.data(questionnaire), ensure_ascii=False, sort_keys=True)
    return {
        "number": questionnaire.version,
        "title_pl": questionnaire.title_pl,
        "title_en": questionnaire.title_en,
        "items": len(questionnaire.items),
        "item_ids": [item.id for item in questionnaire.items],
        "content": text,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "updated_at": at,
    }


def _version(row: Mapping[str, Any]) -> Version:
    return Version(**{**row, "based_on": row["based_on"] or ""})
