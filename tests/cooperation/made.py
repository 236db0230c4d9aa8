"""A made-up network on the real institutions: seeded, in every state, for tests and for looking at the map."""

from __future__ import annotations

import csv
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from coordination.graph import audit
from coordination.graph.facts import Statement, World
from coordination.graph.model import Area, Institution, InstitutionType, Stance, Voivodeship
from coordination.graph.selection import Words
from coordination.graph.store import Store
from coordination.permissions import LOCAL_OPERATOR

DATA = Path(__file__).parents[2] / "coordination" / "data"
TODAY = date(2026, 1, 12)
RECORDED = datetime(2026, 1, 12, tzinfo=UTC)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def institutions() -> dict[str, Institution]:
    found = {}
    for row in rows("institutions.csv"):
        codes = tuple(code for code in row["voivodeships"].split(";") if code and code != "PL")
        found[row["id"]] = Institution(
            id=row["id"], name_pl=row["name_pl"], short_name=row["short_name"], type=row["type"],
            voivodeships=codes, national=row["voivodeships"] == "PL", city=row["city"],
        )  # fmt: skip
    return found


def words(lang: str = "pl") -> Words:
    return Words(
        types={row["code"]: InstitutionType(row["code"], row["name_pl"], row["name_en"], row["sector"], row["level"], row["team_role"])
               for row in rows("institution_types.csv")},
        areas={row["code"]: Area(row["code"], row["name_pl"], row["name_en"]) for row in rows("cooperation_areas.csv")},
        voivodeships={row["teryt"]: Voivodeship(row["teryt"], row["name_pl"], row["name_en"]) for row in rows("voivodeships.csv")},
        lang=lang,
        national="cały kraj",
    )  # fmt: skip


def world(seed: int = 7, *, per_institution: float = 2.1, more: int = 0) -> World:
    """`more` adds institutions by copying real ones; claims grow with the number of institutions."""
    chance = random.Random(seed)
    known = institutions()
    real = sorted(known)
    for number in range(more):
        source = known[chance.choice(real)]
        copy = f"{source.id}-{number}"
        values = {name: getattr(source, name) for name in Institution.__slots__}
        known[copy] = Institution(**{**values, "id": copy, "short_name": f"{source.short_name} {number}", "national": False,
                                     "voivodeships": source.voivodeships or (chance.choice(["14", "24", "30", "02"]),)})  # fmt: skip
    areas = [row["code"] for row in rows("cooperation_areas.csv")]
    ids = sorted(known)
    pairs: set[tuple[str, str]] = set()
    hubs = [each for each in ids if known[each].type in ("kcik", "voivode_social_dept", "bg_division", "police_regional_thb", "moi_thb_unit")]
    statements: list[Statement] = []
    while len(pairs) < per_institution * len(ids):
        a = chance.choice(hubs if chance.random() < 0.45 else ids)
        mine = known[a]
        near = [each for each in ids if each != a and (mine.national or known[each].national or set(known[each].voivodeships) & set(mine.voivodeships))]
        b = chance.choice(near)
        if (a, b) in pairs or (b, a) in pairs:
            continue
        pairs.add((a, b))
        luck = chance.random()
        for area in chance.sample(areas, chance.choice([1, 1, 1, 2, 2, 3, 4])):
            old = chance.random() < 0.12
            day = TODAY - timedelta(days=chance.randint(900, 1400) if old else chance.randint(10, 500))
            yes, no = Stance.COOPERATES, Stance.DOES_NOT_COOPERATE
            first, second = (yes, yes) if luck < 0.66 else (yes, None) if luck < 0.94 else (yes, no) if luck < 0.98 else (no, None)
            statements.append(Statement(f"c{len(statements)}", a, b, area, first, day))
            if second:
                statements.append(Statement(f"c{len(statements)}", b, a, area, second, day))
    return World(institutions=known, statements=statements, expectations=(), voivodeships=tuple(words().voivodeships), areas=tuple(areas))


WRITE = """
    UNWIND $rows AS row
    MATCH (a:Institution {id: row.claimant_id}), (b:Institution {id: row.partner_id}), (r:Area {code: row.area})
    CREATE (a)-[:STATES]->(c:Claim)-[:ABOUT]->(b), (c)-[:IN_AREA]->(r)
    SET c += row
    """


def write(store: Store, statements: list[Statement]) -> None:
    """The statements as current claims of the store, in bulk; one audit entry tells that something changed."""
    found = [
        {"id": said.id, "claimant_id": said.claimant_id, "partner_id": said.partner_id, "area": said.area, "stance": str(said.stance),
         "stated_on": said.stated_on.isoformat(), "source": "own_statement", "recorded_at": RECORDED, "recorded_by": "made",
         "recorded_as": "operator", "current_key": f"{said.claimant_id}|{said.partner_id}|{said.area}", "example": True}
        for said in statements
    ]  # fmt: skip

    def work(tx) -> None:
        for start in range(0, len(found), 2000):
            tx.run(WRITE, rows=found[start : start + 2000])
        audit.record(tx, LOCAL_OPERATOR, "made:write", "made")

    store.change(work)


def around(known: World, voivodeship: str) -> list[Statement]:
    """The statements between institutions that cover one voivodeship: few enough to write for every test."""
    inside = {each.id for each in known.institutions.values() if each.covers(voivodeship)}
    return [said for said in known.statements if {said.claimant_id, said.partner_id} <= inside]


WRITE_INSTITUTIONS = """
    UNWIND $rows AS row
    MATCH (t:InstitutionType {code: row.type})
    CREATE (i:Institution {id: row.id, name_pl: row.name_pl, short_name: row.short_name, national: false, version: 1,
                           source: [], example: true, search: row.id})-[:OF_TYPE]->(t)
    WITH i, row UNWIND row.codes AS code
    MATCH (v:Voivodeship {teryt: code})
    CREATE (i)-[:COVERS {partial: false}]->(v)
    """


def write_institutions(store: Store, known: World) -> None:
    """Those of the world that are not in the reference data."""
    real = institutions()
    found = [
        {"id": each.id, "name_pl": each.name_pl, "short_name": each.short_name, "type": each.type, "codes": list(each.voivodeships)}
        for each in known.institutions.values()
        if each.id not in real
    ]  # fmt: skip

    def work(tx) -> None:
        tx.run(WRITE_INSTITUTIONS, rows=found)
        audit.record(tx, LOCAL_OPERATOR, "made:write", "made")

    store.change(work)
