"""Whether an institution can be reached now: its contact points with duty, freshness and a number. No Flask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from coordination.clock import WARSAW
from coordination.graph.contacts import freshness
from coordination.graph.model import ChannelKind, Contact, Freshness, Visibility
from coordination.hours import Duty, duty

_CALLED = (ChannelKind.PHONE, ChannelKind.MOBILE)
# Duty goes by whole minutes, and many contacts of a list share their hours.
_duty = lru_cache(maxsize=4096)(duty)
_FRESHNESS = {each: place for place, each in enumerate(Freshness)}


class Reach(NamedTuple):
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
    return _reach_at(now)(contact)


def _reach_at(now: datetime) -> Callable[[Contact], Reach]:
    """`reach` for many contacts of one instant, which share their hours and days of confirmation."""
    minute, today = now.replace(second=0, microsecond=0), now.astimezone(WARSAW).date()
    duties: dict[str, Duty] = {}
    ages: dict[date | None, Freshness] = {}

    def reach(contact: Contact) -> Reach:
        hours, confirmed = contact.hours, contact.confirmed_on
        if hours not in duties:
            duties[hours] = _duty(hours, minute)
        if confirmed not in ages:
            ages[confirmed] = freshness(confirmed, today)
        number = email = ""
        hidden = False
        for each in contact.channels:
            if each.visibility is Visibility.PRIVATE:
                hidden = True
            elif each.kind in _CALLED:
                number = number or each.value
            elif each.kind is ChannelKind.EMAIL:
                email = email or each.value
        return Reach(contact, duties[hours], ages[confirmed], number, email, hidden)

    return reach


def in_order(contacts: Iterable[Contact], now: datetime) -> list[Reach]:
    """Whom to try first: what can be called before what cannot, on duty before off, fresh before ageing."""
    return in_order_at(now)(contacts)


def in_order_at(now: datetime) -> Callable[[Iterable[Contact]], list[Reach]]:
    """`in_order` for the contacts of many institutions at one instant."""
    reach = _reach_at(now)

    def in_order(contacts: Iterable[Contact]) -> list[Reach]:
        found = [reach(each) for each in contacts]
        return sorted(found, key=_order) if len(found) > 1 else found

    return in_order


def _order(each: Reach) -> tuple[bool, bool, bool, int]:
    # Hours not known come after a duty that is certain and before one that certainly is not there.
    return (not each.callable, not each.on_duty, each.duty.on is False, _FRESHNESS[each.freshness])
