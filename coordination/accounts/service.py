"""Signing in and out, passwords, one-time links. No Flask.

Every failure to sign in looks the same, in words and in time. A guess is counted before it is evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from coordination import clock
from coordination.accounts import passwords
from coordination.config import Settings
from coordination.graph import audit, links, sessions, throttles, users
from coordination.graph.links import AccountLink
from coordination.graph.sessions import digest, new_token
from coordination.graph.store import Store, Tx
from coordination.graph.users import User
from coordination.permissions import LOCAL_OPERATOR, Actor, Role

SESSION_LENGTH = timedelta(hours=12)  # whatever happens in it
LINK_LENGTH = timedelta(days=7)  # of a first password
RESET_LENGTH = timedelta(hours=24)
FIRST_LINK_LENGTH = timedelta(hours=24)

VISITOR = Actor(id="", role=Role.GUEST)


@dataclass(frozen=True, slots=True)
class Door:
    """Who stands at the door: the address they come from, and the browser if it signed in here before."""

    address: str
    browser: str = ""


def sign_in(store: Store, settings: Settings, email: str, password: str, door: Door) -> User | None:
    """The account when address and password are right, else None. Raises Throttled before any evaluation.

    A browser that this very account has used before has a counter of its own, so that a stranger who spends
    the guesses of an account does not lock its owner out.
    """
    moment = clock.now()
    quick = settings.testing
    account = users.email_key(email)[:320]
    keys = _sign_in_keys(account, door)
    receipt = throttles.take(store, keys, moment)
    found = users.by_email(store, account) if account else None
    user, hash = found or (None, "")
    right = passwords.matches(hash if user and user.active else "", password, quick=quick)
    if user is None or not right:
        store.change(_refused, user, moment, str(uuid4()))
        return None
    throttles.give_back(store, keys, receipt)
    if passwords.outdated(hash, quick=quick):
        store.change(users.rehash, user.id, hash, passwords.hashed(password, quick=quick))
    return user


def _sign_in_keys(account: str, door: Door) -> list[str]:
    if door.browser:
        return [throttles.key("sign-in:browser", f"{account} {door.browser}")]
    return [throttles.key("sign-in:account", account), throttles.key("sign-in:address", door.address)]


def _refused(tx: Tx, user: User | None, at: datetime, _id: str) -> None:
    audit.record(tx, VISITOR, "session:refused", user.id if user else "", at=at)


def begin_session(store: Store, settings: Settings, user: User, data: dict[str, object]) -> str:
    """Open a session and return its token. Old sessions and stale counters are swept out on the way."""
    token, moment = new_token(), clock.now()
    store.change(_begin, user, digest(token), moment, data, idle_since(settings, moment))
    return token


def _begin(
    tx: Tx, user: User, id_hash: str, moment: datetime, data: dict[str, object], stale: datetime
) -> None:
    sessions.purge(tx, moment, stale)
    throttles.purge(tx, moment)
    sessions.begin(tx, id_hash, moment, moment + SESSION_LENGTH, data, user)
    audit.record(tx, user.actor, "session:begin", user.id, at=moment)


def begin_guest_session(store: Store, invitation_id: str, data: dict[str, object]) -> str:
    """Open a session of the holder of an invitation; raises NotFound for one revoked or expired."""
    token, moment = new_token(), clock.now()
    store.change(sessions.begin_guest, digest(token), moment, moment + SESSION_LENGTH, data, invitation_id)
    return token


def end_session(store: Store, actor: Actor, id_hash: str) -> None:
    def work(tx: Tx, at: datetime) -> None:
        sessions.end(tx, id_hash)
        audit.record(tx, actor, "session:end", actor.id, at=at)

    store.change(work, clock.now())


def end_other_sessions(store: Store, actor: Actor, user_id: str, *, keep: str = "") -> None:
    def work(tx: Tx, at: datetime) -> None:
        tx.run(users.END_SESSIONS, id=user_id, keep=keep)
        audit.record(tx, actor, "session:end_others", user_id, at=at)

    store.change(work, clock.now())


def idle_since(settings: Settings, moment: datetime) -> datetime:
    return moment - timedelta(minutes=settings.session_minutes)


# Links


def make_link(store: Store, actor: Actor, user: User) -> str:
    """A one-time link token with which the owner sets a password; earlier open links end."""
    purpose = "reset" if user.has_password else "set-up"
    length = RESET_LENGTH if user.has_password else LINK_LENGTH
    return _link(store, actor, purpose, user.id, length)


def make_setup_link(store: Store, settings: Settings, base: str = "") -> str | None:
    """The address that creates the first administrator; None once there is one who can sign in."""
    if users.administrators(store):
        return None
    token = _link(store, LOCAL_OPERATOR, "administrator", "", FIRST_LINK_LENGTH)
    return link_address(settings, token, base)


def link_address(settings: Settings, token: str, base: str = "") -> str:
    """The full address of a one-time link, as it is handed on."""
    return f"{settings.public_url or base.rstrip('/') or 'http://127.0.0.1:8000'}/password/{token}"


def _link(store: Store, actor: Actor, purpose: str, user_id: str, length: timedelta) -> str:
    token, moment, id = new_token(), clock.now(), str(uuid4())

    def work(tx: Tx) -> None:
        links.add(
            tx, actor, id=id, token_hash=digest(token), purpose=purpose, user_id=user_id, at=moment,
            expires_at=moment + length,
        )  # fmt: skip

    store.change(work)
    return token


def open_link(store: Store, token: str, address: str) -> AccountLink:
    """The link of a token. Raises Gone for any that does not work, Throttled after ten of those."""
    moment = clock.now()
    keys = link_keys(address)
    receipt = throttles.take(store, keys, moment)
    link = links.opened(store, digest(token), moment)
    throttles.give_back(store, keys, receipt)
    return link


def link_keys(address: str) -> list[str]:
    """Counter of wrong one-time links of every kind; separate from that of sign-in."""
    return [throttles.key("link:address", address)]


def set_password_by_link(
    store: Store, settings: Settings, link: AccountLink, password: str, *, email: str = ""
) -> User:
    """Use the link up and set the password; the first administrator's link makes the account. Raises Gone,
    Invalid, AlreadyExists."""
    email = link.email or email
    passwords.check(password, email=email)
    hash, moment, new_id = passwords.hashed(password, quick=settings.testing), clock.now(), str(uuid4())

    def work(tx: Tx) -> User:
        links.use(tx, link.id, moment)
        if not link.user_id:
            first = User(id=new_id, email=email, role=Role.ADMINISTRATOR, label="Administrator")
            users.add(tx, LOCAL_OPERATOR, first, moment)
        user = users.from_row(tx.run(users.BY_ID, id=link.user_id or new_id)[0])
        users.set_password(tx, user.actor, user.id, hash, moment)
        return users.from_row(tx.run(users.BY_ID, id=user.id)[0])

    return store.change(work)


def change_password(store: Store, settings: Settings, user: User, current: str, new: str) -> User | None:
    """Set a new password when the current one is right; every session of the account ends.

    None when it is wrong. Guesses count as at sign-in. Raises Throttled, Invalid.
    """
    moment, quick = clock.now(), settings.testing
    keys = [throttles.key("password:account", user.id)]
    receipt = throttles.take(store, keys, moment)
    found = users.by_email(store, user.email)
    if not passwords.matches(found[1] if found else "", current, quick=quick):
        return None
    throttles.give_back(store, keys, receipt)
    passwords.check(new, email=user.email, field="new")
    store.change(users.set_password, user.actor, user.id, passwords.hashed(new, quick=quick), moment)
    return users.by_id(store, user.id)


def ask_reset(store: Store, email: str, door: Door) -> None:
    """Note a request for a new link, whether or not the address has an account. Raises Throttled."""
    moment, account = clock.now(), users.email_key(email)[:320]
    throttles.take(
        store, [throttles.key("reset:account", account), throttles.key("reset:address", door.address)], moment
    )
    store.change(users.ask_reset, VISITOR, account, moment)


def actor_for(store: Store, email: str) -> Actor | None:
    """The actor of an active account, for `--as`; None when there is none."""
    found = users.by_email(store, email)
    return found[0].actor if found and found[0].active else None
