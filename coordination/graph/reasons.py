"""Why a gap has its state, and what to do next, in sentences with names and dates. Pure; the reader's words
come through a translator.

Names are never inflected: every sentence is built so that they stand in the nominative, after a colon or in
brackets. Sentences say what was stated and when; they never judge an institution.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from coordination.graph.facts import Statement, World
from coordination.graph.gaps import Gap
from coordination.graph.model import GapState, Stance, TieState
from coordination.graph.ties import Tie
from coordination.i18n import Translator, local, nN_, polish_key, short_date

NAMED = 3  # names in a sentence before "and so many more"

_SILENT = nN_(
    "Cooperation is stated by: %(who)s; the other side (%(other)s) has not answered for %(num)s day.",
    "Cooperation is stated by: %(who)s; the other side (%(other)s) has not answered for %(num)s days.",
)
_MORE_PAIRS = nN_("One more pair is in this state.", "%(num)s more pairs are in this state.")
_MORE_NAMES = nN_("%(names)s and %(num)s more", "%(names)s and %(num)s more")


class Told(NamedTuple):
    reason: str
    next: str


def tell(gap: Gap, world: World, tr: Translator) -> Told:
    """The reason and the next step of a gap in the translator's language."""
    return Told(reason(gap, world, tr), next_step(gap, world, tr))


def reason(gap: Gap, world: World, tr: Translator) -> str:
    """Why it has its state: one or two sentences."""
    if gap.state is GapState.WAIVED and gap.waiver is not None:
        return tr._(
            "Waived until %(day)s. %(reason)s",
            day=short_date(gap.waiver.valid_to),
            reason=_why(gap, world, tr),
        )
    return _why(gap, world, tr)


def _why(gap: Gap, world: World, tr: Translator) -> str:
    state = gap.underlying_state
    if state is GapState.NO_INSTITUTION:
        return _missing(gap, world, tr)
    if state is GapState.GAP:
        return _nothing_live(gap, world, tr)
    if state is GapState.PARTIAL:
        return _partly(gap, world, tr)
    first = gap.deciding[0]
    pair = {"a": world.short_name(first.a), "b": world.short_name(first.b)}
    if state is GapState.UNCONFIRMED:
        said = first.holders[0]
        days = (gap.on - said.stated_on).days
        values = {"who": _signed(said, world), "other": world.short_name(said.partner_id)}
        if days < 1:
            text = tr._(
                "Cooperation is stated by: %(who)s; the other side (%(other)s) has not answered yet.",
                **values,
            )
        else:
            text = tr.n(*_SILENT, days, **values)
        return text + _more(gap, tr)
    if state is GapState.DISPUTED:
        return _contradiction(first, world, tr) + _more(gap, tr)
    if state is GapState.STALE:
        return tr._(
            "Stated by both sides: %(a)s, %(b)s. The last statement or activity of one of them is of %(day)s, "
            "more than 24 months ago.",
            day=short_date(first.last_sign),
            **pair,
        ) + _more(gap, tr)
    if state is GapState.FORMALISED:
        titles = [paper.title for paper in world.agreements if paper.id in gap.agreements and paper.title]
        if titles:
            return tr._(
                "Stated by both sides within 24 months: %(a)s, %(b)s. In force: %(agreement)s.",
                agreement="; ".join(titles[:NAMED]),
                **pair,
            ) + _more(gap, tr)
    return tr._("Stated by both sides within 24 months: %(a)s, %(b)s.", **pair) + _more(gap, tr)


def next_step(gap: Gap, world: World, tr: Translator) -> str:
    """What moves it on: one sentence, without a subject, for whoever is to act."""
    if gap.state is GapState.WAIVED and gap.waiver is not None:
        return tr._("Come back to it before %(day)s.", day=short_date(gap.waiver.valid_to))
    state = gap.state
    if state is GapState.NO_INSTITUTION:
        types = _types(gap, world, tr)
        if len(types) == 2:
            return tr._("Enter institutions of the types: %(a)s; %(b)s.", a=types[0], b=types[1])
        return tr._("Enter an institution of the type: %(type)s.", type=types[0])
    if state is GapState.UNCONFIRMED:
        silent = [tie.other(tie.holders[0].claimant_id) for tie in gap.deciding]
        return tr._("Ask for confirmation: %(who)s.", who=_names(silent, world, tr))
    if state is GapState.DISPUTED:
        first = gap.deciding[0]
        return tr._("Ask both sides to clarify: %(who)s.", who=_names((first.a, first.b), world, tr))
    if state is GapState.STALE:
        first = gap.deciding[0]
        old = [end for end in (first.a, first.b) if not first.fresh(end)]
        return tr._("Ask for a renewed statement: %(who)s.", who=_names(old, world, tr))
    if state is GapState.PARTIAL:
        return tr._(
            "Build a tie with the other side and have both confirm it; missing so far: %(who)s.",
            who=_names(gap.unmet, world, tr),
        )
    if state is GapState.GAP:
        old = {tie.other(tie.holders[0].claimant_id) for tie in gap.deciding}
        if old:
            return tr._(
                "Ask both sides whether the cooperation goes on: %(who)s.",
                who=_names({end for tie in gap.deciding[:1] for end in (tie.a, tie.b)}, world, tr),
            )
        if gap.expectation.direction == "a_to_b":
            return tr._(
                "Propose a meeting and record what both sides state. The first move is with: %(who)s.",
                who=_names(gap.a, world, tr),
            )
        return tr._(
            "Propose a meeting and record what both sides state: %(who)s.",
            who=_both(gap, world, tr),
        )
    return tr._("Nothing to do.")


def _both(gap: Gap, world: World, tr: Translator) -> str:
    """Who would meet: one side; the other. Institutions of one and the same type are named together."""
    if set(gap.a) == set(gap.b):
        return _names(gap.a, world, tr)
    return "; ".join(_names(side, world, tr) for side in (gap.a, gap.b))


def _missing(gap: Gap, world: World, tr: Translator) -> str:
    types = _types(gap, world, tr)
    if len(types) == 2:
        return tr._("The register holds no institution of the types: %(a)s; %(b)s.", a=types[0], b=types[1])
    if gap.a and gap.b:
        return tr._(
            "The register holds only one institution of the type: %(type)s; a tie needs two.", type=types[0]
        )
    return tr._("The register holds no institution of the type: %(type)s.", type=types[0])


def _types(gap: Gap, world: World, tr: Translator) -> list[str]:
    """Names of the types of which institutions are missing."""
    wanted = gap.expectation
    codes = [code for code, side in ((wanted.type_a, gap.a), (wanted.type_b, gap.b)) if not side]
    codes = list(dict.fromkeys(codes)) or [wanted.type_a]
    return [local(world.types[code], "name", tr.lang) if code in world.types else code for code in codes]


def _nothing_live(gap: Gap, world: World, tr: Translator) -> str:
    if gap.deciding:
        said = gap.deciding[0].holders[0]
        text = tr._(
            "Cooperation was stated by one side only, more than 24 months ago: %(who)s; the other side (%(other)s) "
            "has not answered.",
            who=_signed(said, world),
            other=world.short_name(said.partner_id),
        )
        return text + _more(gap, tr)
    denied = [tie for tie in gap.ties if tie.state is TieState.NONE]
    if denied:
        said = [one for tie in denied[:NAMED] for one in (tie.a_says, tie.b_says) if one is not None]
        return tr._(
            "No cooperation: so stated by %(who)s.",
            who=", ".join(_signed(one, world) for one in said),
        )
    return tr._("Neither side has stated anything in this area.")


def _partly(gap: Gap, world: World, tr: Translator) -> str:
    unmet = set(gap.unmet)
    met = [one for one in gap.smaller if one not in unmet]
    return tr._(
        "Confirmed by both sides: %(met)s. Not yet: %(unmet)s.",
        met=_names(met, world, tr),
        unmet=_names(gap.unmet, world, tr),
    )


def _contradiction(tie: Tie, world: World, tr: Translator) -> str:
    yes = tie.holders[0]
    no = tie.b_says if tie.a_says is yes else tie.a_says
    if no is None:  # a disputed tie always has both
        return ""
    values = {"who": _signed(yes, world), "other": _signed(no, world)}
    if no.stance == Stance.NOT_APPLICABLE:
        return tr._("Cooperation is stated by: %(who)s; “not applicable” is stated by: %(other)s.", **values)
    return tr._("Cooperation is stated by: %(who)s; no cooperation is stated by: %(other)s.", **values)


def _more(gap: Gap, tr: Translator) -> str:
    others = len(gap.deciding) - 1
    if others < 1:
        return ""
    return " " + tr.n(*_MORE_PAIRS, others)


def _signed(said: Statement, world: World) -> str:
    """KSP (10.11.2025): who said it, and when."""
    return f"{world.short_name(said.claimant_id)} ({short_date(said.stated_on)})"


def _names(ids: Iterable[str], world: World, tr: Translator) -> str:
    """Short names in Polish order, each once; the first few, and how many more."""
    names: Sequence[str] = sorted({world.short_name(one) for one in ids}, key=polish_key)
    shown, rest = ", ".join(names[:NAMED]), len(names) - NAMED
    if rest < 1:
        return shown
    return tr.n(*_MORE_NAMES, rest, names=shown)
