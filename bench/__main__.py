"""Measure the pages at three sizes on both servers, beside the limit programs, and write docs/benchmarks.md.

    python -m bench                                  everything, about half an hour
    python -m bench --sizes 200 --servers embedded   a part, printed and not written
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import files, limit, report, surveys
from bench import gaps as judging
from bench import map as drawing
from bench.measure import Timing, again, interleaved, queries
from bench.pages import TERYT, application, pages, sign_in
from bench.start import cold_start
from bench.worlds import Made, fresh, write
from coordination.clock import today
from coordination.graph import gaps
from coordination.graph import world as worlds
from coordination.graph.store import Store
from coordination.permissions import Role

SIZES = (200, 2_000, 20_000)
SERVERS = ("embedded", "neo4j")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")], default=list(SIZES))
    parser.add_argument("--servers", type=lambda text: text.split(","), default=list(SERVERS))
    parser.add_argument("--rounds", type=int, default=40, help="interleaved rounds of each page (default 40)")
    parser.add_argument("--budget", type=float, default=20.0, help="seconds for the rounds of one page (default 20)")
    parser.add_argument("--output", type=Path, help="write the report here (default: docs/benchmarks.md if complete)")
    asked = parser.parse_args()

    found: dict[str, list[Any]] = {"pages": [], "forms": [], "gaps": [], "surveys": [], "files": [], "maps": [], "starts": []}
    try:
        for server in asked.servers:
            print(f"{server}: files of {files.ROWS} rows …", flush=True)
            with fresh(server) as (store, _folder):
                found["files"].append(files.measure(store, server, files.ROWS))
            for size in asked.sizes:
                print(f"{server}, {size} institutions: writing the world …", flush=True)
                with fresh(server) as (store, folder):
                    made = write(store, size)
                    _pages(found, store, made, folder, server, asked)
                    _gaps(found, store, made, server, asked)
            print(f"{server}: a round of {surveys.ASKED} institutions …", flush=True)
            with fresh(server) as (store, folder):
                found["surveys"].append(surveys.measure(store, folder / "data", server, budget=asked.budget))
        print("the map in a browser …", flush=True)
        found["maps"] = drawing.measure()
        found["starts"] = cold_start()
    finally:  # what was measured before something failed is not lost
        text = report.markdown(found)
        print(text)
    complete = asked.sizes == list(SIZES) and asked.servers == list(SERVERS)
    if output := asked.output or (Path("docs/benchmarks.md") if complete else None):
        output.write_text(text, "utf-8")


def _pages(found: dict[str, Any], store: Store, made: Made, folder: Path, server: str, asked: Any) -> None:
    app, settings = application(store, folder / "data")
    consultant = sign_in(app, settings, store, Role.CONSULTANT, TERYT)
    national = sign_in(app, settings, store, Role.NATIONAL)
    simple = limit.client(store._driver, store._address.database, TERYT)
    for page in pages(made):
        client = national if page.national else consultant

        def ours(client: Any = client, path: str = page.path) -> None:
            answer = client.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"

        worlds.forget(store)
        cold = interleaved({"cold": ours}, rounds=1, budget=0)["cold"]
        time.sleep(worlds.SETTLES)  # until then every reading asks again what a commit in progress may have hidden
        ours()
        with queries() as asked_for:
            ours()
        bare = again(store._driver, store._address.database, asked_for)
        times = interleaved(
            {
                "limit": lambda: simple.get("/table"),
                "graph": lambda: simple.get("/graph"),
                "ours": ours,
                "queries": bare,
            },
            asked.rounds,
            asked.budget,
        )
        found["pages"].append(report.PageRow(
            server, len(made.institutions), page.name, times["ours"], times["limit"], times["graph"],
            times["queries"], len(asked_for), cold.best, len(client.get(page.path).data),
        ))  # fmt: skip
        print(f"  {page.name}: {times['ours'].best * 1000:.1f} ms", flush=True)
    form = interleaved(
        {"limit": lambda: simple.get("/form"), "ours": lambda: consultant.get("/institutions/new")},
        asked.rounds, asked.budget,
    )  # fmt: skip
    found["forms"].append(report.FormRow(server, len(made.institutions), form["ours"], form["limit"]))


def _gaps(found: dict[str, Any], store: Store, made: Made, server: str, asked: Any) -> None:
    """The analysis alone: from the store, and from a world at hand, beside counting by class."""
    from csv import DictReader
    from importlib.resources import files

    text = files("coordination").joinpath("data", "expected_cooperation.csv").read_text("utf-8")
    rows = DictReader(text.splitlines())
    expected = [(row["type_a"], row["type_b"], row["area"]) for row in rows if row["scope"] == "regional"]
    kinds = {id: (type, place) for id, type, place in made.institutions}
    pairs: dict[tuple[str, str, str], set[str]] = {}
    for claim in made.claims:
        if claim["stance"] == "cooperates":
            tie = (*sorted((claim["claimant_id"], claim["partner_id"])), claim["area"])
            pairs.setdefault(tie, set()).add(claim["claimant_id"])  # type: ignore[arg-type]
    met = [tie for tie, sides in pairs.items() if len(sides) == 2]
    country, here = worlds.world(store), worlds.world(store, teryt=TERYT)

    def anew(what: Callable[[], Any]) -> Callable[[], Any]:
        def call() -> Any:
            country.memo.clear()
            here.memo.clear()
            return what()

        return call

    def read() -> None:
        worlds.forget(store)
        worlds.world(store)

    def read_here() -> None:
        worlds.forget(store)
        worlds.world(store, teryt=TERYT)

    times = interleaved({
        "limit": lambda: limit.gaps_by_class(kinds, met, expected),
        "country": anew(lambda: gaps.assess_country(country, today())),
        "voivodeship": anew(lambda: gaps.assess(here, TERYT, today())),
        "read country": read,
        "read voivodeship": read_here,
    }, rounds=7, budget=asked.budget * 2)  # fmt: skip
    ordered: list[Timing] = [times[name] for name in
                             ("country", "voivodeship", "read country", "read voivodeship", "limit")]  # fmt: skip
    # The same for every server: P10 has no store in it.
    alike = judging.measure(len(made.institutions), rounds=5, budget=asked.budget * 2) if server == asked.servers[0] else {}
    found["gaps"].append(report.GapRow(server, len(made.institutions), made.ties, *ordered, alike))


if __name__ == "__main__":
    main()
