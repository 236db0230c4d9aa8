"""Made-up countries of any size as plain values, for measuring what needs no store. Seeded; all invented."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from importlib import resources

from coordination.graph.facts import Statement, World
from coordination.graph.model import (
    Agreement,
    Event,
    Expectation,
    Institution,
    Level,
    PathwayStep,
    Scope,
    Stance,
)

ON = date(2026, 1, 12)
TIES_PER_INSTITUTION = 4


def rows(name: str) -> list[dict[str, str]]:
    text = resources.files("coordination").joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def country(size: int, *, seed: int = 1, per_institution: int = TIES_PER_INSTITUTION) -> World:
    """`size` institutions and `size` x `per_institution` ties, four in five of them ones the model expects."""
    rng = random.Random(seed)
    voivodeships = tuple(row["teryt"] for row in rows("voivodeships"))
    areas = tuple(row["code"] for row in rows("cooperation_areas"))
    expected = _expectations()
    types = sorted({code for one in expected for code in (one.type_a, one.type_b)})
    institutions, here = _institutions(rng, size, types, voivodeships)
    said: list[Statement] = []
    pairs: set[tuple[str, str, str]] = set()
    while len(pairs) < size * per_institution:
        wanted, teryt = rng.choice(expected), rng.choice(voivodeships)
        side_a, side_b = here.get((teryt, wanted.type_a)), here.get((teryt, wanted.type_b))
        if not side_a or not side_b:
            continue
        a, b = sorted((rng.choice(side_a), rng.choice(side_b)))
        area = wanted.area if rng.random() < 0.8 else rng.choice(areas)
        if a == b or (a, b, area) in pairs:
            continue
        pairs.add((a, b, area))
        for claimant, partner in ((a, b), (b, a)) if rng.random() < 0.7 else ((a, b),):
            stated = ON - timedelta(days=rng.randint(0, 1200))
            said.append(
                Statement(
                    f"c{len(said):06}",
                    claimant,
                    partner,
                    area,
                    Stance.COOPERATES if rng.random() < 0.9 else Stance.DOES_NOT_COOPERATE,
                    stated,
                    last_activity=min(ON, stated + timedelta(days=rng.randint(0, 60)))
                    if rng.random() < 0.3
                    else None,
                )
            )
    ids = list(institutions)
    few = min(len(ids), 6)
    return World(
        institutions=institutions,
        statements=said,
        expectations=expected,
        voivodeships=voivodeships,
        areas=areas,
        agreements=tuple(
            Agreement(
                id=f"a{n}",
                title="",
                parties=tuple(rng.sample(ids, few)),
                areas=areas,
                signed_on=date(2020, 1, 1),
            )
            for n in range(size // 100)
        ),
        events=tuple(
            Event(
                id=f"e{n}",
                title="",
                on=ON - timedelta(days=rng.randint(0, 900)),
                participants=tuple(rng.sample(ids, min(len(ids), 12))),
                areas=tuple(rng.sample(areas, 2)),
            )
            for n in range(size // 100)
        ),
        steps=_steps(),
        history=False,
    )


def _institutions(
    rng: random.Random, size: int, types: list[str], voivodeships: tuple[str, ...]
) -> tuple[dict[str, Institution], dict[tuple[str, str], list[str]]]:
    """Institutions by id, and their ids by place and type. One in a hundred national, one in twenty in two places."""
    institutions: dict[str, Institution] = {}
    here: dict[tuple[str, str], list[str]] = {}
    for number in range(size):
        national = rng.random() < 0.01
        places = () if national else tuple(rng.sample(voivodeships, 2 if rng.random() < 0.05 else 1))
        one = Institution(
            id=f"i{number:05}",
            name_pl=f"Instytucja {number}",
            short_name=f"I{number}",
            type=types[number % len(types)],
            national=national,
            voivodeships=places,
            voivodeships_partial=places[1:],
        )
        institutions[one.id] = one
        for teryt in voivodeships if national else places:
            here.setdefault((teryt, one.type), []).append(one.id)
    return institutions, here


def _expectations() -> tuple[Expectation, ...]:
    return tuple(
        Expectation(
            id=row["id"],
            area=row["area"],
            type_a=row["type_a"],
            type_b=row["type_b"],
            direction=row["direction"],
            level=Level(row["level"]),
            basis=row["basis"],
            scope=Scope(row["scope"]),
        )
        for row in rows("expected_cooperation")
    )


def _steps() -> tuple[PathwayStep, ...]:
    return tuple(
        PathwayStep(
            pathway_id=row["pathway_id"],
            step_no=int(row["step_no"]),
            role_type=row["role_type"],
            partner_types=tuple(part for part in row["partner_types"].split(";") if part),
            area=row["area"],
        )
        for row in rows("referral_pathways")
    )
