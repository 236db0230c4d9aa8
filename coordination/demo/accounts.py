"""One example account per role, with a new random password at every start."""

from __future__ import annotations

import secrets
from uuid import NAMESPACE_URL, uuid5

from coordination.accounts import passwords
from coordination.clock import now
from coordination.config import Settings
from coordination.graph import users
from coordination.graph.store import Store
from coordination.graph.users import User
from coordination.permissions import LOCAL_OPERATOR, Role

ACCOUNTS: tuple[tuple[Role, str, str, dict], ...] = (
    (Role.CONSULTANT, "konsultant@example.pl", "Mazowiecki UW", {"voivodeships": ("14",)}),
    (Role.INSTITUTION, "instytucja@example.pl", "KSP – punkt kontaktowy", {"institution_id": "ksp"}),
    (Role.NATIONAL, "kraj@example.pl", "Zespół międzyresortowy", {}),
    (Role.ADMINISTRATOR, "administrator@example.pl", "Administrator", {}),
    (Role.AUDITOR, "audytor@example.pl", "Audytor", {}),
)


def renew(store: Store, settings: Settings) -> list[tuple[str, str, str]]:
    """Make the accounts where they are missing and give each a new password: (role, e-mail, password)."""
    found = []
    for role, email, label, place in ACCOUNTS:
        user_id = str(uuid5(NAMESPACE_URL, f"example|{email}"))
        if users.by_id(store, user_id) is None:
            store.change(
                users.add,
                LOCAL_OPERATOR,
                User(id=user_id, email=email, role=role, label=label, **place),
                now(),
            )
        password = secrets.token_urlsafe(9)
        hashed = passwords.hashed(password, quick=settings.testing)
        store.change(users.set_password, LOCAL_OPERATOR, user_id, hashed, now())
        found.append((str(role), email, password))
    return found
