"""Small worlds full of edges: boundary days, leap days, equal types, national and partial cover, facts of the
future, several statements of one key, withdrawals, agreements, waivers, events. Plain dictionaries, seeded."""

import random
from datetime import UTC, date, datetime, timedelta

TYPES = ("police", "guard", "shelter", "office")
AREAS = ("referral", "training")
PLACES = ("14", "10", "30")
# Days of judgement whose windows end on awkward days: leap days, month ends, new year.
DAYS = (date(2028, 2, 29), date(2026, 2, 28), date(2026, 8, 31), date(2026, 1, 1), date(2025, 12, 31))


def edges(on):
    """Days on which an answer may turn: the window's first day and its neighbours, the day and its own."""
    start = date(on.year - 2, on.month, 28 if (on.month, on.day) == (2, 29) else on.day)
    near = [day + timedelta(days=shift) for day in (on, start) for shift in (-1, 0, 1)]
    return [*near, start - timedelta(days=400), on + timedelta(days=200), on - timedelta(days=300)]


def a_world(seed):
    """(world, day, instant by which statements are known or None)."""
    rng = random.Random(seed)
    on = rng.choice(DAYS)
    days = edges(on)
    maybe = [None, None, None, *days]
    institutions = []
    for number in range(rng.randint(3, 8)):
        voivodeships = rng.sample(PLACES, rng.choice((0, 1, 1, 1, 2)))
        institutions.append(
            {
                "id": f"i{number}",
                "type": rng.choice(TYPES),
                "national": not voivodeships or rng.random() < 0.1,
                "voivodeships": voivodeships,
                "partial": voivodeships[:1] if rng.random() < 0.3 else [],
                "active_from": rng.choice(maybe) if rng.random() < 0.3 else None,
                "active_to": rng.choice(maybe) if rng.random() < 0.3 else None,
            }
        )
    ids = [institution["id"] for institution in institutions]
    instants = [datetime(d.year, d.month, d.day, 12, tzinfo=UTC) for d in days]
    claims = []
    for one in ids:
        for other in ids:
            for area in AREAS:
                if one == other or rng.random() < 0.45:
                    continue
                for _ in range(rng.choice((1, 1, 1, 2, 3))):
                    claims.append(
                        {
                            "id": f"c{len(claims)}",
                            "claimant": one,
                            "partner": other,
                            "area": area,
                            "stance": rng.choice(
                                ("cooperates",) * 8 + ("does_not_cooperate", "not_applicable", "withdrawn")
                            ),
                            "stated_on": rng.choice(days[:8])
                            if rng.random() < 0.7
                            else on - timedelta(days=90),
                            "valid_from": rng.choice(maybe) if rng.random() < 0.2 else None,
                            "valid_to": rng.choice(maybe) if rng.random() < 0.2 else None,
                            "last_activity": rng.choice(maybe) if rng.random() < 0.4 else None,
                            # Distinct, as the store's clock makes them: order among equals has no meaning.
                            "recorded": rng.choice(instants) + timedelta(seconds=len(claims)),
                        }
                    )
    rng.shuffle(claims)
    events = [
        {
            "id": f"e{number}",
            "on": rng.choice(days),
            "participants": rng.sample(ids, rng.randint(1, len(ids))),
            "areas": rng.sample(AREAS, rng.randint(0, 2)),
        }
        for number in range(rng.choice((0, 0, 1, 2)))
    ]
    agreements = [
        {
            "id": f"a{number}",
            "parties": rng.sample(ids, rng.randint(2, len(ids))),
            "areas": rng.sample(AREAS, rng.randint(1, 2)),
            "signed_on": rng.choice(days),
            "valid_from": rng.choice(maybe),
            "valid_to": rng.choice(maybe),
        }
        for number in range(rng.choice((0, 1, 2, 3)))
    ]
    pairs = [(a, b) for number, a in enumerate(TYPES) for b in TYPES[number:]]
    rng.shuffle(pairs)
    expectations = [
        {
            "id": f"x{number}",
            "area": rng.choice(AREAS),
            "type_a": a,
            "type_b": b,
            "scope": rng.choice(("regional", "regional", "national_link")),
            "level": rng.choice(("required", "recommended", "optional")),
        }
        for number, (a, b) in enumerate((a, b) if rng.random() < 0.5 else (b, a) for a, b in pairs[:6])
    ]
    waivers = [
        {
            "id": f"w{number}",
            "expectation": rng.choice(expectations)["id"],
            "voivodeship": rng.choice(PLACES),
            "valid_from": rng.choice(days),
            "valid_to": rng.choice(days),
            "revoked_on": rng.choice(maybe) if rng.random() < 0.3 else None,
        }
        for number in range(rng.choice((0, 1, 2, 4)))
    ]
    known = rng.choice((None, None, rng.choice(days)))
    world = {
        "institutions": institutions,
        "claims": claims,
        "events": events,
        "agreements": agreements,
        "expectations": expectations,
        "waivers": waivers,
    }
    return world, on, known
