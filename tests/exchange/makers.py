"""Small makers for tests of files: tables as bytes, plans as the commands make them, the store as one number."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date

from coordination.exchange import applying, exporting, planning, tabular, writing
from coordination.exchange.kinds import KINDS
from coordination.permissions import LOCAL_OPERATOR, Actor, Role

TODAY = date(2026, 1, 12)
INSTITUTIONS = [name for name in KINDS["institutions"].columns if not name.startswith("active_")]
CLAIMS = list(KINDS["claims"].columns)
CONSULTANT = Actor(id="consultant-14", role=Role.CONSULTANT, voivodeships=("14",), label="konsultant")
ADMINISTRATOR = Actor(id="administrator", role=Role.ADMINISTRATOR)


def table(columns, *rows) -> bytes:
    """A CSV file of rows given as dictionaries; what a row leaves out is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue().encode("utf-8")


def institution(id: str, **more: str) -> dict[str, str]:
    return {
        "id": id, "name_pl": f"Ośrodek {id}", "short_name": f"OIK {id}", "type": "crisis_centre",
        "voivodeships": "14", "city": "Radom", "source": "PUB", **more,
    }  # fmt: skip


def claim(claimant: str = "kwp-radom", partner: str = "uw-mazowieckie", **more: str) -> dict[str, str]:
    return {
        "claimant_id": claimant, "partner_id": partner, "area": "identification", "stance": "cooperates",
        "stated_on": "2025-09-14", "source": "own_statement", **more,
    }  # fmt: skip


def plan(store, kind: str, content: bytes, *, actor: Actor = LOCAL_OPERATOR, today: date = TODAY, same=None):
    return planning.plan(store, actor, kind, tabular.read(content), today, same=same)


def bring(store, kind: str, content: bytes, *, actor: Actor = LOCAL_OPERATOR, today: date = TODAY):
    """Import as the command does; the plan that was carried out."""
    made = plan(store, kind, content, actor=actor, today=today)
    assert not made.refused, made.problems
    applying.apply(store, actor, made)
    return made


def exported(store, kind: str, format: str = "csv", *, actor: Actor = LOCAL_OPERATOR, **options) -> bytes:
    rows = exporting.rows(store, actor, kind, **options)
    return b"".join(writing.chunks(format, exporting.columns(kind), rows, kind))


def state(store) -> str:
    """One number for everything in the database, audit log included; sessions move with every request."""
    nodes = store.read("MATCH (n) WHERE NOT n:Session RETURN labels(n) AS labels, properties(n) AS properties")
    ties = store.read(
        "MATCH (a)-[r]->(b) WHERE NOT a:Session RETURN type(r) AS type, properties(r) AS properties, properties(a) AS a, properties(b) AS b"
    )
    told = sorted(json.dumps(row, sort_keys=True, default=str) for row in [*nodes, *ties])
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
