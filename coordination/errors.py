"""What can go wrong in the domain. No Flask here: web.py turns `status` into a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """Something the caller did or met that has a name in the domain."""

    status = 400


class Invalid(DomainError):
    """A value breaks a rule; `field` names it, `message` says what to do (a translatable msgid)."""

    status = 422

    def __init__(self, message: str, *, field: str = "", **values: object) -> None:
        super().__init__(message)
        self.message, self.field, self.values = message, field, values


class NotFound(DomainError):
    """No such object, or none that this actor may know of. Both look the same."""

    status = 404


class Forbidden(DomainError):
    """The actor's role never allows this."""

    status = 403


class AlreadyExists(DomainError):
    """A unique key is taken."""

    status = 409


class Conflict(DomainError):
    """Someone changed the object after it was read; `current` is what stands now."""

    status = 409

    def __init__(self, object_id: str, current: Mapping[str, Any] | None = None) -> None:
        super().__init__(object_id)
        self.object_id, self.current = object_id, current or {}


class Gone(DomainError):
    """A link that was valid once: used, expired or revoked."""

    status = 410


class Throttled(DomainError):
    """Too many attempts; `retry_after` is in seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class StoreUnavailable(DomainError):
    """The graph server does not answer."""

    status = 503


class TooMuchAtOnce(DomainError):
    """One change needs more memory than the graph server may use for it; nothing of it was made."""

    status = 413
    at_once = True  # for the page, which also tells of files that are too large


class SchemaTooNew(DomainError):
    """The database was written by a newer program; this one refuses to touch it."""

    status = 503
