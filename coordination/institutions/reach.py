"""Whether an institution can be reached now: its contact points with duty, freshness and a number. No Flask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from coordination.clock import WARSAW
from coordination.graph.contacts import freshness
from coordination.graph.model import ChannelKind, Contact, Freshness, Visibility
from coordination.hours import Duty, duty

_CALLED = (ChannelKind.PHONE, ChannelKind.MOBILE)
# Duty goes by whole minutes, and many contacts of a list share their hours.
_duty = lru_cache(maxsize=4096)(duty)
_FRESHNESS = {each: place for place, each in enumerate(Freshness)}


@dataclass(frozen=True, slots=True)
class Reach:
    """A contact point at an instant: on duty or not, fresh or not, and the first number anyone here may see."""

    contact: Contact
    duty: Duty
    freshness: Freshness
    number: str = ""
    email: str = ""
    hidden: bool = False  # it has a channel that is shown on request only

    @property
    def callable(self) -> bool:
        """Whether it belongs on a call list: a visible number, confirmed within a year."""
        return bool(self.number) and self.freshness is not Freshness.STALE

    @property
    def on_duty(self) -> bool:
        return self.duty.on is True


def reach(contact: Contact, now: datetime) -> Reach:
    """The contact point at the instant `now`."""
    return _reach(contact, now.replace(second=0, microsecond=0), now.astimezone(WARSAW).date())


def _reach(contact: Contact, minute: datetime, today: date) -> Reach:
    seen = [each for each in contact.channels if each.visibility is not Visibility.PRIVATE]
    return Reach(
        contact,
        _duty(contact.hours, minute),
        freshness(contact.confirmed_on, today),
        number=next((each.value for each in seen if each.kind in _CALLED), ""),
        email=next((each.value for each in seen if each.kind is ChannelKind.EMAIL), ""),
        hidden=len(seen) < len(contact.channels),
    )


def in_order(contacts: Iterable[Contact], now: datetime) -> list[Reach]:
    """Whom to try first: what can be called before what cannot, on duty before off, fresh before ageing."""
    minute, today = now.replace(second=0, microsecond=0), now.astimezone(WARSAW).date()
    found = [_reach(each, minute, today) for each in contacts]
    return sorted(found, key=_order) if len(found) > 1 else found


def _order(each: Reach) -> tuple[bool, bool, bool, int]:
    # Hours not known come after a duty that is certain and before one that certainly is not there.
    return (not each.callable, not each.on_duty, each.duty.on is False, _FRESHNESS[each.freshness])
