"""Starts and finds the embedded graph server; nothing else knows that it exists.

The server is ArcadeDB with its own Java runtime, from the wheel `arcadedb-embedded`, run as a child process
on the loopback interface. The wheel is never imported: a Java machine inside the web process would take over
its signals. `server.json` in the data directory (mode 0600) says where the running server listens; whoever
finds none that answers starts one under an exclusive lock. The server stops with the process that started it.
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from coordination.errors import StoreUnavailable
from coordination.graph import aot
from coordination.graph.store import Address, Store

DATABASE = "app"
USER = "root"
RETRY_SECONDS = 3.0  # long enough for colliding writers, short enough to notice a dead server
START_SECONDS = 120.0  # a start takes 1.5–5 s, on a machine with nothing to spare far longer
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: where it listens, and who keeps it running. The content of `server.json`."""

    port: int
    password: str
    keeper: int  # process id of the keeper, which lives as long as the server
    server: int  # process id of the server itself
    owner: int  # process id of the program that started it

    @property
    def address(self) -> Address:
        return Address(f"bolt://127.0.0.1:{self.port}", USER, self.password, DATABASE, born=str(self.server))


class Embedded:
    """The embedded server of one data directory, as seen by this process. `java`: options in place of the usual ones."""

    def __init__(self, data_dir: Path, java: Sequence[str] | None = None) -> None:
        self._dir = data_dir
        self._root = data_dir / "graph"
        self._java = java
        self.log = self._root / "server.log"
        self._file = data_dir / "server.json"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def find(self) -> Running | None:
        """The running server, or None when there is none that answers and will stay."""
        running = self._recorded()
        # A server whose owner is gone is closing.
        return running if running and _alive(running.owner) and _answers(running) else None

    def find_or_start(self) -> Running:
        """The running server; starts one when there is none. Raises StoreUnavailable when that fails."""
        with self._lock:
            if running := self.find():
                return running
            self._dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _exclusive(self._dir / "server.lock"):
                return self._find_or_wait_until_gone() or self._start()

    def stop(self) -> None:
        """Stop the server if this process started it, and wait until its files are closed."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            _end(process)
            recorded = self._recorded()
            if recorded and recorded.keeper == process.pid:
                self._file.unlink(missing_ok=True)

    def _recorded(self) -> Running | None:
        try:
            return Running(**json.loads(self._file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _find_or_wait_until_gone(self) -> Running | None:
        """Two servers must never open the same files: let one that is closing finish, end one that hangs."""
        recorded = self._recorded()
        if recorded is None:
            return None
        deadline = time.monotonic() + STOP_SECONDS
        while _is_ours(recorded.server, "ArcadeDBServer") or _is_ours(recorded.keeper, "keeper.py"):
            if running := self.find():
                return running
            if time.monotonic() > deadline:
                with suppress(ProcessLookupError):
                    os.kill(recorded.server, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
            time.sleep(0.05)
        return None

    def _start(self) -> Running:
        self._root.mkdir(mode=0o700, exist_ok=True)
        for _attempt in range(3):  # another program may take a free port between choosing and listening
            if running := self._launch():
                return running
        raise StoreUnavailable(f"the embedded graph server does not start: {self._last_words()}")

    def _launch(self) -> Running | None:
        bolt, http = _free_ports(2)
        password = self._password()
        pid_file = self._root / "server.pid"
        pid_file.unlink(missing_ok=True)
        keeper = [sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py")), str(pid_file)]
        java = aot.options(self._root) if self._java is None else self._java
        with open(self.log, "wb") as output:
            process = subprocess.Popen(
                [*keeper, *server_command(self._root, bolt, http, java)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._root,
                umask=0o077 if os.name != "nt" else -1,
                start_new_session=os.name != "nt",
            )
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError, ValueError):
                running = Running(bolt, password, process.pid, int(pid_file.read_text("ascii")), os.getpid())
                if _answers(running):
                    write_private(self._file, json.dumps(asdict(running)))
                    self._process = process
                    atexit.register(self.stop)
                    return running
            time.sleep(0.05)
        _end(process)
        return None

    def _password(self) -> str:
        path = self._root / "password"
        with suppress(OSError):
            if password := path.read_text("ascii").strip():
                return password
        # The server writes its users down once. Without the password that file is of no use to anyone.
        (self._root / "config" / "server-users.jsonl").unlink(missing_ok=True)
        password = secrets.token_urlsafe(32)
        write_private(path, password)
        return password

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = self.log.read_text("utf-8", "replace").strip().splitlines()
            if lines:
                return lines[-1][:300]
        return "it said nothing"


def server_command(root: Path, bolt_port: int, http_port: int, java_options: Sequence[str] = ()) -> list[str]:
    """The server's command line. Every setting matters; the defaults are not safe.

    Raises StoreUnavailable where the wheel has no build for this machine.
    """
    spec = importlib.util.find_spec("arcadedb_embedded")
    if spec is None or spec.origin is None:
        raise StoreUnavailable(
            "the embedded graph server is not installed on this machine; "
            "set COORDINATION_NEO4J_URI to the address of a Neo4j server, which works everywhere"
        )
    wheel = Path(spec.origin).parent
    java = wheel / "jre" / "bin" / ("java.exe" if os.name == "nt" else "java")
    settings = {
        "server.rootPath": root,
        "server.rootPasswordPath": root / "password",
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "bolt.host": "127.0.0.1",
        "bolt.port": bolt_port,
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": http_port,
        "server.defaultDatabases": f"{DATABASE}[{USER}]",
        "txWalFlush": 2,  # by default a commit is not written through to the disk
        "dateTimeImplementation": "java.time.ZonedDateTime",  # by default time zones are lost
        "opencypher.loadCsv.allowFileUrls": "false",  # by default Cypher reads the server's files
        "opencypher.loadCsv.allowRemoteUrls": "false",
        "server.mode": "development",  # errors that can be read
    }
    return [
        str(java),
        *java_options,
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "--add-modules",
        "jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-Djava.awt.headless=true",
        "-cp",
        str(wheel / "jars" / "*"),
        *(f"-Darcadedb.{name}={value}" for name, value in settings.items()),
        "com.arcadedb.server.ArcadeDBServer",
    ]


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)


def _answers(running: Running) -> bool:
    """Whether a query answers: the port opens before the database is loaded."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", running.port), timeout=1):
        address = running.address
        store = Store(address.uri, address.user, address.password, address.database, retry_seconds=0)
        try:
            return store.ready()
        finally:
            store.close()
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Tell the keeper to stop its server, and wait for both."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _alive(pid: int) -> bool:
    if os.name == "nt":
        return (
            str(pid)
            in subprocess.run(
                ["tasklist", "/NH", "/FI", f"PID eq {pid}"], capture_output=True, text=True, check=False
            ).stdout.split()
        )
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):  # a process that ended but was not waited for is not alive
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def _is_ours(pid: int, name: str) -> bool:
    """Whether `pid` is still that program; after a restart of the machine the number may be another's."""
    if not _alive(pid):
        return False
    with suppress(OSError):
        return name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    return True


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Hold the file for this process alone. The system lets go when the process ends, however it ends."""
    with open(path, "a+b") as file:
        if os.name == "nt":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
                    break
                except OSError:
                    continue
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
