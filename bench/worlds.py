"""Synthetic worlds of any size, the same for the same seed, written in bulk.

Every institution, name, number and address here is invented; phone numbers and e-mail addresses are of the
ranges kept for examples.
"""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, LiteralString

from coordination.clock import now, today
from coordination.graph import reference, schema
from coordination.graph.claims import key
from coordination.graph.store import Store
from coordination.graph.text import folded

TIES_PER_INSTITUTION = 4
INSIDE = 0.85  # of the ties, between institutions of one voivodeship
BATCH = 2_000

ERASE: LiteralString = """
    MATCH (n) WHERE NOT n:SchemaStep WITH n LIMIT $batch DETACH DELETE n RETURN count(*) AS gone
    """
# Before their nodes: an area alone has tens of thousands of them, more than one transaction may hold.
LOOSEN: LiteralString = "MATCH ()-[r]->() WITH r LIMIT $batch DELETE r RETURN count(*) AS gone"
INSTITUTIONS: LiteralString = """
    UNWIND $rows AS row
    MATCH (t:InstitutionType {code: row.type}), (v:Voivodeship {teryt: row.teryt})
    CREATE (i:Institution)-[:OF_TYPE]->(t), (i)-[:COVERS {partial: false}]->(v)
    SET i += row.properties
    """
CONTACTS: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.institution_id})
    CREATE (i)-[:HAS_CONTACT]->(p:ContactPoint)-[:HAS_CHANNEL]->(c:Channel)
    SET p += row.contact, c += row.channel
    """
CLAIMS: LiteralString = """
    UNWIND $rows AS row
    MATCH (a:Institution {id: row.claimant_id}), (b:Institution {id: row.partner_id}), (r:Area {code: row.area})
    CREATE (a)-[:STATES]->(c:Claim)-[:ABOUT]->(b), (c)-[:IN_AREA]->(r)
    SET c += row
    """


@dataclass(frozen=True)
class Made:
    """What was written, for the pages to be asked for and the simple programs to count."""

    institutions: Sequence[tuple[str, str, str]]  # id, type, TERYT
    claims: Sequence[dict[str, Any]]
    ties: int

    def busiest(self, teryt: str) -> str:
        """The institution of a voivodeship with the most claims: the heaviest page."""
        here = {id for id, _type, place in self.institutions if place == teryt}
        counts = dict.fromkeys(here, 0)
        for claim in self.claims:
            for side in (claim["claimant_id"], claim["partner_id"]):
                if side in here:
                    counts[side] += 1
        return min(counts, key=lambda id: (-counts[id], id))


def write(store: Store, size: int, seed: int = 2026) -> Made:
    """Empty the store and fill it with the reference data and `size` institutions, 3 contacts and 4 ties each."""
    schema.apply(store)
    erase(store)
    reference.load(store)
    made = invent(size, seed)
    at = now()
    institutions = [_institution(number, *each) for number, each in enumerate(made.institutions)]
    for rows in _batches(institutions):
        store.run(INSTITUTIONS, rows=rows)
    for rows in _batches([each for id, _type, _place in made.institutions for each in _contacts(id)]):
        store.run(CONTACTS, rows=rows)
    for rows in _batches([_claim(number, claim, at) for number, claim in enumerate(made.claims)]):
        store.run(CLAIMS, rows=rows)
    return made


def invent(size: int, seed: int = 2026) -> Made:
    """Institutions spread evenly over the 16 voivodeships, ties mostly where the model expects them."""
    chance = random.Random(seed)
    places = [row["teryt"] for row in _data("voivodeships")]
    expected = [
        (row["type_a"], row["type_b"], row["area"])
        for row in _data("expected_cooperation") if row["scope"] == "regional"
    ]
    areas = sorted({area for _a, _b, area in expected})
    types = sorted({type for pair in expected for type in pair[:2]})
    institutions = [
        (f"bench-{number:05}", types[(number // len(places)) % len(types)], places[number % len(places)])
        for number in range(size)
    ]
    here: dict[tuple[str, str], list[str]] = {}
    everywhere: dict[str, list[str]] = {}
    for id, type, place in institutions:
        here.setdefault((type, place), []).append(id)
        everywhere.setdefault(type, []).append(id)
    partners: dict[str, list[tuple[str, str]]] = {}
    for a, b, area in expected:
        partners.setdefault(a, []).append((b, area))
        partners.setdefault(b, []).append((a, area))
    claims: list[dict[str, Any]] = []
    seen: set[tuple[str, str, str]] = set()
    tries = 0
    while len(seen) < size * TIES_PER_INSTITUTION and tries < size * TIES_PER_INSTITUTION * 20:
        tries += 1
        # Squaring makes hubs: some institutions have many more ties than others.
        one, type, place = institutions[int(size * chance.random() ** 2)]
        other_type, area = chance.choice(partners[type])
        if chance.random() < 0.2:
            area = chance.choice(areas)
        inside = chance.random() < INSIDE
        among = here.get((other_type, place)) if inside else everywhere.get(other_type)
        other = chance.choice(among) if among else chance.choice(institutions)[0]
        tie = (*sorted((one, other)), area)
        if one == other or tie in seen:
            continue
        seen.add(tie)
        claims += _said(chance, one, other, area)
    return Made(institutions, claims, len(seen))


def _said(chance: random.Random, one: str, other: str, area: str) -> Iterator[dict[str, Any]]:
    """What the two sides say: 60 % agree, 30 % one speaks, 6 % are of two minds, 4 % both deny."""
    stances = chance.choices(
        (("cooperates", "cooperates"), ("cooperates", ""), ("cooperates", "does_not_cooperate"),
         ("does_not_cooperate", "does_not_cooperate")),
        (60, 30, 6, 4),
    )[0]  # fmt: skip
    for stance, claimant, partner in zip(stances, (one, other), (other, one), strict=True):
        if stance:
            stated = today() - timedelta(days=chance.randrange(1, 1_100))
            yield {"claimant_id": claimant, "partner_id": partner, "area": area, "stance": stance, "stated_on": stated}


def _institution(number: int, id: str, type: str, teryt: str) -> dict[str, Any]:
    name, city = f"Instytucja przykładowa nr {number}", f"Miasto {number % 97}"
    properties = {
        "id": id, "name_pl": name, "short_name": f"IP {number}", "national": False, "city": city, "website": "",
        "name_2014": "", "source": [], "note": "", "version": 1, "example": True,
        "search": folded(name, f"IP {number}", city, id),
    }  # fmt: skip
    return {"type": type, "teryt": teryt, "properties": properties}


def _contacts(institution_id: str) -> Iterator[dict[str, Any]]:
    for function, kind, value in (
        ("sekretariat", "phone", "22 000 01 01"), ("koordynator", "email", f"{institution_id}@example.pl"),
        ("dyżurny", "phone", "22 000 02 02"),
    ):  # fmt: skip
        id = f"{institution_id}-{function}"
        yield {
            "institution_id": institution_id,
            "contact": {"id": id, "function": function, "hours": "Mo-Fr 07:30-15:30", "version": 1, "example": True,
                        "confirmed_on": (today() - timedelta(days=40)).isoformat()},
            "channel": {"id": f"{id}-1", "kind": kind, "value": value, "visibility": "network"},
        }  # fmt: skip


def _claim(number: int, claim: dict[str, Any], at: datetime) -> dict[str, Any]:
    stated: date = claim["stated_on"]
    return {
        **claim, "id": f"bench-claim-{number:06}", "forms": ["information"], "basis": "procedure",
        "frequency": "several", "intensity": 2, "stated_on": stated.isoformat(), "last_activity": stated.isoformat(),
        "source": "own_statement", "note": "", "recorded_at": at, "recorded_by": "bench", "recorded_as": "",
        "example": True, "current_key": key(claim["claimant_id"], claim["partner_id"], claim["area"]),
    }  # fmt: skip


@contextmanager
def fresh(server: str) -> Iterator[tuple[Store, Path]]:
    """A database of its own for each part: emptying one takes longer than most of what is measured.

    Neo4j gets the memory that compose.yaml gives it.
    """
    from tests.servers import Servers

    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(Path(folder, "servers"), heap="1g")
        try:
            address = servers.address(server)
            store = Store(address.uri, address.user, address.password, address.database)
            yield store, Path(folder)
            store.close()
        finally:
            servers.stop()


def erase(store: Store) -> None:
    """Nothing but the schema, in portions."""
    for portion in (LOOSEN, ERASE):
        while store.run(portion, batch=BATCH)[0]["gone"]:
            pass


def _batches(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _data(name: str) -> list[dict[str, str]]:
    text = files("coordination").joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
