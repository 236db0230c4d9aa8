"""The pages that are measured, asked for as a signed-in consultant of one voivodeship, or a national reviewer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from bench.worlds import Made
from coordination import clock, create_app
from coordination.config import Settings
from coordination.graph.store import Store
from coordination.permissions import LOCAL_OPERATOR, Role

TERYT = "14"


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    national: bool = False


def pages(made: Made) -> list[Page]:
    return [
        Page("50-row list", f"/institutions?voivodeship={TERYT}"),
        Page("institution page", f"/institutions/{made.busiest(TERYT)}"),
        Page("map data", f"/cooperation/map/drawing?voivodeship={TERYT}"),
        Page("gaps of a voivodeship", f"/gaps?voivodeship={TERYT}"),
        Page("national table", "/country", national=True),
    ]


def application(store: Store, data_dir: Path) -> tuple[Flask, Settings]:
    from coordination.commands.serve import collect_less_often

    collect_less_often()  # as the platform does, whose pages these are
    settings = Settings(data_dir=data_dir, secret_key="k" * 48, testing=True)
    return create_app(settings, store=store), settings


def sign_in(app: Flask, settings: Settings, store: Store, role: Role, voivodeship: str = "") -> FlaskClient:
    """A client with the session of a new account, as if the password had just been checked."""
    from coordination.accounts import service
    from coordination.graph import users

    id = str(uuid4())
    places: Any = (voivodeship,) if voivodeship else ()
    user = users.User(id=id, email=f"{id}@example.pl", role=role, voivodeships=places, label="bench")
    store.change(users.add, LOCAL_OPERATOR, user, clock.now())
    token = service.begin_session(store, settings, user, {})
    client = app.test_client()
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], f"s_{token}")
    return client
