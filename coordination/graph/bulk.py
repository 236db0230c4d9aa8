"""Many records at once, for files: what stands in the graph, as rows of text. Writing: see bulk_write.py.

Rows are dictionaries of canonical texts (dates ISO 8601, lists with `;`), the form that files have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, LiteralString, TypeVar

from coordination.graph.store import Store
from coordination.permissions import Scope

Row = dict[str, str]
BATCH = 2_000
T = TypeVar("T")


# Ids are unwound and met one by one in the index: a list after IN is walked for every node on one of the servers.


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The rows in lists that one statement takes well."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


@dataclass(frozen=True, slots=True)
class Place:
    """Where an institution acts, its names for people, and when it was read (`version`)."""

    name: str
    short_name: str
    type: str
    national: bool
    covers: frozenset[str]
    parent_id: str
    version: int


INDEX: LiteralString = """
    MATCH (i:Institution)-[:OF_TYPE]->(t:InstitutionType)
    WHERE $scope_all OR i.id = $scope_own OR ($scope_shared AND coalesce(i.national, false))
       OR EXISTS { MATCH (i)-[:COVERS]->(v:Voivodeship) WHERE v.teryt IN $scope_voivodeships }
    RETURN collect([i.id, i.name_pl, i.short_name, t.code, coalesce(i.national, false),
                    COLLECT { MATCH (i)-[:COVERS]->(c:Voivodeship) RETURN c.teryt },
                    COLLECT { MATCH (i)-[:PART_OF {kind: 'parent'}]->(p:Institution) RETURN p.id },
                    i.version]) AS rows
    """


def index(store: Store, scope: Scope) -> dict[str, Place]:
    """Every institution in the scope by id."""
    return {
        id: Place(
            name or "", short or name or "", type, national, frozenset(covers), (parents or [""])[0], version or 1
        )
        for id, name, short, type, national, covers, parents, version in _rows(store.read(INDEX, **scope.params()))
    }


def inside(scope: Scope, id: str, place: Place) -> bool:
    """Whether the scope reaches an institution; the same rule as in the Cypher of loaders."""
    return (
        scope.everything
        or id == scope.institution_id
        or (scope.shared and place.national)
        or bool(place.covers & set(scope.voivodeships))
    )


def _rows(found: list[dict[str, Any]]) -> list[list[Any]]:
    return found[0]["rows"] if found else []


TAKEN: LiteralString = """
    UNWIND $ids AS id
    MATCH (i:Institution {id: id})
    RETURN collect(i.id) AS institutions
    """
TAKEN_CHANNELS: LiteralString = """
    UNWIND $ids AS id
    MATCH (h:Channel {id: id})<-[:HAS_CHANNEL]-(:ContactPoint)<-[:HAS_CONTACT]-(i:Institution)
    RETURN collect([h.id, i.id]) AS rows
    """


def taken(store: Store, ids: Sequence[str]) -> set[str]:
    """Which institution ids exist, wherever: for refusing one that is out of sight, never for showing."""
    return {id for some in batches(ids) for id in store.read(TAKEN, ids=some)[0]["institutions"]}


def taken_channels(store: Store, ids: Sequence[str]) -> dict[str, str]:
    """Institution id of each channel id that exists, wherever."""
    return {id: of for some in batches(ids) for id, of in _rows(store.read(TAKEN_CHANNELS, ids=some))}


INSTITUTIONS: LiteralString = """
    UNWIND $ids AS id
    MATCH (i:Institution {id: id})-[:OF_TYPE]->(t:InstitutionType)
    RETURN collect([i {.id, .name_pl, .short_name, .national, .city, .website, .name_2014, .source, .note,
                       .active_from, .active_to, .version}, t.code,
                    COLLECT { MATCH (i)-[:PART_OF {kind: 'parent'}]->(p:Institution) RETURN p.id },
                    COLLECT { MATCH (i)-[c:COVERS]->(v:Voivodeship)
                              RETURN [v.teryt, coalesce(c.partial, false)] }]) AS rows
    """


def institutions(store: Store, ids: Sequence[str]) -> dict[str, tuple[Row, int]]:
    """Row and version of each institution among `ids`, which the caller has found in its scope."""
    found: dict[str, tuple[Row, int]] = {}
    for some in batches(ids):
        for it, type, parents, covers in _rows(store.read(INSTITUTIONS, ids=some)):
            national = bool(it.get("national"))
            found[it["id"]] = (
                {
                    "id": it["id"],
                    "name_pl": it["name_pl"],
                    "short_name": it.get("short_name") or it["name_pl"],
                    "type": type,
                    "parent_id": (sorted(parents) or [""])[0],
                    "voivodeships": "PL" if national else ";".join(sorted(code for code, _ in covers)),
                    "voivodeships_partial": ";".join(sorted(code for code, part in covers if part)),
                    **{name: it.get(name) or "" for name in ("city", "website", "name_2014")},
                    "source": ";".join(it.get("source") or ()),
                    **{name: it.get(name) or "" for name in ("note", "active_from", "active_to")},
                },
                it.get("version") or 1,
            )
    return found


CONTACTS: LiteralString = """
    UNWIND $ids AS id
    MATCH (i:Institution {id: id})-[:HAS_CONTACT]->(c:ContactPoint)-[:HAS_CHANNEL]->(h:Channel)
    RETURN collect([h.id, i.id, c.function, h.kind, h.value, c.hours, h.visibility, c.confirmed_on, c.id,
                    coalesce(c.version, 1)]) AS rows
    """


@dataclass(frozen=True, slots=True)
class StoredChannel:
    """One row of a contacts file as it stands, with the contact point it belongs to."""

    row: Row
    contact_id: str
    version: int


def contacts(store: Store, ids: Sequence[str]) -> list[StoredChannel]:
    """Every channel of the institutions among `ids`, private values included: the caller holds that right."""
    found = []
    for some in batches(ids):
        for id, of, function, kind, value, hours, visibility, confirmed, contact, version in _rows(
            store.read(CONTACTS, ids=some)
        ):
            row = {
                "id": id, "institution_id": of, "function": function, "channel": kind, "value": value,
                "hours": hours or "", "visibility": visibility, "confirmed_on": confirmed or "",
            }  # fmt: skip
            found.append(StoredChannel(row, contact, version))
    return sorted(found, key=lambda each: (each.row["institution_id"], each.row["function"], each.row["id"]))


CLAIMS: LiteralString = """
    UNWIND $ids AS id
    MATCH (a:Institution {id: id})-[:STATES]->(c:Claim)
    WHERE NOT $current OR c.current_key IS NOT NULL
    RETURN collect([c.id, c.claimant_id, c.partner_id, c.area, c.stance, c.forms, c.basis, c.frequency, c.intensity,
                    c.valid_from, c.valid_to, c.last_activity, c.stated_on, c.source, c.note, c.recorded_at,
                    c.current_key IS NOT NULL]) AS rows
    """


@dataclass(frozen=True, slots=True)
class StoredClaim:
    id: str
    row: Row
    recorded_at: datetime
    current: bool

    @property
    def key(self) -> str:
        return f"{self.row['claimant_id']}|{self.row['partner_id']}|{self.row['area']}"

    @property
    def order(self) -> tuple[str, datetime]:
        return self.row["stated_on"], self.recorded_at


_CLAIM_TEXTS = (
    "claimant_id", "partner_id", "area", "stance", "forms", "basis", "frequency", "intensity", "valid_from",
    "valid_to", "last_activity", "stated_on", "source", "note",
)  # fmt: skip


def claims(store: Store, ids: Sequence[str], *, current: bool = False) -> list[StoredClaim]:
    """What the claimants among `ids` said: everything, or what is current; oldest statement first in each key."""
    found = []
    for some in batches(ids):
        for id, *values, recorded_at, is_current in _rows(store.read(CLAIMS, ids=some, current=current)):
            row = {
                name: ";".join(value) if isinstance(value, list) else "" if value is None else str(value)
                for name, value in zip(_CLAIM_TEXTS, values, strict=True)
            }
            found.append(StoredClaim(id, row, recorded_at, is_current))
    return sorted(found, key=lambda each: (each.key, each.order))


AGREEMENTS: LiteralString = """
    MATCH (g:Agreement)
    WHERE $ids IS NULL OR g.id IN $ids
    RETURN collect([g.id, g.title, COLLECT { MATCH (g)-[:BETWEEN]->(i:Institution) RETURN i.id }, g.areas,
                    g.signed_on, g.valid_from, g.valid_to, coalesce(g.version, 1)]) AS rows
    """


def agreements(store: Store, ids: Sequence[str] | None = None) -> dict[str, tuple[Row, int]]:
    """Row and version of each agreement; the caller leaves out those whose parties it may not see."""
    found = {}
    for id, title, parties, areas, signed, valid_from, valid_to, version in _rows(store.read(AGREEMENTS, ids=ids)):
        row = {
            "id": id, "title": title or "",
            "parties": ";".join(sorted(parties)), "areas": ";".join(sorted(areas or ())),
            "signed_on": signed or "", "valid_from": valid_from or "", "valid_to": valid_to or "",
        }  # fmt: skip
        found[id] = (row, version)
    return dict(sorted(found.items()))


TEAMS: LiteralString = """
    MATCH (t:Team)
    RETURN collect([t.id, t.name_pl, t.voivodeship, coalesce(t.version, 1)]) AS rows
    """
MEMBERS: LiteralString = """
    MATCH (i:Institution)-[m:MEMBER_OF]->(t:Team)
    RETURN collect([t.id, i.id, m.role, m.since, m.source]) AS rows
    """


@dataclass(frozen=True, slots=True)
class StoredTeam:
    name: str
    voivodeship: str
    version: int


def teams(store: Store) -> dict[str, StoredTeam]:
    return {id: StoredTeam(name, place, version) for id, name, place, version in _rows(store.read(TEAMS))}


def members(store: Store) -> list[Row]:
    """Every membership, by team and institution."""
    return sorted(
        (
            {"team_id": team, "institution_id": id, "role": role or "", "since": since or "",
             "source": ";".join(source or ())}
            for team, id, role, since, source in _rows(store.read(MEMBERS))
        ),
        key=lambda row: (row["team_id"], row["institution_id"]),
    )  # fmt: skip
