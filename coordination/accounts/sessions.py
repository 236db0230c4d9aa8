"""The session of a browser: a record in the graph for whoever signed in or opened a link, else a signed cookie.

Nothing is read before the page asks for it, and then once: session, account and what it acts for come in one
query. Anonymous visitors cost no query and no write; their cookie holds the token of the form and little more.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager
from itsdangerous import BadSignature

from coordination import clock
from coordination.accounts import events, service
from coordination.errors import StoreUnavailable
from coordination.graph import sessions as records
from coordination.graph.sessions import Guest, SessionRecord
from coordination.graph.store import Store
from coordination.graph.users import User
from coordination.permissions import Actor, Role

PREFIX = "s_"  # marks the token of a record; a signed cookie never starts so
TOUCH_AFTER = timedelta(minutes=1)


class Visitor:
    """Nobody signed in."""

    is_authenticated = is_active = is_guest = False
    is_anonymous = True
    id = language = label = ""
    dense = False
    actor = Actor(id="", role=Role.GUEST)
    guest: Guest | None = None
    user: User | None = None

    def get_id(self) -> None:
        return None


class LinkHolder(Visitor):
    """The holder of an opened invitation link: no account, one institution."""

    is_guest = True

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.id = f"link:{guest.invitation_id}"
        self.label = guest.institution_name
        self.actor = Actor(
            id=self.id,
            role=Role.GUEST,
            voivodeships=guest.voivodeships,
            institution_id=guest.institution_id,
            national=guest.national,
            label=guest.institution_name,
        )


class Account:
    """The signed-in account, as pages know it."""

    is_authenticated = is_active = True
    is_anonymous = is_guest = False
    guest = None

    def __init__(self, user: User) -> None:
        self.user = user
        self.id, self.language, self.label, self.dense = user.id, user.language, user.label, user.dense
        self.actor = user.actor

    def get_id(self) -> str:
        return self.user.id


class WebSession(dict[str, Any], SessionMixin):
    """Flask's `session`. The record or the signed cookie is read at the first look."""

    def __init__(self, interface: Sessions, app: Flask, cookie: str) -> None:
        super().__init__()
        self._interface, self._app, self._cookie = interface, app, cookie
        self._read = False
        self.token = ""  # of a record opened in this request
        self.ended = False  # the cookie names a record that is no more
        self.unread = False  # the store did not answer: the cookie stays as it is
        self.modified = False
        self._record: SessionRecord | None = None

    @property
    def record(self) -> SessionRecord | None:
        """The record in the graph, or None. Raises StoreUnavailable once, at the first look."""
        self._load()
        return self._record

    @property
    def id_hash(self) -> str:
        record = self.record
        return record.id_hash if record else ""

    def _load(self) -> None:
        if self._read:
            return
        self._read = True  # before the query: an error page must be able to look again
        if self._cookie.startswith(PREFIX):
            self.unread = True
            self._record = self._interface.find(self._app, self._cookie[len(PREFIX) :])
            self.unread = False
            self.ended = self._record is None
            self.update_quietly(self._record.data if self._record else {})
        elif self._cookie:
            self.update_quietly(self._interface.signed(self._app, self._cookie))

    def update_quietly(self, data: dict[str, Any]) -> None:
        dict.clear(self)
        dict.update(self, data)

    def become(self, token: str, data: dict[str, Any]) -> None:
        """Continue under a new token; nothing said before stays."""
        self._read, self._record, self.ended, self.unread = True, None, False, False
        g.pop("_login_user", None)  # Flask-Login remembers whoever it found before
        self.token, self.modified = token, False
        self.update_quietly(data)

    def forget(self) -> None:
        """Go on as a stranger."""
        self.become("", {})
        self.ended, self.modified = True, True

    # Flask, Flask-WTF and the pages use these.

    def __getitem__(self, key: str) -> Any:
        self._load()
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self._load()
        super().__setitem__(key, value)
        self.modified = True

    def __delitem__(self, key: str) -> None:
        self._load()
        super().__delitem__(key)
        self.modified = True

    def __contains__(self, key: object) -> bool:
        self._load()
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._load()
        return super().__iter__()

    def __len__(self) -> int:
        self._load()
        return super().__len__()

    def get(self, key: str, default: Any = None) -> Any:
        self._load()
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        self._load()
        self.modified = self.modified or super().__contains__(key)
        return super().pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    @property
    def permanent(self) -> bool:  # type: ignore[override]
        return False

    @property
    def touched(self) -> bool:
        return self._read


class Sessions(SecureCookieSessionInterface):
    """Opens and saves sessions; the browser sees an opaque token or a signed cookie under one name."""

    digest_method = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Any) -> WebSession:  # type: ignore[override]
        return WebSession(self, app, request.cookies.get(self.get_cookie_name(app), ""))

    def find(self, app: Flask, token: str) -> SessionRecord | None:
        moment = clock.now()
        settings = app.config["SETTINGS"]
        store: Store = app.extensions["store"]
        return records.load(store, records.digest(token), moment, service.idle_since(settings, moment))

    def signed(self, app: Flask, cookie: str) -> dict[str, Any]:
        serializer = self.get_signing_serializer(app)
        assert serializer is not None
        try:
            return serializer.loads(cookie, max_age=int(service.SESSION_LENGTH.total_seconds()))
        except BadSignature:
            return {}

    def save_session(self, app: Flask, session: WebSession, response: Response) -> None:  # type: ignore[override]
        if not session.touched or session.unread:
            return
        if session.token:
            self._set_cookie(app, response, PREFIX + session.token)
            if session.modified:
                self._save(app, records.digest(session.token), session)
        elif session.record is not None:
            idle = clock.now() - session.record.seen_at
            if session.modified or idle > TOUCH_AFTER:
                self._save(app, session.record.id_hash, session)
        elif session.modified and len(session):
            serializer = self.get_signing_serializer(app)
            assert serializer is not None
            self._set_cookie(app, response, str(serializer.dumps(dict(session))))
        elif session.modified or session.ended:
            response.delete_cookie(self.get_cookie_name(app), path="/", **self._flags(app))

    def _save(self, app: Flask, id_hash: str, session: WebSession) -> None:
        """A session that cannot be saved must not undo an answer that is already made."""
        store: Store = app.extensions["store"]
        try:
            if session.modified:
                store.change(records.save, id_hash, dict(session), clock.now())
            else:
                store.change(records.touch, id_hash, clock.now())
        except StoreUnavailable:
            app.logger.warning("a session could not be saved: the store does not answer")

    def _set_cookie(self, app: Flask, response: Response, value: str) -> None:
        response.set_cookie(self.get_cookie_name(app), value, path="/", **self._flags(app))

    def _flags(self, app: Flask) -> dict[str, Any]:
        return {"secure": app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax"}


class SignIn(LoginManager):
    """Flask-Login without its cookie "remember me" and its own session keys: the record decides alone."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


def install(app: Flask) -> None:
    """Sessions, `current_user` and the security log of an application."""
    app.session_interface = Sessions()
    manager = SignIn(app)
    manager.anonymous_user = Visitor  # type: ignore[assignment]
    manager.session_protection = None  # type: ignore[assignment]
    manager.user_loader(lambda _id: None)  # no account is known by a cookie of Flask-Login
    manager.request_loader(_whoever)
    manager.unauthorized_handler(_ask_to_sign_in)
    events.install(app)


def _whoever(_request: Any) -> Account | LinkHolder | None:
    record = session.record  # type: ignore[attr-defined]
    if record is None:
        return None
    if record.user is not None:
        return Account(record.user)
    return LinkHolder(record.guest) if record.guest else None


def _ask_to_sign_in() -> Response:
    """To the sign-in page, and back here afterwards."""
    back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else ""
    if session.ended:  # type: ignore[attr-defined]
        session["ended"] = True
    return redirect(url_for("accounts.sign_in", next=back or None))  # type: ignore[return-value]


def begin(user: User) -> None:
    """Sign the browser in under a new token; what the old session held is gone."""
    store, settings = _store(), current_app.config["SETTINGS"]
    _end_current(store)
    data = _fresh()
    session.become(service.begin_session(store, settings, user, data), data)  # type: ignore[attr-defined]


def begin_guest(invitation_id: str) -> None:
    """Let the holder of an invitation in, for its institution alone. Raises NotFound."""
    store = _store()
    _end_current(store)
    data = _fresh()
    session.become(service.begin_guest_session(store, invitation_id, data), data)  # type: ignore[attr-defined]


def end() -> None:
    """Sign the browser out: the record goes, so a copied cookie is worth nothing."""
    _end_current(_store())
    session.forget()  # type: ignore[attr-defined]


def _end_current(store: Store) -> None:
    who = _whoever(request)
    if who is not None:
        service.end_session(store, who.actor, session.id_hash)  # type: ignore[attr-defined]


def _fresh() -> dict[str, Any]:
    return {"csrf_token": secrets.token_hex(20)}


def _store() -> Store:
    return current_app.extensions["store"]
