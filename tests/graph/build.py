"""Worlds for tests, from few words: plain dictionaries of the oracle, or the product's own values."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coordination.graph.facts import Statement, World
from coordination.graph.model import (
    Agreement,
    Event,
    Expectation,
    Institution,
    Level,
    Scope,
    Stance,
    Waiver,
)
from tests.oracles.random_worlds import PLACES

TODAY = date(2026, 1, 12)


def world_of(plain):
    """The product's world of a plain one."""
    return World(
        institutions={
            one["id"]: Institution(
                id=one["id"],
                name_pl=one["id"],
                short_name=one["id"].upper(),
                type=one["type"],
                voivodeships=tuple(one["voivodeships"]),
                voivodeships_partial=tuple(one["partial"]),
                national=one["national"],
                active_from=one["active_from"],
                active_to=one["active_to"],
            )
            for one in plain["institutions"]
        },
        statements=[
            Statement(
                one["id"],
                one["claimant"],
                one["partner"],
                one["area"],
                one["stance"],
                one["stated_on"],
                one["valid_from"],
                one["valid_to"],
                one["last_activity"],
                one["recorded"],
            )
            for one in plain["claims"]
        ],
        expectations=tuple(expectation(**one) for one in plain["expectations"]),
        voivodeships=PLACES,
        areas=("referral", "training"),
        agreements=tuple(
            Agreement(
                **{**one, "parties": tuple(one["parties"]), "areas": tuple(one["areas"]), "title": one["id"]}
            )
            for one in plain["agreements"]
        ),
        events=tuple(
            Event(
                id=one["id"],
                title="",
                on=one["on"],
                participants=tuple(one["participants"]),
                areas=tuple(one["areas"]),
            )
            for one in plain["events"]
        ),
        waivers=tuple(
            Waiver(
                id=one["id"],
                expectation_id=one["expectation"],
                voivodeship=one["voivodeship"],
                reason="",
                valid_from=one["valid_from"],
                valid_to=one["valid_to"],
                revoked_on=one["revoked_on"],
            )
            for one in plain["waivers"]
        ),
    )


def expectation(
    id="x1", area="referral", type_a="police", type_b="shelter", level="required", scope="regional"
):
    return Expectation(
        id=id,
        area=area,
        type_a=type_a,
        type_b=type_b,
        direction="both",
        level=Level(level),
        basis="law",
        scope=Scope(scope),
    )


def institution(id, type, *voivodeships, national=False, **more):
    return Institution(
        id=id, name_pl=id, short_name=id, type=type, voivodeships=voivodeships, national=national, **more
    )


def says(
    claimant, partner, stance=Stance.COOPERATES, *, area="referral", on=TODAY - timedelta(days=90), **more
):
    """A statement of 90 days ago unless told otherwise."""
    name = f"{claimant}-{partner}-{area}-{on}-{stance}-{more.get('recorded_at', '')}"
    return Statement(name, claimant, partner, area, stance, on, **more)


def a_world(institutions, statements=(), expectations=None, **more):
    return World(
        institutions={one.id: one for one in institutions},
        statements=list(statements),
        expectations=tuple(expectations or (expectation(),)),
        voivodeships=more.pop("voivodeships", ("14",)),
        areas=("referral", "training"),
        **more,
    )


def last_moment(day):
    """The last microsecond of a calendar day in Poland."""
    noon_after = datetime.combine(day + timedelta(days=1), time(), ZoneInfo("Europe/Warsaw"))
    return noon_after - timedelta(microseconds=1)
