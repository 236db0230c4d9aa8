"""Import and export of 20,000 rows (goals P11 and P12), beside what reading and writing alone cost.

    python -m bench.files                                both servers
    python -m bench.files --servers embedded --rows 2000
"""

from __future__ import annotations

import argparse
import csv
import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil

from bench.tables import table
from bench.worlds import erase, fresh
from coordination.clock import today
from coordination.exchange import applying, exporting, planning, tabular, writing
from coordination.exchange.kinds import KINDS
from coordination.graph import reference, schema
from coordination.graph.store import Store
from coordination.permissions import LOCAL_OPERATOR

ROWS = 20_000
COLUMNS = KINDS["institutions"].columns
WHOLE = ("read XLSX in the child process", "plan (validate, compare, duplicates)", "save with audit entries")
LIMITS = {"read XLSX in the child process": "calamine", "write CSV": "csv module", "write XLSX": "XlsxWriter"}
CODES = [f"{number:02}" for number in range(2, 33, 2)]


def invented(count: int) -> list[dict[str, str]]:
    """Crisis centres spread over the country, each with its parent, a note and a website of its own."""
    return [
        {
            "id": f"oik-{number:05}", "name_pl": f"Ośrodek Interwencji Kryzysowej nr {number}",
            "short_name": f"OIK {number}", "type": "crisis_centre", "parent_id": f"oik-{number // 20 * 20:05}"
            if number % 20 else "", "voivodeships": CODES[number % 16], "voivodeships_partial": "",
            "city": f"Miasto {number % 900}", "website": f"https://oik{number}.example", "name_2014": "",
            "source": "PUB", "note": f"Uwaga do wpisu {number}", "active_from": "2015-01-01", "active_to": "",
        }
        for number in range(count)
    ]  # fmt: skip


def timed(work: Callable[[], Any], rounds: int = 1) -> tuple[float, Any]:
    """Seconds of the best round, and the result of the last."""
    best, result = float("inf"), None
    for _ in range(rounds):
        begun = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - begun)
    return best, result


def joined(pieces: Iterable[bytes]) -> bytes:
    return b"".join(pieces)


def first_byte(pieces: Iterable[bytes]) -> bytes:
    return next(iter(pieces))


@contextmanager
def largest_child() -> Iterator[list[int]]:
    """The most memory, in bytes, that a reading process takes inside the block."""
    found, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            for child in psutil.Process().children():
                with suppress(psutil.Error, OSError):
                    if "_reader.py" in "".join(child.cmdline()):
                        found[0] = max(found[0], child.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield found
    finally:
        done.set()
        watching.join()


def calamine(content: bytes) -> int:
    from python_calamine import CalamineWorkbook

    return len(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())


def plain_csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([row[name] for name in COLUMNS] for row in rows)
    return text.getvalue().encode()


def plain_xlsx(rows: list[dict[str, str]]) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, name in enumerate(COLUMNS):
            sheet.write(number, column, row[name])
    book.close()
    return file.getvalue()


@dataclass(frozen=True)
class FileRow:
    """Seconds of each step on one server."""

    server: str
    rows: int
    seconds: dict[str, float]
    child: int  # bytes the process that reads a workbook takes at its largest

    @property
    def whole(self) -> float:
        """Seconds of an import from the file to the last audit entry."""
        return sum(self.seconds[name] for name in WHOLE)

    def ratio(self, ours: str) -> float:
        return self.seconds[ours] / self.seconds[f"limit: {LIMITS[ours]}"]


def measure(store: Store, server: str, count: int) -> FileRow:
    schema.apply(store)
    erase(store)
    reference.load(store)
    rows = invented(count)
    found: dict[str, float] = {}
    workbook = joined(writing.chunks("xlsx", COLUMNS, rows, "institutions"))
    found["limit: calamine"], _ = timed(lambda: calamine(workbook), 3)
    with largest_child() as memory:
        found["read XLSX in the child process"], sheet = timed(lambda: tabular.read(workbook), 3)
    content = joined(writing.chunks("csv", COLUMNS, rows, "institutions"))
    found["read CSV in the child process"], _ = timed(lambda: tabular.read(content), 3)
    found["plan (validate, compare, duplicates)"], plan = timed(
        lambda: planning.plan(store, LOCAL_OPERATOR, "institutions", sheet, today())
    )
    assert plan.counts == (count, 0, 0, 0), plan.counts
    found["save with audit entries"], _ = timed(lambda: applying.apply(store, LOCAL_OPERATOR, plan))
    found["plan again (nothing changes)"], plan = timed(
        lambda: planning.plan(store, LOCAL_OPERATOR, "institutions", sheet, today())
    )
    assert plan.empty
    found["export: read the records"], stored = timed(lambda: exporting.rows(store, LOCAL_OPERATOR, "institutions"))
    found["limit: csv module"], _ = timed(lambda: plain_csv(stored), 3)
    found["write CSV"], _ = timed(lambda: joined(writing.csv_chunks(COLUMNS, stored)), 3)
    found["first byte of CSV"], _ = timed(lambda: first_byte(writing.csv_chunks(COLUMNS, stored)), 3)
    found["limit: XlsxWriter"], _ = timed(lambda: plain_xlsx(stored), 2)
    found["write XLSX"], _ = timed(lambda: joined(writing.chunks("xlsx", COLUMNS, stored, "x")), 2)
    return FileRow(server, count, found, memory[0])


def markdown(found: Sequence[FileRow]) -> str:
    """The section of docs/benchmarks.md."""
    if not found:
        return ""
    lines = [
        [name, *(f"{row.seconds[name]:.2f}" for row in found)] for name in found[0].seconds
    ]
    whole = ["whole import: read, plan, save", *(f"{row.whole:.2f}" for row in found)]
    ratios = [
        [f"{ours} ÷ {limit}", *(f"{row.ratio(ours):.1f} ×" for row in found)] for ours, limit in LIMITS.items()
    ]
    memory = ["memory of the child process, MB", *(f"{row.child / 2**20:.0f}" for row in found)]
    titles = [f"{found[0].rows:,} rows, seconds", *(row.server for row in found)]
    return (
        "## Import and export\n\nBars: reading at most 3 × calamine, the whole import at most 10 s and 256 MB (P11); CSV at "
        "most 3 × the csv module, XLSX at most 1.3 × XlsxWriter, the first byte within 1 s (P12).\n\n"
    ) + table(titles, [*lines, whole, memory, *ratios])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--servers", type=lambda text: text.split(","), default=["embedded", "neo4j"])
    asked = parser.parse_args()

    found = []
    for server in asked.servers:
        with fresh(server) as (store, _folder):
            found.append(measure(store, server, asked.rows))
    print(markdown(found))


if __name__ == "__main__":
    main()
