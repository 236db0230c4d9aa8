"""The cooperation map with 1,000 institutions and 5,000 ties, from the click to the drawn canvas, in a real browser.

    python -m bench.map                 five times each arrangement; prints best and median
    python -m bench.map --times 3

"Drawn" is when vis-network has painted and the keyboard works. The processor's time of the server is given beside it,
because the clock on a busy machine measures the neighbours too.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from werkzeug.serving import make_server

from bench.tables import table
from coordination import clock, create_app
from coordination.accounts import service
from coordination.config import Settings
from coordination.graph import users
from coordination.permissions import LOCAL_OPERATOR, Role
from tests import browser
from tests.cooperation import made

INSTITUTIONS, TIES = 1_000, 5_000
ARRANGEMENTS = ("geography", "spring", "roles")


@dataclass(frozen=True)
class MapRow:
    """Seconds until the map was drawn in one arrangement, and the processor's time of the server for it."""

    arrangement: str
    first: float
    best: float
    median: float
    processor: float
    lede: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    print(markdown(measure(parser.parse_args().times)))


def measure(times: int = 5) -> list[MapRow]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), secret_key="k" * 48, testing=True)
        app = create_app(settings)
        store = app.extensions["store"]
        real = len(made.institutions())
        world = made.world(more=INSTITUTIONS - real, per_institution=1.03 * TIES / INSTITUTIONS)  # some pairs only deny
        made.write_institutions(store, world)
        made.write(store, list(world.statements))
        user = users.User(id=str(uuid4()), email="bench@example.pl", role=Role.NATIONAL)
        store.change(users.add, LOCAL_OPERATOR, user, clock.now())
        known = users.by_id(store, user.id)
        assert known is not None
        cookie = app.config["SESSION_COOKIE_NAME"], f"s_{service.begin_session(store, settings, known, {})}"
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            return _drawn(f"http://127.0.0.1:{server.server_port}", cookie, times)
        finally:
            server.shutdown()
            store.close()


def markdown(rows: Sequence[MapRow]) -> str:
    """The section of docs/benchmarks.md."""
    if not rows:
        return ""
    lines = [
        [row.arrangement, f"{row.first:.2f}", f"{row.best:.2f} ({row.median:.2f})", f"{row.processor:.2f}"] for row in rows
    ]
    head = f"""## The map in a browser

{INSTITUTIONS:,} institutions and {TIES:,} ties, from the address to the drawn canvas that answers the keyboard. Bar: 3 s.
The page says: {rows[0].lede}

"""
    return head + table(("arrangement", "first time, s", "drawn, s", "processor of the server, s"), lines)


def _drawn(address: str, cookie: tuple[str, str], times: int) -> list[MapRow]:
    found = []
    with browser.chromium() as chromium:
        for arrangement in ARRANGEMENTS:
            drawn, processor = [], []
            for _ in range(times):
                page = browser.window(chromium)
                page.context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
                began, used = time.perf_counter(), time.process_time()
                page.goto(f"{address}/cooperation/map?layout={arrangement}")
                page.wait_for_selector("[data-drawn]")
                drawn.append(time.perf_counter() - began)
                processor.append(time.process_time() - used)
                lede = page.locator(".k-lede").inner_text().replace("\u00a0", " ")
                page.context.close()
            found.append(
                MapRow(arrangement, drawn[0], min(drawn), statistics.median(drawn), min(processor), lede)
            )
    return found


if __name__ == "__main__":
    main()
