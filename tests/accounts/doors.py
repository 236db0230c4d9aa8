"""Browsers, accounts and clocks of the access tests."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

from coordination import clock
from coordination.accounts import passwords
from coordination.graph import users
from coordination.graph.store import Store
from coordination.graph.users import User
from coordination.permissions import LOCAL_OPERATOR, Role

PASSWORD = "zielony parasol śpi w szufladzie"
OTHER_PASSWORD = "siedem kulawych wiewiórek gra w szachy"


def account(store: Store, email: str, role: Role = Role.NATIONAL, *, password: str = PASSWORD, **places) -> User:
    """An account with a password."""
    user = User(id=str(uuid4()), email=email, role=role, label=f"Function of {role}", **places)
    store.change(users.add, LOCAL_OPERATOR, user, clock.now())
    if password:
        store.change(users.set_password, user.actor, user.id, passwords.hashed(password, quick=True), clock.now())
    known = users.by_id(store, user.id)
    assert known is not None
    return known


def form_token(client, path: str = "/sign-in") -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    return found[1] if found else ""


def enter(client, email: str, password: str = PASSWORD, *, next: str = "", address: str = "127.0.0.1"):
    """Send the sign-in form as a browser does, with its token."""
    data = {"email": email, "password": password, "next": next, "csrf_token": form_token(client)}
    return client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": address})


def inside(client) -> bool:
    """Whether the browser is signed in."""
    return client.get("/account").status_code == 200


def session_cookie(client) -> str:
    found = client.get_cookie(client.application.config["SESSION_COOKIE_NAME"])
    return found.value if found else ""


def browser(app, cookie: str):
    """Another browser that holds a copy of a cookie."""
    client = app.test_client()
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    return client


class Clock:
    """A clock that tests set forward."""

    def __init__(self, monkeypatch) -> None:
        self.ahead = timedelta()
        real = clock.now

        def now() -> datetime:
            return real() + self.ahead

        monkeypatch.setattr(clock, "now", now)

    def forward(self, **span: float) -> None:
        self.ahead += timedelta(**span)
