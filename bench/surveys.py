"""The self-assessment: saving an answer, the board of a large round, scoring many responses.

    python -m bench.surveys                                   both servers
    python -m bench.surveys --servers embedded --asked 500    a smaller round
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import LiteralString

from bench.measure import Timing, interleaved, queries
from bench.pages import application, sign_in
from bench.tables import ms, table
from bench.worlds import INSTITUTIONS, _batches, _institution, erase, fresh, invent
from coordination.clock import now, today
from coordination.graph import questionnaires, reference, responses, rounds, schema
from coordination.graph.responses import Change
from coordination.graph.rounds import Addressee, Round
from coordination.graph.store import Store, Tx
from coordination.permissions import LOCAL_OPERATOR, Role, Scope
from coordination.surveys.model import Answer
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import score

ASKED, SCORED = 5_000, 1_000
ROUND, BARE = "bench-round", "bench"
TOUCH: LiteralString = "MATCH (t:Throttle {key: $key}) SET t.last = $number RETURN t.key AS key"


@dataclass(frozen=True)
class Row:
    """What one server took; `board` is the whole page of a round of `asked`."""

    server: str
    asked: int
    opening: Timing
    save: Timing
    bare: Timing
    request: Timing
    board: Timing
    board_queries: int
    scoring: Timing


def world(store: Store, asked: int) -> tuple[Round, list[Addressee]]:
    """The reference data, as many institutions as are asked, and a draft of a round of the country."""
    schema.apply(store)
    erase(store)
    reference.load(store)
    questionnaires.install(store)
    made = invent(asked).institutions
    for rows in _batches([_institution(number, *each) for number, each in enumerate(made)]):
        store.run(INSTITUTIONS, rows=rows)
    held = Round(
        id=ROUND, title="Samoocena", voivodeship="", state="draft", version=1, opens_on=today(),
        closes_on=today() + timedelta(days=30), questionnaire_id=questionnaires.version_id(packaged()),
    )  # fmt: skip
    store.change(rounds.create, LOCAL_OPERATOR, held, now())
    audience = [Addressee(response_id=f"r-{id}", institution_id=id, institution_type=type) for id, type, _place in made]
    return held, audience


def _bare(tx: Tx, number: int) -> None:
    tx.run(TOUCH, key=BARE, number=number)


def measure(store: Store, folder: Path, server: str, asked: int = ASKED, rounds_: int = 30, budget: float = 10.0) -> Row:
    """Fill the store anew and measure; what was in it is gone."""
    from tests.surveys.build import random_response

    held, audience = world(store, asked)
    opening = interleaved(
        {"open": lambda: store.change(rounds.open_, LOCAL_OPERATOR, held, audience, now())}, rounds=1, budget=0
    )["open"]
    store.run("MERGE (t:Throttle {key: $key})", key=BARE)
    id = audience[0].response_id
    numbers = itertools.count()

    def save() -> None:
        answer = Answer(item_id="KN01", value=next(numbers) % 5)
        saved = store.change(
            responses.save, LOCAL_OPERATOR, id, [Change(item_id="KN01", answer=answer)], now(), by="bench"
        )
        assert saved.editions

    app, settings = application(store, folder)
    app.config["WTF_CSRF_ENABLED"] = False
    account = sign_in(app, settings, store, Role.CONSULTANT, responses.one(store, Scope(everything=True), id).voivodeships[0])

    def request() -> None:
        sent = {"a-KN01": str(next(numbers) % 5), "seen-KN01": str(edition())}
        got = account.post(f"/survey/{id}/section/KN", data=sent, headers={"Accept": "application/json"})
        assert got.status_code == 200, (got.status_code, got.text[:300])
        known["edition"] = got.json["editions"]["KN01"]  # type: ignore[index]

    known = {"edition": 0}

    def edition() -> int:
        return known["edition"] or responses.answers(store, id)["KN01"].edition

    save()
    times = interleaved({"bare": lambda: store.change(_bare, next(numbers)), "save": save}, 10 * rounds_, budget)
    known["edition"] = 0
    times |= interleaved({"request": request}, rounds_, budget)

    reviewer = sign_in(app, settings, store, Role.NATIONAL)

    def board() -> None:
        got = reviewer.get(f"/rounds/{ROUND}")
        assert got.status_code == 200, got.status_code

    board()
    with queries() as asked_for:
        board()
    times |= interleaved({"board": board}, rounds_, budget)

    given = [random_response(seed, answered=0.95) for seed in range(SCORED)]
    questionnaire = packaged()
    times |= interleaved({"score": lambda: [score(questionnaire, each) for each in given]}, 5, budget)
    return Row(
        server, asked, opening, times["save"], times["bare"], times["request"], times["board"], len(asked_for),
        times["score"],
    )  # fmt: skip


def markdown(rows: Sequence[Row], command: str = "") -> str:
    """The section of docs/benchmarks.md."""
    if not rows:
        return ""

    titles = (
        "server", "asked", "opening the round, s", "a save, ms", "bare write, ms", "save ÷ bare write",
        "autosave request, ms", "its CPU, ms", "board, ms", "its CPU, ms", "queries",
        f"scoring {SCORED:,}, ms", "its CPU, ms",
    )  # fmt: skip
    lines = [
        [row.server, f"{row.asked:,}", f"{row.opening.best:.1f}", ms(row.save), ms(row.bare),
         f"{row.save.over(row.bare):.1f} ({row.save.median / row.bare.median:.1f})", ms(row.request),
         f"{row.request.cpu * 1e3:.1f}", ms(row.board), f"{row.board.cpu * 1e3:.1f}", str(row.board_queries),
         ms(row.scoring), f"{row.scoring.cpu * 1e3:.0f}"]
        for row in rows
    ]  # fmt: skip
    told = f"Measured by `{command}`. " if command else ""
    head = (
        f"## Self-assessment\n\n{told}A save is one answer with its audit entry; the bare write sets one property of one "
        "node in a transaction of its own, without an entry. Bars: a save at most 3 × a bare write, the board of 5,000 "
        "asked institutions and scoring 1,000 responses at most 1 s each. Best of the rounds, median in brackets.\n\n"
    )
    return head + table(titles, lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--asked", type=int, default=ASKED)
    parser.add_argument("--servers", type=lambda text: text.split(","), default=["embedded", "neo4j"])
    asked = parser.parse_args()

    rows = []
    for server in asked.servers:
        with fresh(server) as (store, folder):
            rows.append(measure(store, folder / "data", server, asked.asked))
    print(markdown(rows, " ".join(["python -m bench.surveys", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
