"""The measurements as the tables of docs/benchmarks.md."""

from __future__ import annotations

import math
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from bench import files, surveys
from bench import map as drawing
from bench.measure import Timing
from bench.tables import ms, table
from coordination.clock import today

HEAD = """# Benchmarks

Written by `{command}` on {day}: Python {python}, Flask {flask}, neo4j driver {driver}, {cores} cores shared by everything,
load average {load:.1f}. Above {cores}, only the CPU columns (time the web process worked, without its graph server) say much.

Worlds are invented (`bench/worlds.py`): institutions spread over 16 voivodeships, 3 contacts and 4 ties each. Pages are
rendered in process for a signed-in account; the limit program (`bench/limit.py`) is the least a page of its kind can be
in Flask: a login, two SQLite queries, a table of 50 rows. Both are run in turn, so that a slow spell of the machine meets
both; times are the best of the rounds (median in brackets), ratios are best by best. Two limits are taken twice. A page
that asks SQLite in its own process is a figure for reference: ours has its store on the other side of a socket, so the
same page asking our graph server by the bare driver (`/graph`) stands beside it. And counting by class (P10) is
compared with ours from the same ties, the answers found equal before the clock runs; from dated statements of both
sides, as a page begins, it is a column of its own.

Re-run with `make bench`, or a part of it with `python -m bench --sizes 200 --servers embedded`.
"""


@dataclass(frozen=True)
class PageRow:
    server: str
    size: int
    page: str
    ours: Timing
    limit: Timing
    graph: Timing  # the limit page on the same graph server
    bare: Timing  # its queries alone
    queries: int
    cold: float  # the first time, when nothing is kept
    length: int


@dataclass(frozen=True)
class FormRow:
    server: str
    size: int
    ours: Timing
    limit: Timing


@dataclass(frozen=True)
class GapRow:
    server: str
    size: int
    ties: int
    country: Timing
    voivodeship: Timing
    read_country: Timing
    read_voivodeship: Timing
    limit: Timing
    alike: dict[str, Timing]  # bench.gaps: both from the same ties; empty for the second server


@dataclass(frozen=True)
class StartRow:
    name: str
    seconds: float
    memory: int
    server_memory: int


def markdown(found: dict[str, list[Any]]) -> str:
    import psutil

    command = " ".join(["python -m bench", *sys.argv[1:]])
    head = HEAD.format(command=command, day=today().isoformat(), python=platform.python_version(), flask=version("flask"),
                       driver=version("neo4j"), cores=psutil.cpu_count(),
                       load=psutil.getloadavg()[1])  # fmt: skip
    parts = [head, _bars(found), _pages(found["pages"]), _growth(found["pages"]), _forms(found["forms"]), _gaps(found["gaps"]),
             surveys.markdown(found["surveys"]), drawing.markdown(found["maps"]), files.markdown(found["files"]),
             _starts(found["starts"])]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _bars(found: dict[str, list[Any]]) -> str:
    """Each bar beside the worst that was measured, so that one that is missed cannot hide in a long table."""
    lists = [row for row in found["pages"] if row.page == "50-row list"]
    large = [row for row in found["gaps"] if row.size >= 20_000]
    starts = [row for row in found["starts"] if row.name != "first"]
    asked: list[tuple[str, str, list[float], float, str]] = [
        ("P1", "50-row list ÷ limit page on our store", [row.ours.over(row.graph) for row in lists], 2.0, "×"),
        ("P1", "50-row list ÷ limit page on our store, by CPU", [row.ours.cpu / row.graph.cpu for row in lists], 2.0, "×"),
        ("P1", "50-row list ÷ limit page on SQLite, by CPU", [row.ours.cpu / row.limit.cpu for row in lists], 2.0, "×"),
        ("P3", "50-row list ÷ its own queries", [row.ours.over(row.bare) for row in lists], 6.0, "×"),
        ("P5", "queries of a page", [float(row.queries) for row in found["pages"]], 6.0, ""),
        ("P10", "gaps of the country ÷ count by class", [row.alike["ours"].over(row.alike["count limit"])
                                                        for row in found["gaps"] if row.alike], 5.0, "×"),
        ("", "gaps of the country, 20,000 institutions", [row.country.best for row in large], 2.0, "s"),
        ("", "gaps of a voivodeship of 1,250", [row.voivodeship.best for row in large], 0.3, "s"),
        ("", "a saved answer ÷ a bare write", [row.save.over(row.bare) for row in found["surveys"]], 3.0, "×"),
        ("", "board of 5,000 asked institutions", [row.board.best for row in found["surveys"]], 1.0, "s"),
        ("", "scoring 1,000 responses", [row.scoring.best for row in found["surveys"]], 1.0, "s"),
        ("", "map of 1,000 institutions and 5,000 ties, drawn", [row.best for row in found["maps"]], 3.0, "s"),
        ("P11", "reading a workbook ÷ calamine", [row.ratio("read XLSX in the child process") for row in found["files"]], 3.0, "×"),
        ("P11", "import of 20,000 rows", [row.whole for row in found["files"]], 10.0, "s"),
        ("P11", "memory of the process that reads", [row.child / 2**20 for row in found["files"]], 256.0, "MB"),
        ("P12", "CSV ÷ csv module", [row.ratio("write CSV") for row in found["files"]], 3.0, "×"),
        ("P12", "XLSX ÷ XlsxWriter", [row.ratio("write XLSX") for row in found["files"]], 1.3, "×"),
        ("P13", "start, after the first", [row.seconds for row in starts], 3.0, "s"),
        ("P13", "memory of the web process", [row.memory / 2**20 for row in found["starts"]], 150.0, "MB"),
    ]
    lines = [
        [name, what, f"{bar:g} {unit}".strip(), f"{max(seen):.2f} {unit}".strip(), "yes" if max(seen) <= bar else "no"]
        for name, what, seen, bar, unit in asked
        if seen
    ]
    return "## Bars\n\n" + table(("bar", "of", "at most", "worst measured", "met"), lines)


def _pages(rows: list[PageRow]) -> str:
    lines = [
        [row.page, row.server, f"{row.size:,}", ms(row.ours), f"{row.ours.over(row.limit):.1f}",
         f"{row.ours.cpu * 1e3:.1f}", f"{row.ours.cpu / row.limit.cpu:.1f}", f"{row.ours.cpu / row.graph.cpu:.1f}", str(row.queries),
         ms(row.bare), f"{row.ours.over(row.bare):.1f}", f"{row.cold * 1e3:.0f}", f"{row.length / 1024:.0f}"]
        for row in sorted(rows, key=lambda row: (row.page, row.server, row.size))
    ]  # fmt: skip
    bars = (
        "Bars: the list at most 2.0 × the limit page (P1), at most 6 × its own queries (P3), at most 6 queries and as "
        "many at every size (P5)."
    )
    return f"## Pages\n\n{bars}\n\n" + table(
        ("page", "server", "institutions", "ours, ms", "÷ limit page", "CPU, ms", "CPU ÷ limit's", "CPU ÷ limit's on our store", "queries",
         "its queries, ms", "÷ queries",
         "first time, ms", "kB"), lines)  # fmt: skip


def _growth(rows: list[PageRow]) -> str:
    lines = []
    for page, server in sorted({(row.page, row.server) for row in rows}):
        of = sorted((row for row in rows if (row.page, row.server) == (page, server)), key=lambda row: row.size)
        if len(of) > 1:
            first, last = of[0], of[-1]
            slope = math.log(last.ours.best / first.ours.best) / math.log(last.size / first.size)
            asked = "as many" if first.queries == last.queries else f"{first.queries} → {last.queries}"
            lines.append([page, server, f"{first.size:,} → {last.size:,}", f"{slope:.2f}", asked])
    if not lines:
        return ""
    head = "## Growth\n\nSlope of time against size, both logarithmic: 0 is no growth, 1 is in proportion.\n\n"
    return head + table(("page", "server", "institutions", "slope", "queries"), lines)


def _forms(rows: list[FormRow]) -> str:
    lines = [[row.server, f"{row.size:,}", ms(row.ours), ms(row.limit), f"{row.ours.over(row.limit):.1f}"]
             for row in rows]  # fmt: skip
    return "## A form\n\nA new institution, beside a bare WTForms form of 15 fields.\n\n" + table(
        ("server", "institutions", "ours, ms", "limit, ms", "ratio"), lines)  # fmt: skip


def _gaps(rows: list[GapRow]) -> str:
    lines = [
        [row.server, f"{row.size:,}", f"{row.ties:,}", ms(row.voivodeship), ms(row.read_voivodeship),
         ms(row.country), ms(row.read_country), ms(row.limit), f"{row.country.over(row.limit):.1f}",
         f"{row.alike['ours'].over(row.alike['count limit']):.1f}" if row.alike else ""]
        for row in rows
    ]  # fmt: skip
    return (
        "## Gaps without a page\n\nAssessing from what is at hand, and reading it from the store when nothing is. "
        "Bars: 2 s for the country at 20,000 institutions and 80,000 ties, 0.3 s for a voivodeship of 1,250. The limit "
        "counts missing pairs by class and names nothing (P10).\n\n"
        + table(("server", "institutions", "ties", "a voivodeship, ms", "reading it, ms", "the country, ms",
                  "reading it, ms", "limit, ms", "country ÷ limit", "÷ from the same ties"), lines)
    )  # fmt: skip


def _starts(rows: list[StartRow]) -> str:
    lines = [[row.name, f"{row.seconds:.1f}", f"{row.memory / 2**20:.0f}", f"{row.server_memory / 2**20:.0f}"]
             for row in rows]  # fmt: skip
    head = (
        "## Start\n\n`coordination serve` on the embedded server until the sign-in page answers; the first start "
        "makes the database and loads the reference data. As installed for use: without pandas, which only the tests bring and "
        "the driver would import. Bars: 3 s and 150 MB (P13).\n\n"
    )
    return head + table(("start", "seconds", "web process, MB", "graph server, MB"), lines)
