"""The graph servers of the tests: the embedded one, and a real Neo4j started from its Maven jars.

`COORDINATION_TEST_NEO4J_URI` (with `_USER`, `_PASSWORD`, `_DATABASE`) names a Neo4j that is already there; the
tests empty its database. `COORDINATION_TEST_SERVERS=embedded` (or `neo4j`) runs them on one server only.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import DriverError, Neo4jError

from coordination.graph.embedded import RETRY_SECONDS, Embedded
from coordination.graph.store import Address

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent / "neo4j"
JARS = ROOT / ".cache" / "neo4j" / "lib"
NAMES = tuple(os.environ.get("COORDINATION_TEST_SERVERS", "embedded neo4j").replace(",", " ").split())


def server_of(item: pytest.Item) -> str:
    """The graph server a test runs on, "" where it needs none."""
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("server", "")) if callspec else ""


class Servers:
    """Starts each server when the first test asks for it, and stops what it started. `heap`: of Neo4j."""

    def __init__(self, directory: Path, heap: str = "512m") -> None:
        self._directory, self._heap = directory, heap
        self._embedded = Embedded(directory / "embedded")
        self._neo4j: subprocess.Popen[bytes] | None = None
        self._neo4j_address: Address | None = None
        self._unavailable = ""

    def address(self, name: str) -> Address:
        """Skips the test, with the reason, where the server cannot be had; under CI that is a failure."""
        if name == "embedded":
            return self._embedded.find_or_start().address
        if self._neo4j_address is None and not self._unavailable:
            try:
                self._neo4j_address = _given() or self._start_neo4j()
            except Unavailable as reason:
                self._unavailable = str(reason)
        if self._neo4j_address is None:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(self._unavailable)
        return self._neo4j_address

    @staticmethod
    def retry_seconds(name: str) -> float:
        return RETRY_SECONDS if name == "embedded" else 30.0

    def stop(self) -> None:
        self._embedded.stop()
        if self._neo4j is not None:
            self._neo4j.kill()  # its files go with the test run
            self._neo4j.wait()

    def _start_neo4j(self) -> Address:
        if shutil.which("java") is None:
            raise Unavailable("Neo4j half skipped: no Java here (apt-get install default-jre-headless maven)")
        _fetch_jars()
        home = self._directory / "neo4j"
        home.mkdir(parents=True, exist_ok=True)
        port, password = _free_port(), "for-tests-only"
        opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.lang")]
        with open(home / "output", "wb") as output:
            self._neo4j = subprocess.Popen(
                [
                    "java",
                    f"-Xmx{self._heap}",
                    "-XX:+UseSerialGC",
                    *opens,
                    "-cp",
                    f"{JARS}/*",
                    HERE / "Main.java",
                    home,
                    str(port),
                ],
                stdin=subprocess.PIPE,  # closes, and so ends the server, when the test run dies
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        address = Address(f"bolt://127.0.0.1:{port}", "neo4j", password, "neo4j")
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            if self._neo4j.poll() is not None:
                tail = (home / "output").read_text("utf-8", "replace")[-500:]
                raise Unavailable(f"Neo4j half skipped: the server ended at once: {tail!r}")
            if _set_first_password(address) and _query_answers(address):
                return address
            time.sleep(0.1)
        raise Unavailable("Neo4j half skipped: the server did not answer within 180 s")


class Unavailable(Exception):
    """Why there is no Neo4j for the tests."""


def _given() -> Address | None:
    uri = os.environ.get("COORDINATION_TEST_NEO4J_URI", "")
    if not uri:
        return None

    def setting(name: str, default: str) -> str:
        return os.environ.get(f"COORDINATION_TEST_NEO4J_{name}", default)

    address = Address(uri, setting("USER", "neo4j"), setting("PASSWORD", ""), setting("DATABASE", "neo4j"))
    if not _query_answers(address):
        raise Unavailable(f"Neo4j half skipped: {uri} does not answer")
    return address


def _fetch_jars() -> None:
    JARS.parent.mkdir(parents=True, exist_ok=True)
    with open(JARS.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if JARS.is_dir():
            return
        if shutil.which("mvn") is None:
            raise Unavailable("Neo4j half skipped: no Maven here to fetch it with (apt-get install maven)")
        fresh = Path(tempfile.mkdtemp(dir=JARS.parent))
        got = subprocess.run(
            ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies",
             "-DincludeScope=runtime", f"-DoutputDirectory={fresh}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if got.returncode:
            shutil.rmtree(fresh)
            raise Unavailable(f"Neo4j half skipped: Maven could not fetch it: {got.stdout[-300:]!r}")
        fresh.rename(JARS)


def _set_first_password(address: Address) -> bool:
    try:
        with (
            neo4j.GraphDatabase.driver(address.uri, auth=("neo4j", "neo4j")) as driver,
            driver.session(database="system") as session,
        ):
            session.run(
                "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=address.password
            ).consume()
    except (DriverError, Neo4jError):
        return False
    return True


def _query_answers(address: Address) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with (
                neo4j.GraphDatabase.driver(address.uri, auth=(address.user, address.password)) as driver,
                driver.session(database=address.database) as session,
            ):
                return session.run("RETURN 1 AS one").single(strict=True)["one"] == 1
        except (DriverError, Neo4jError):
            time.sleep(0.1)
    return False


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
