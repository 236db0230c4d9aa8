"""The embedded server: its safety settings took, it is shared, it heals, and it goes with whoever started it."""

from __future__ import annotations

import http.server
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest
from neo4j.exceptions import Neo4jError

from coordination.config import Settings
from coordination.errors import StoreUnavailable
from coordination.graph import aot, embedded
from coordination.graph.embedded import Embedded
from coordination.graph.opening import connect
from coordination.graph.store import Store, Tx
from tests.servers import NAMES, ROOT

pytestmark = pytest.mark.skipif("embedded" not in NAMES, reason="not about the embedded server")

ATTACH = """
import sys
from pathlib import Path
from coordination.config import Settings
from coordination.graph.embedded import Embedded
from coordination.graph.opening import connect
store = connect(Settings(data_dir=Path(sys.argv[1])))
assert store.ready()
assert "arcadedb_embedded" not in sys.modules and "jpype" not in sys.modules
running = Embedded(Path(sys.argv[1])).find()
print(running.server, running.owner, flush=True)
sys.stdin.read()
store.close()
"""


class House:
    """One data directory, its store, and the processes that open it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.store: Store = connect(Settings(data_dir=directory))

    @property
    def running(self) -> embedded.Running:
        found = Embedded(self.directory).find()
        assert found is not None
        return found


def another_process(directory: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ATTACH, str(directory)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def pids(process: subprocess.Popen[str]) -> tuple[int, int]:
    """The server's and its owner's process id, as that process sees them."""
    assert process.stdout is not None
    server, owner = process.stdout.readline().split()
    return int(server), int(owner)


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    house.store.close()


def test_cypher_reads_no_files_of_the_server(house, tmp_path):
    (tmp_path / "secret.csv").write_text("secret\n")
    with pytest.raises(Neo4jError):
        house.store.read(f"LOAD CSV FROM 'file://{tmp_path}/secret.csv' AS line RETURN line")  # pyright: ignore


def test_cypher_fetches_no_addresses(house):
    asked: list[str] = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listening) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{other.server_port}/a.csv"
        with pytest.raises(Neo4jError):
            house.store.read(f"LOAD CSV FROM '{address}' AS line RETURN line")  # pyright: ignore
        other.shutdown()
    assert asked == []


def test_it_listens_on_the_loopback_interface_only(house):
    listening = [
        each.laddr
        for each in psutil.Process(house.running.server).net_connections(kind="all")
        if each.status == psutil.CONN_LISTEN
    ]
    assert house.running.port in {address.port for address in listening}
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_a_stored_datetime_keeps_its_zone_and_its_microseconds(house):
    moment = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=ZoneInfo("Europe/Warsaw"))
    house.store.run(
        "CREATE (:Event {id: 'zone', at: $at, there: datetime($text)})",
        at=moment,
        text="2026-07-01T12:30:15.123456+02:00",
    )
    row = house.store.read(
        "MATCH (e:Event {id: 'zone'}) RETURN e.at AS at, e.there AS there, toString(e.there) AS text"
    )[0]
    assert row["at"] == row["there"] == moment.astimezone(UTC)
    assert row["text"].startswith("2026-07-01T12:30:15.123456+02:00")


def test_a_commit_is_written_through_to_the_disk(house, tmp_path):
    if shutil.which("strace") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("strace is not installed")
    trace = tmp_path / "trace"
    watching = subprocess.Popen(
        [
            "strace",
            "-f",
            "-y",
            "-e",
            "trace=fsync,fdatasync,msync",
            "-o",
            trace,
            "-p",
            str(house.running.server),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stderr is not None
    if "attached" not in (said := watching.stderr.readline()):
        pytest.skip(f"strace may not watch here: {said.strip()}")

    def synced() -> int:
        return sum(line.count(".wal") for line in trace.read_text().splitlines() if "sync(" in line)

    try:
        for number in range(5):
            before = synced()
            house.store.change(_create, f"written-{number}")
            until(lambda before=before: synced() > before, 20)
    finally:
        watching.send_signal(signal.SIGINT)
        watching.wait()


def _create(tx: Tx, id: str) -> None:
    tx.run("CREATE (:Event {id: $id})", id=id)


def test_what_tells_the_password_is_for_its_owner_alone(house):
    for name in ("server.json", "graph/password"):
        assert stat.S_IMODE((house.directory / name).stat().st_mode) == 0o600, name
    for name in (".", "graph", "graph/config", "graph/databases"):
        assert not (house.directory / name).stat().st_mode & 0o077 or name == ".", name


def test_a_second_process_attaches_and_leaves_the_server_running(house):
    server = house.running.server
    other = another_process(house.directory)
    assert pids(other) == (server, os.getpid())
    other.communicate("")
    assert other.returncode == 0
    assert house.running.server == server


def test_a_server_that_died_is_started_again_by_the_next_call(house):
    house.store.run("CREATE (:Event {id: 'before'})")
    died = house.running.server
    os.kill(died, signal.SIGKILL)
    assert house.store.read("MATCH (e:Event {id: 'before'}) RETURN count(e) AS n") == [{"n": 1}]
    assert house.running.server != died


def test_requests_during_a_crash_are_answered_or_refused_and_then_answered(house):
    """Eight threads write while the server is killed; each call ends well or as StoreUnavailable."""
    house.store.run("CREATE CONSTRAINT IF NOT EXISTS FOR (n:Event) REQUIRE n.id IS UNIQUE")
    acknowledged: list[str] = []
    others: list[BaseException] = []
    more, stop = threading.Semaphore(0), threading.Event()

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                house.store.change(_create, f"crash-{writer}-{number}")
                acknowledged.append(f"crash-{writer}-{number}")
                more.release()
            except StoreUnavailable:
                pass
            except BaseException as error:
                others.append(error)
                raise

    writers = [threading.Thread(target=write, args=(each,)) for each in range(8)]
    for writer in writers:
        writer.start()
    try:
        for _crash in range(2):
            for _written in range(40):
                assert more.acquire(timeout=90)
            os.kill(house.running.server, signal.SIGKILL)
        for _written in range(40):
            assert more.acquire(timeout=90)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert others == []
    found = {row["id"] for row in house.store.read("MATCH (e:Event) RETURN e.id AS id")}
    assert set(acknowledged) <= found


def test_two_processes_that_start_together_share_one_server(tmp_path):
    both = [another_process(tmp_path), another_process(tmp_path)]
    seen = [pids(each) for each in both]
    assert seen[0] == seen[1]
    assert seen[0][1] in {each.pid for each in both}
    # Whoever did not start it ends first, so that the one that did closes it.
    for each in sorted(both, key=lambda each: each.pid == seen[0][1]):
        each.communicate("")
        assert each.returncode == 0
    assert not psutil.pid_exists(seen[0][0])
    assert not (tmp_path / "server.json").exists()


def test_the_server_ends_with_its_owner_even_a_killed_one_and_the_next_finds_its_data(tmp_path):
    owner = another_process(tmp_path)
    server, owner_id = pids(owner)
    assert owner_id == owner.pid
    owner.kill()
    owner.communicate()
    until(lambda: not psutil.pid_exists(server))
    house = House(tmp_path)
    assert house.running.server != server
    house.store.close()


def uses(server: int, file: Path) -> bool:
    return any(each.path == str(file) for each in psutil.Process(server).memory_maps())


def test_the_next_start_uses_what_java_learnt_of_its_classes_and_a_damaged_cache_is_passed_over(tmp_path):
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "classes-0123456789abcdef.aot").write_bytes(b"of a build that is gone")
    assert aot.prepare(tmp_path)
    cache = aot.path(tmp_path / "graph")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert list(cache.parent.iterdir()) == [cache]  # nothing of the run that made it is left, nor of another build
    house = House(tmp_path)
    assert uses(house.running.server, cache)
    house.store.change(Tx.run, "CREATE (:Event {id: 'kept'})")
    house.store.close()
    whole = cache.read_bytes()
    middle = len(whole) // 2
    for damaged in (whole[:middle], whole[:middle] + bytes(4096) + whole[middle + 4096 :], b""):
        cache.write_bytes(damaged)
        house = House(tmp_path)
        assert not uses(house.running.server, cache)
        assert house.store.read("MATCH (e:Event) RETURN e.id AS id") == [{"id": "kept"}]
        house.store.close()


def test_where_the_wheel_is_missing_the_message_names_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StoreUnavailable, match="COORDINATION_NEO4J_URI"):
        Embedded(tmp_path).find_or_start()
