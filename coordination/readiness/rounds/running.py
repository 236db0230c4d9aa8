"""Running a round: whom it asks, opening it, asking more, moving its end, closing it. No Flask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from coordination.clock import now, today
from coordination.errors import Invalid
from coordination.graph import audit, directory, questionnaires, responses, rounds, survey_links
from coordination.graph.directory import Entry
from coordination.graph.rounds import Addressee, Round
from coordination.graph.store import Store, Tx
from coordination.i18n import N_
from coordination.permissions import Actor, Permission, require, scope
from coordination.readiness.answering.handing import link_until
from coordination.readiness.rounds import mailing


def listed(store: Store, actor: Actor, teryt: str = "") -> list[Round]:
    """Rounds this actor works with; drafts only where they may be changed."""
    found = rounds.listed(store, scope(actor, Permission.ROUND_MANAGE))
    return [
        each
        for each in found
        if (not teryt or each.voivodeship in ("", teryt))
        and (each.state != "draft" or may_change(actor, each))
    ]


def one(store: Store, actor: Actor, round_id: str) -> Round:
    """A round whose board this actor may read. Raises NotFound."""
    found = rounds.one(store, scope(actor, Permission.ROUND_MANAGE), round_id)
    return found if found.state != "draft" else changeable(actor, found)


def may_change(actor: Actor, found: Round) -> bool:
    """Whether this is their own round: a voivodeship's for its consultant, any for the national reviewer."""
    reach = scope(actor, Permission.ROUND_MANAGE)
    return reach.everything or found.voivodeship in reach.voivodeships


def changeable(actor: Actor, found: Round) -> Round:
    """The round itself. Raises NotFound where it is not theirs to change."""
    require(actor, Permission.ROUND_MANAGE, voivodeship=found.voivodeship)
    return found


def candidates(store: Store, actor: Actor, voivodeship: str) -> list[Entry]:
    """Institutions that can be asked, units among them, in Polish order: those that are active today.

    National bodies are asked in a round of the country only.
    """
    reach = scope(actor, Permission.ROUND_MANAGE)
    found = directory.entries(store, reach, teryt=voivodeship or None)
    day = today().isoformat()
    return [
        each
        for each in found.values()
        if (each.active_to is None or each.active_to >= day) and not (voivodeship and each.national)
    ]


def by_type(found: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The same, grouped by institution type in the order of first appearance."""
    groups: dict[str, list[Entry]] = {}
    for each in found:
        groups.setdefault(each.type, []).append(each)
    return groups


def targets_of(store: Store, questionnaire_id: str, scores: Mapping[str, int]) -> dict[str, dict[str, float]]:
    """One target per institution type, laid on every dimension of the questionnaire."""
    dimensions = questionnaires.load(store, questionnaire_id).dimensions
    return {code: {each.id: float(score) for each in dimensions} for code, score in scores.items()}


def target_scores(found: Round) -> dict[str, int]:
    """The target of each institution type as it was given."""
    return {code: round(max(each.values())) for code, each in found.targets.items() if each}


def save_draft(store: Store, actor: Actor, found: Round | None, **values: Any) -> Round:
    """Write a new draft, or change one or an open round. Raises Invalid for dates in the wrong order, and Conflict."""
    opens_on, closes_on = values["opens_on"], values["closes_on"]
    if closes_on < opens_on:
        raise Invalid(N_("The last day must not come before the first."), field="closes_on")
    if found is None:
        require(actor, Permission.ROUND_MANAGE, voivodeship=values["voivodeship"])
        made = Round(id=str(uuid4()), state="draft", version=1, **values)
        store.change(rounds.create, actor, made, now())
        return made
    changeable(actor, found)
    values.pop("voivodeship", None)
    values.pop("questionnaire_id", None)
    changed = replace(found, **values)
    store.change(
        _edit, actor, changed, now(), prolonged=changed.closes_on != found.closes_on and found.state == "open"
    )
    return changed


def _edit(tx: Tx, actor: Actor, changed: Round, at: datetime, *, prolonged: bool) -> None:
    rounds.edit(tx, actor, changed, at)
    if prolonged:
        survey_links.prolong(tx, changed.id, link_until(changed))


def choose(store: Store, actor: Actor, found: Round, chosen: Collection[str]) -> Round:
    """Say exactly whom a draft will ask; ids of others than the candidates are left out. Raises Conflict."""
    changeable(actor, found)
    known = [each.id for each in candidates(store, actor, found.voivodeship) if each.id in set(chosen)]
    changed = replace(found, audience=tuple(known))
    store.change(rounds.edit, actor, changed, now())
    return changed


def audience(store: Store, actor: Actor, found: Round) -> list[Entry]:
    """The institutions of a draft as they are today: who became inactive since is no longer among them."""
    wanted = set(found.audience)
    return [each for each in candidates(store, actor, found.voivodeship) if each.id in wanted]


def open_(store: Store, actor: Actor, found: Round, secret: str) -> int:
    """Open a draft for its audience and put the invitations into the outbox; how many were invited.

    The responses come in one step with the opening; letters follow in portions, and `complete` prepares those that an
    interruption left out. Raises Invalid where nobody is asked, and Conflict.
    """
    changeable(actor, found)
    asked = audience(store, actor, found)
    if not asked:
        raise Invalid(N_("The round asks nobody yet. Choose the institutions first."))
    store.change(rounds.open_, actor, found, _addressees(asked), now())
    complete(store, actor, replace(found, state="open"), secret)
    return len(asked)


def add(store: Store, actor: Actor, found: Round, chosen: Collection[str], secret: str) -> int:
    """Ask more institutions in an open round; how many are new."""
    changeable(actor, found)
    there = {
        each.institution_id
        for each in responses.of_round(store, scope(actor, Permission.ROUND_MANAGE), found.id)
    }
    asked = [
        each
        for each in candidates(store, actor, found.voivodeship)
        if each.id in set(chosen) and each.id not in there
    ]
    if asked:
        store.change(_add, actor, found, _addressees(asked), now())
        complete(store, actor, found, secret)
    return len(asked)


def _add(tx: Tx, actor: Actor, found: Round, asked: Sequence[Addressee], at: datetime) -> None:
    rounds.edit(tx, actor, found, at)  # an open round of this version: a closed one asks nobody any more
    rounds.add(tx, found.id, asked, at)
    audit.record(tx, actor, "round:add", found.id, after={"count": len(asked)}, at=at)


def complete(store: Store, actor: Actor, found: Round, secret: str) -> int:
    """Prepare the invitations that are not there yet; how many."""
    return mailing.invite(store, actor, found, secret)


def close(store: Store, actor: Actor, found: Round) -> None:
    """End the round. Raises Conflict."""
    changeable(actor, found)
    store.change(rounds.close, actor, found, now())


def drop(store: Store, actor: Actor, found: Round) -> None:
    """Throw a draft away. Raises Conflict when somebody changed or opened it since it was read."""
    changeable(actor, found)
    store.change(rounds.drop, actor, found)


def _addressees(asked: Iterable[Entry]) -> list[Addressee]:
    return [
        Addressee(response_id=str(uuid4()), institution_id=each.id, institution_type=each.type)
        for each in asked
    ]
