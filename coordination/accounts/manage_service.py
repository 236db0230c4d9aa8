"""Who may open, close and change accounts: the administrator all of them, a consultant those of institutions
in their own voivodeship. An account out of reach does not exist. No Flask."""

from __future__ import annotations

from uuid import uuid4

from coordination import clock
from coordination.accounts import service
from coordination.errors import Forbidden, Invalid
from coordination.graph import users
from coordination.graph.store import Store
from coordination.graph.users import User
from coordination.i18n import N_
from coordination.permissions import Actor, Permission, Role, scope

MANAGE = Permission.ACCOUNT_MANAGE

# In the order they are offered.
GIVEN = (Role.INSTITUTION, Role.CONSULTANT, Role.NATIONAL, Role.AUDITOR, Role.ADMINISTRATOR)


def roles(actor: Actor) -> tuple[Role, ...]:
    """Roles the actor may give."""
    return GIVEN if scope(actor, MANAGE).everything else (Role.INSTITUTION,)


def listed(store: Store, actor: Actor) -> list[User]:
    return users.listed(store, scope(actor, MANAGE))


def one(store: Store, actor: Actor, user_id: str) -> User:
    """An account within the actor's reach. Raises NotFound."""
    return users.managed(store, scope(actor, MANAGE), user_id)


def institutions(store: Store, actor: Actor) -> list[tuple[str, str]]:
    return users.institutions(store, scope(actor, MANAGE))


def add(
    store: Store, actor: Actor, *, email: str, role: Role, institution: str = "", voivodeship: str = "",
    label: str = "", language: str = "pl",
) -> tuple[User, str]:  # fmt: skip
    """Open an account; returns it and the token of the link with which its owner sets a password.

    Raises Forbidden for a role the actor may not give, Invalid for a missing or unreachable place,
    AlreadyExists for an address that has an account.
    """
    user = _placed(store, actor, User(id=str(uuid4()), email=email, role=role, label=label, language=language),
                   institution, voivodeship)  # fmt: skip
    store.change(users.add, actor, user, clock.now())
    made = users.by_id(store, user.id)
    assert made is not None
    return made, service.make_link(store, actor, made)


def change_role(
    store: Store, actor: Actor, user: User, role: Role, institution: str, voivodeship: str
) -> None:
    """Give another role or place. Raises Forbidden, Invalid, Conflict."""
    if not scope(actor, MANAGE).everything:
        raise Forbidden(MANAGE)
    _spare_last(store, actor, user, role is Role.ADMINISTRATOR)
    bare = User(id=user.id, email=user.email, role=role, label=user.label, version=user.version)
    changed = _placed(store, actor, bare, institution, voivodeship)
    store.change(users.set_role, actor, user, changed, clock.now())


def set_active(store: Store, actor: Actor, user: User, active: bool) -> None:
    """Disable or enable. Raises Invalid for the actor's own account and for the last administrator's, Conflict."""
    _spare_last(store, actor, user, active)
    store.change(users.set_active, actor, user, active, clock.now())


def new_link(store: Store, actor: Actor, user: User) -> str:
    """The token of a new one-time link. Raises Invalid for a disabled account."""
    if not user.active:
        raise Invalid(N_("A disabled account gets no link. Enable it first."))
    return service.make_link(store, actor, user)


def _spare_last(store: Store, actor: Actor, user: User, stays: bool) -> None:
    if stays:
        return
    if user.id == actor.id:
        raise Invalid(N_("Nobody closes their own account. Another administrator can."))
    if user.role is Role.ADMINISTRATOR and user.active and user.has_password and users.administrators(store) < 2:
        raise Invalid(N_("This is the last administrator. Make another one first."))


def _placed(store: Store, actor: Actor, user: User, institution: str, voivodeship: str) -> User:
    """The account acting where it should, with the function shown to others when none was given."""
    if user.role not in roles(actor):
        raise Forbidden(MANAGE)
    values = {name: getattr(user, name) for name in ("id", "email", "role", "label", "language", "version")}
    if user.role is Role.INSTITUTION:
        names = dict(institutions(store, actor))
        if institution not in names:
            raise Invalid(N_("Choose the institution."), field="institution")
        values["label"] = user.label or names[institution]
        return User(**values, institution_id=institution)
    if user.role is Role.CONSULTANT:
        from coordination.graph import catalogue

        names = {each.teryt: each.name_pl for each in catalogue.voivodeships(store)}
        if voivodeship not in names:
            raise Invalid(N_("Choose the voivodeship."), field="voivodeship")
        # Data shown to others, so Polish as the names of institutions are.
        values["label"] = user.label or f"Konsultant wojewódzki – {names[voivodeship]}"
        return User(**values, voivodeships=(voivodeship,))
    return User(**values)
