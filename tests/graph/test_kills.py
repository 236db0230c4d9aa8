"""The platform is killed twenty times while eight people write: nothing that was acknowledged is lost, and nothing
is there by half. And sixteen writers of one institution lose no edit."""

from __future__ import annotations

import http.client
import itertools
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from itsdangerous import URLSafeTimedSerializer

from coordination import clock
from coordination.accounts import service
from coordination.config import Settings
from coordination.errors import Conflict
from coordination.graph import checks, institution_edits, institutions, users
from coordination.graph.embedded import Embedded
from coordination.permissions import LOCAL_OPERATOR, Permission, Role, scope
from tests.servers import NAMES, ROOT

KILLS = int(os.environ.get("COORDINATION_TEST_KILLS", "20"))
WRITERS = 8
SECRET = "s" * 48
AREAS = ("identification", "referral", "crisis_shelter", "training", "prevention", "info_exchange")


class Platform:
    """`coordination serve` in a process of its own, on the database of the test."""

    def __init__(self, environ: dict[str, str], directory) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._environ = {
            **os.environ,
            **environ,
            "COORDINATION_DATA_DIR": str(directory),
            "COORDINATION_SECRET_KEY": SECRET,
        }
        self._log = directory / "platform.log"

    def start(self) -> None:
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "coordination.cli", "serve", "--port", str(self.port)],
                cwd=ROOT, env=self._environ, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 120
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() < deadline, "the platform does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "/sign-in")[0] == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: str = "", cookie: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location", "")
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)


@contextmanager
def running(platform: Platform):
    platform.start()
    try:
        yield platform
    finally:
        platform.kill()


def signed_in(store, settings) -> tuple[str, str]:
    """Cookie and form token of a consultant of mazowieckie."""
    user = users.User(
        id=str(uuid4()), email="konsultant@example.pl", role=Role.CONSULTANT, voivodeships=("14",)
    )
    store.change(users.add, LOCAL_OPERATOR, user, clock.now())
    known = users.by_id(store, user.id)
    assert known is not None
    raw = secrets.token_hex(20)
    token = service.begin_session(store, settings, known, {"csrf_token": raw})
    return f"coordination=s_{token}", str(URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(raw))


def pairs_of_mazowieckie(store) -> list[tuple[str, str]]:
    rows = store.read(
        "MATCH (i:Institution)-[:COVERS]->(:Voivodeship {teryt: '14'}) RETURN i.id AS id ORDER BY id"
    )
    ids = [row["id"] for row in rows]
    assert len(ids) >= WRITERS
    return list(itertools.permutations(ids, 2))


@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_nothing_acknowledged_is_lost_when_the_platform_is_killed(reference_store, tmp_path):
    store = reference_store
    settings = Settings(data_dir=tmp_path, secret_key=SECRET)
    cookie, form_token = signed_in(store, settings)
    store.touched()
    platform = Platform(store.environ(), tmp_path)
    todo = itertools.product(pairs_of_mazowieckie(store), AREAS)
    take, more = threading.Lock(), threading.Semaphore(0)
    up, stop = threading.Event(), threading.Event()
    acknowledged: list[str] = []
    wrong: list[object] = []

    def write() -> None:
        while not stop.is_set():
            up.wait()
            with take:
                (claimant, partner), area = next(todo)
            body = {
                "claimant": claimant,
                "partner": partner,
                "areas": area,
                "stance": "cooperates",
                "csrf_token": form_token,
            }
            try:
                status, location = platform.ask("POST", "/cooperation/state", urlencode(body), cookie)
            except OSError:
                continue  # whether the statement arrived nobody knows
            if status == 302 and "/tie/" in location:
                acknowledged.append(f"{claimant}|{partner}|{area}")
                more.release()
            elif status != 503:
                wrong.append((status, location, body))

    platform.start()
    up.set()
    writers = [threading.Thread(target=write) for _each in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        for _kill in range(KILLS):
            for _written in range(5):
                assert more.acquire(timeout=120), wrong[:3]
            up.clear()  # those in flight are cut off; nobody runs through the rest of the work in vain
            platform.kill()
            platform.start()
            up.set()
    finally:
        stop.set()
        up.set()
        for writer in writers:
            writer.join()
        platform.kill()
    assert wrong == []
    assert len(acknowledged) >= 5 * KILLS
    current = Counter(
        row["key"]
        for row in store.read("MATCH (c:Claim) WHERE c.current_key IS NOT NULL RETURN c.current_key AS key")
    )
    assert set(acknowledged) <= set(current)
    stated = store.read("MATCH (c:Claim) RETURN count(c) AS n")[0]["n"]
    logged = store.read("MATCH (e:AuditEntry {object_kind: 'claim'}) RETURN count(e) AS n")[0]["n"]
    assert stated == logged
    assert checks.check(store, settings) == []


def test_the_platform_ends_cleanly_when_told_to(reference_store, tmp_path):
    reference_store.touched()
    platform = Platform(reference_store.environ(), tmp_path)
    with running(platform):
        assert platform.stop() == 0


@pytest.mark.skipif("embedded" not in NAMES, reason="not about the embedded server")
def test_a_page_is_answered_or_refused_with_503_while_the_server_is_killed_and_then_comes_back(tmp_path):
    platform = Platform({"COORDINATION_NEO4J_URI": ""}, tmp_path)
    # A cookie that looks like a session makes every page ask the graph.
    page = ("GET", "/sign-in", "", "coordination=s_unknown")
    answers: list[int] = []
    more, stop = threading.Semaphore(0), threading.Event()

    def read() -> None:
        while not stop.is_set():
            answers.append(platform.ask(*page)[0])
            more.release()

    with running(platform):
        readers = [threading.Thread(target=read) for _each in range(4)]
        for reader in readers:
            reader.start()
        try:
            for _crash in range(2):
                for _read in range(20):
                    assert more.acquire(timeout=120)
                server = Embedded(tmp_path).find()
                assert server is not None
                os.kill(server.server, signal.SIGKILL)
            for _read in range(20):
                assert more.acquire(timeout=120)
        finally:
            stop.set()
            for reader in readers:
                reader.join()
        assert set(answers) <= {200, 503}
        assert platform.ask(*page)[0] == 200
        again = Embedded(tmp_path).find()
        assert again is not None and again.server != server.server
        assert platform.stop() == 0


@pytest.mark.slow
def test_sixteen_writers_of_one_institution_lose_no_edit(reference_store):
    """Each adds one to a number kept in the note, fifty times, reading again whenever another was first."""
    store, everything = reference_store, scope(LOCAL_OPERATOR, Permission.INSTITUTION_READ)
    store.run("MATCH (i:Institution {id: 'ms'}) SET i.note = '0'")

    def add_fifty() -> None:
        left = 50
        while left:
            standing = institutions.get(store, everything, "ms")
            try:
                store.change(
                    institution_edits.edit,
                    LOCAL_OPERATOR,
                    replace(standing, note=str(int(standing.note) + 1)),
                )
                left -= 1
            except Conflict:
                pass

    writers = [threading.Thread(target=add_fifty) for _each in range(16)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    standing = institutions.get(store, everything, "ms")
    assert (standing.note, standing.version) == ("800", 801)
    entries = "MATCH (e:AuditEntry {object_id: 'ms', action: 'institution:edit'}) RETURN count(e) AS n"
    assert store.read(entries) == [{"n": 800}]
