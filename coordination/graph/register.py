"""What the pages of the register need beyond the kept world, in one transaction each: contacts, cards, claims, history.

These change without the world changing, so they are always asked for. What a list needs travels as texts, as in
world_rows.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from coordination.errors import NotFound
from coordination.graph import contacts, institutions, profiles
from coordination.graph.claims import BOTH_VISIBLE, Voices, voices
from coordination.graph.directory import Named
from coordination.graph.institutions import Relative
from coordination.graph.model import (
    Channel,
    ChannelKind,
    Claim,
    ClaimSource,
    Contact,
    Frequency,
    Institution,
    Stance,
    Visibility,
)
from coordination.graph.profiles import Card, Change, Stage
from coordination.graph.store import Store, Tx
from coordination.i18n import polish_key
from coordination.permissions import Scope

_UNIT = "\x1f"
_STAGES = {str(each): place for place, each in enumerate(Stage)}
_KINDS = {str(each): (each, place) for place, each in enumerate(ChannelKind)}
_VISIBLE = {str(each): each for each in Visibility}

# Numbers that are shown on request only stay where they are, as in contacts.py.
# One id after the other: from a list of ids the embedded server looks at every institution.
SHOWN: LiteralString = """
    UNWIND $ids AS id
    MATCH (i:Institution {id: id})
    OPTIONAL MATCH (i)-[:HAS_CONTACT]->(c:ContactPoint)
    OPTIONAL MATCH (c)-[:HAS_CHANNEL]->(n:Channel)
        WHERE n.kind IN ['phone', 'mobile'] AND n.visibility <> 'private'
    RETURN 'contacts' AS what,
           collect(i.id + $unit + c.id + $unit + coalesce(c.confirmed_on, '') + $unit
                   + replace(coalesce(c.hours, ''), $unit, ' ') + $unit + replace(c.function, $unit, ' ') + $unit
                   + coalesce(n.id, '') + $unit + coalesce(n.kind, '') + $unit + coalesce(n.visibility, '') + $unit
                   + coalesce(n.value, '')) AS rows
    UNION ALL
    UNWIND $ids AS id
    MATCH (i:Institution {id: id})
    OPTIONAL MATCH (i)-[:CARRIES_OUT]->(t:Task)
    RETURN 'stages' AS what, collect(DISTINCT i.id + $unit + t.stage) AS rows
    """


def shown(store: Store, ids: Iterable[str]) -> dict[str, tuple[list[Contact], tuple[str, ...]]]:
    """Contact points and the stages with tasks, by institution the caller has found within its scope.

    Of channels only the telephone numbers that anyone here may see; functions and stages in their order.
    """
    parts = {row["what"]: row["rows"] for row in store.read(SHOWN, ids=list(ids), unit=_UNIT)}
    points: dict[str, list[str]] = {}
    channels: dict[str, list[Channel]] = {}
    for text in parts.get("contacts", ()):
        institution_id, id, *point, channel_id, kind, visibility, value = text.split(_UNIT, 8)
        points[id] = [institution_id, *point]
        if channel_id:
            channels.setdefault(id, []).append(
                Channel(id=channel_id, kind=_KINDS[kind][0], value=value, visibility=_VISIBLE[visibility])
            )
    reached: dict[str, list[Contact]] = {}
    for id, (institution_id, confirmed, hours, function) in points.items():
        numbers = channels.get(id, [])
        if len(numbers) > 1:
            numbers.sort(key=lambda each: (_KINDS[each.kind][1], each.value, each.id))
        contact = Contact(
            id=id,
            institution_id=institution_id,
            function=function,
            channels=tuple(numbers),
            hours=hours,
            confirmed_on=_day(confirmed),
        )
        reached.setdefault(institution_id, []).append(contact)
    stages: dict[str, list[str]] = {}
    for text in parts.get("stages", ()):
        id, stage = text.split(_UNIT, 1)
        stages.setdefault(id, []).append(stage)
    for each in reached.values():
        if len(each) > 1:
            each.sort(key=lambda contact: (polish_key(contact.function), contact.id))
    return {
        id: (reached.get(id, []), tuple(sorted(stages.get(id, ()), key=_STAGES.__getitem__)))
        for id in reached.keys() | stages.keys()
    }


PROFILE: LiteralString = (
    """
    MATCH (i:Institution {id: $id})-[:OF_TYPE]->(t:InstitutionType)
    WHERE """
    + institutions.WITHIN
    + """
    RETURN i {.id, .name_pl, .short_name, .national, .city, .website, .name_2014, .source, .note, .active_from,
              .active_to, .version, .example, .languages, .groups, .card_hours, .card_confirmed_on, .card_version}
           AS it, t.code AS type,
        COLLECT { MATCH (i)-[:PART_OF {kind: 'parent'}]->(p:Institution) RETURN p.id } AS parents,
        COLLECT { MATCH (i)-[r:COVERS]->(v:Voivodeship) RETURN [v.teryt, coalesce(r.partial, false)] } AS covers,
        COLLECT { MATCH (i)-[:CARRIES_OUT]->(k:Task) RETURN [k.position, k.stage, k.text, k.legal_basis] } AS tasks,
        COLLECT { MATCH (i)-[:OFFERS]->(o:Resource)
                  RETURN [o.position, o.kind, o.quantity, o.as_of, o.note] } AS resources,
        COLLECT { MATCH (i)-[:HAS_CONTACT]->(c:ContactPoint)
                  RETURN c {.id, .function, .hours, .confirmed_on, .version, .example} } AS contacts,
        COLLECT { MATCH (i)-[:HAS_CONTACT]->(c:ContactPoint)-[:HAS_CHANNEL]->(n:Channel)
                  RETURN [c.id, n.id, n.kind, CASE WHEN n.visibility = 'private' THEN '' ELSE n.value END,
                          n.visibility] } AS channels
    """
)
# What a line of "what each side states" shows of a claim; the partner's name comes with it.
SAID: LiteralString = (
    """
    MATCH (own:Institution {id: $id})
    CALL (own) {
        MATCH (own)-[:STATES]->(c:Claim) WHERE c.current_key IS NOT NULL RETURN c
        UNION ALL
        MATCH (own)<-[:ABOUT]-(c:Claim) WHERE c.current_key IS NOT NULL RETURN c
    }
    MATCH (a:Institution {id: c.claimant_id}), (b:Institution {id: c.partner_id})
    WHERE """
    + BOTH_VISIBLE
    + """
    WITH c, CASE WHEN a.id = $id THEN b ELSE a END AS other
    RETURN collect([c.id, c.claimant_id, c.partner_id, c.area, c.stance, c.frequency, c.valid_from, c.valid_to,
                    c.last_activity, c.stated_on, c.source, c.example, other.id,
                    coalesce(other.short_name, other.name_pl)]) AS rows
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All of an institution's page. `said` is None for who may not read claims; `partners` by id, in Polish order."""

    institution: Institution
    contacts: list[Contact]  # without private values; functions in Polish order
    card: Card
    relatives: list[Relative]
    history: list[Change]
    said: list[Voices] | None
    partners: dict[str, Named]


def profile(store: Store, reach: Scope, claims_reach: Scope | None, institution_id: str) -> Profile:
    """The page of an institution in four queries. Raises NotFound also when it lies outside the scope.

    `claims_reach`: how far the reader sees claims; None for not at all.
    """
    return store.read_with(_profile, reach, claims_reach, institution_id)


def _profile(tx: Tx, reach: Scope, claims_reach: Scope | None, institution_id: str) -> Profile:
    rows = tx.run(PROFILE, id=institution_id, **reach.params())
    if not rows:
        raise NotFound(institution_id)
    row = rows[0]
    points = _points(institution_id, row)
    said = [] if claims_reach is None else _said(tx, claims_reach, institution_id)
    return Profile(
        institution=institutions.institution({**row, "parent_id": next(iter(row["parents"]), None)}),
        contacts=points,
        card=profiles.from_row(institution_id, row),
        relatives=institutions.relatives_from(
            tx.run(institutions.RELATIVES, id=institution_id, **reach.params())
        ),
        history=profiles.changes(
            tx.run(profiles.HISTORY, ids=[institution_id, *(each.id for each in points)], limit=profiles.LATEST)
        ),
        said=None if claims_reach is None else voices(institution_id, [claim for claim, _ in said]),
        partners={
            each.id: each
            for each in sorted({partner for _, partner in said}, key=lambda it: (polish_key(it.name), it.id))
        },
    )


def _points(institution_id: str, row: dict[str, Any]) -> list[Contact]:
    channels: dict[str, list[list[str]]] = {}
    for contact_id, *channel in row["channels"]:
        channels.setdefault(contact_id, []).append(channel)
    found = [
        contacts.from_row(
            {"institution_id": institution_id, "contact": each, "channels": channels.get(each["id"], ())}
        )
        for each in row["contacts"]
    ]
    return sorted(found, key=lambda each: (polish_key(each.function), each.id))


def _said(tx: Tx, reach: Scope, institution_id: str) -> list[tuple[Claim, Named]]:
    return [
        (_claim(*each[:12]), Named(each[12], each[13]))
        for row in tx.run(SAID, id=institution_id, **reach.params())
        for each in row["rows"]
    ]


def _claim(
    id: str,
    claimant_id: str,
    partner_id: str,
    area: str,
    stance: str,
    frequency: str | None,
    valid_from: str | None,
    valid_to: str | None,
    last_activity: str | None,
    stated_on: str,
    source: str,
    example: bool | None,
) -> Claim:
    return Claim(
        id=id,
        claimant_id=claimant_id,
        partner_id=partner_id,
        area=area,
        stance=Stance(stance),
        frequency=Frequency(frequency) if frequency else None,
        valid_from=_day(valid_from),
        valid_to=_day(valid_to),
        last_activity=_day(last_activity),
        stated_on=date.fromisoformat(stated_on),
        source=ClaimSource(source),
        example=bool(example),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
