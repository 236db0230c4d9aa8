"""Fixtures: real servers, stores in a known state, the application and people signed in to it.

    store             an empty database with its schema; the test runs on each server
    reference_store   the same with the reference data (`world` is another name of it)
    examples          with the reference data and the examples of `coordination demo`
    app, client       the application on `reference_store`; forms need no token unless a test turns that on
    sign_in           sign_in(Role.CONSULTANT, voivodeship="14") -> a client signed in with a new account
    live              the address of the application served for a browser
    command           command("gaps", "14") runs the real program on the same database

A test that lets another process write says `store.touched()`.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from coordination import clock
from coordination.config import Settings
from coordination.permissions import LOCAL_OPERATOR, Role
from tests.content import TestStore
from tests.servers import NAMES, ROOT, Servers, server_of

REFERENCE = {"reference_store", "world"}
EXAMPLES = "examples"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One server after the other, and on each the tests with the same data together: less to put back."""

    def order(item: pytest.Item) -> tuple[int, int]:
        names = set(getattr(item, "fixturenames", ()))
        server = server_of(item)
        content = 2 if EXAMPLES in names else int(bool(names & REFERENCE))
        return NAMES.index(server) + 1 if server in NAMES else 0, content

    items.sort(key=order)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    servers = Servers(tmp_path_factory.mktemp("servers"))
    yield servers
    servers.stop()


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> str:
    """The name of a server; a test that asks for it, or for a store, runs once on each."""
    return request.param


@pytest.fixture(scope="session")
def connected(servers: Servers) -> Iterator[Callable[[str], TestStore]]:
    stores: dict[str, TestStore] = {}

    def connect(name: str) -> TestStore:
        address = servers.address(name)
        if name not in stores or stores[name].address.uri != address.uri:
            stores[name] = TestStore(address, servers.retry_seconds(name))
        return stores[name]

    yield connect
    for store in stores.values():
        store.close()


@pytest.fixture
def store(server: str, connected: Callable[[str], TestStore]) -> TestStore:
    store = connected(server)
    store.make_empty()
    return store


@pytest.fixture
def reference_store(
    request: pytest.FixtureRequest, server: str, connected: Callable[[str], TestStore]
) -> TestStore:
    store = connected(server)
    if EXAMPLES in request.fixturenames:
        store.make_examples()
    else:
        store.make_reference()
    return store


@pytest.fixture
def examples(reference_store: TestStore) -> TestStore:
    """The same store, with the example data in it."""
    return reference_store


@pytest.fixture
def world(reference_store: TestStore) -> TestStore:
    return reference_store


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"), secret_key="k" * 48, testing=True)


@pytest.fixture(scope="session")
def _application(settings: Settings) -> Callable[[TestStore], object]:
    made = []

    def application(store: TestStore):
        from coordination import create_app

        if not made:
            made.append(create_app(settings, store=store))
        made[0].extensions["store"] = store
        return made[0]

    return application


@pytest.fixture
def app(reference_store: TestStore, _application):
    app = _application(reference_store)
    config = dict(app.config)
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    app.config.clear()
    app.config.update(config)


@pytest.fixture
def client(app):
    """A browser that is not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app, reference_store: TestStore, settings: Settings):
    """`sign_in(role, voivodeship="14")` or `sign_in(role, institution="kwp-poznan")`: a client of a new account.

    `client.user` is the account.
    """
    from coordination.accounts import service
    from coordination.graph import users

    numbers = itertools.count(1)

    def sign_in(
        role: Role,
        *,
        voivodeship: str = "",
        institution: str = "",
        email: str = "",
        language: str = "pl",
        label: str = "",
    ):
        user = users.User(
            id=str(uuid4()),
            email=email or f"{role}-{next(numbers)}@example.pl",
            role=role,
            voivodeships=(voivodeship,) if voivodeship else (),
            institution_id=institution,
            language=language,
            label=label or f"{role}",
        )
        reference_store.change(users.add, LOCAL_OPERATOR, user, clock.now())
        known = users.by_id(reference_store, user.id)
        assert known is not None
        token = service.begin_session(reference_store, settings, known, {})
        client = app.test_client()
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], f"s_{token}")
        client.user = known
        return client

    return sign_in


@pytest.fixture
def live(app) -> Iterator[str]:
    """The application served on the loopback interface; its address without a slash at the end."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def command(reference_store: TestStore, settings: Settings):
    """`command("check")` runs the program in a process of its own on the store of this test."""

    def run(
        *words: str | Path, env: dict[str, str] | None = None, **options
    ) -> subprocess.CompletedProcess[str]:
        reference_store.touched()
        return subprocess.run(
            [sys.executable, "-m", "coordination.cli", *map(str, words)],
            cwd=ROOT,
            env={
                **os.environ,
                **reference_store.environ(),
                "COORDINATION_DATA_DIR": str(settings.data_dir),
                "PYTHONIOENCODING": "utf-8",
                **(env or {}),
            },
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            **options,
        )

    return run
