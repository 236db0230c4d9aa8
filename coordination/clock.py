"""The one place that asks what time it is. Everything else is handed a date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")


def now() -> datetime:
    """This instant in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Poland."""
    return datetime.now(WARSAW).date()
