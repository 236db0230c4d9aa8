"""What an institution gets back for its ten minutes: what to do first, who can help, which ties its answers suggest.

Pure. Sentences come through a translator; nothing is written anywhere: a suggested tie is a proposal that somebody
confirms, one by one, or leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from coordination.graph.model import ClaimSource, Institution, Stance
from coordination.i18n import N_, Translator, local
from coordination.surveys.model import Item, Kind, Option, Response, Said
from coordination.surveys.scoring import HUNDRED, ZERO, ItemScore, ItemState, Result

FIRST_STEPS = 3
# The item in which an institution offers to others what it has.
OFFER = "RS07"

NEXT_LEVEL = N_("Next level: %(next)s")
NEXT_ANSWER = N_("Next step: from “%(now)s” to “%(next)s”.")
FIND_OUT = N_("Find out and answer: “don't know” was given here.")
ANSWER_IT = N_("Answer this question: it is one of the critical ones.")
MORE_OPTIONS = N_("Still missing: %(next)s.")
MORE_OF = N_("Now %(now)s; the next threshold is %(next)s.")
EVIDENCE = N_("It can be shown by: %(evidence)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do about one critical item: weakest first. `score` is None where it was not answered."""

    item: Item
    score: Fraction | None
    state: ItemState
    value: object = None

    def told(self, tr: Translator) -> str:
        """The action, from the item's own levels and answers."""
        if self.state is ItemState.UNKNOWN:
            return tr._(FIND_OUT)
        if self.score is None:
            return tr._(ANSWER_IT)
        return _next(self.item, self.value, self.score, tr)

    def hints(self, tr: Translator) -> tuple[str, ...]:
        """What the questionnaire says beside the item: its hint, and how the step can be shown."""
        hint, evidence = local(self.item, "hint", tr.lang), local(self.item, "evidence", tr.lang)
        shown = tr._(EVIDENCE, evidence=evidence) if evidence.strip("–- ") else ""
        return tuple(one for one in (hint.strip("–- "), shown) if one)


def first_steps(result: Result, number: int = FIRST_STEPS) -> tuple[Step, ...]:
    """The weakest critical items with something left to do, at most `number`.

    Lowest score first, among equals the heavier in the whole, then the order of the questionnaire. Items at 100 need
    nothing; those without an answer come after all that have one, "don't know" before missing.
    """
    weights = {dimension.id: dimension.weight for dimension in result.questionnaire.dimensions}
    order = {item.id: place for place, item in enumerate(result.questionnaire.items)}
    open_ = (ItemState.UNKNOWN, ItemState.MISSING)

    def urgency(one: ItemScore) -> tuple[Fraction, int, Fraction, int]:
        answered = one.score if one.score is not None else HUNDRED
        heavy = weights.get(one.item.dimension, ZERO) * one.item.weight
        return answered, open_.index(one.state) + 1 if one.state in open_ else 0, -heavy, order[one.item.id]

    critical = [
        one
        for one in result.items.values()
        if one.item.critical
        and (one.state in open_ or (one.score is not None and one.score < _best(one.item)))
    ]
    return tuple(
        Step(item=one.item, score=one.score, state=one.state, value=one.answer.value if one.answer else None)
        for one in sorted(critical, key=urgency)[:number]
    )


def _best(item: Item) -> Fraction:
    scores = [option.score for option in item.options if option.score is not None]
    return max(scores, default=HUNDRED) if item.kind in (Kind.YPN, Kind.CHOICE) else HUNDRED


def _next(item: Item, value: object, score: Fraction, tr: Translator) -> str:
    if item.kind is Kind.MATURITY and isinstance(value, int):
        level = item.level(value + 1)
        return tr._(NEXT_LEVEL, next=local(level, "label", tr.lang)) if level else ""
    if item.kind is Kind.NUMBER:
        band = min((b for b in item.bands if b.score > score), key=lambda b: b.score, default=None)
        return tr._(MORE_OF, now=_amount(value, item), next=_amount(band.low, item)) if band else ""
    if item.kind is Kind.MULTICHOICE and isinstance(value, tuple):
        missing = [local(option, "label", tr.lang) for option in item.options if option.value not in value]
        return tr._(MORE_OPTIONS, next=", ".join(missing))
    better = sorted(
        (option for option in item.options if option.score is not None and option.score > score),
        key=lambda option: option.score or ZERO,
    )
    now: Option | None = item.option(value)
    if not better or now is None:
        return ""
    return tr._(NEXT_ANSWER, now=local(now, "label", tr.lang), next=local(better[0], "label", tr.lang))


def _amount(value: object, item: Item) -> str:
    return f"{value} %" if item.unit == "%" else str(value)


# --- who can help


@dataclass(frozen=True, slots=True)
class Helper:
    """An institution that is strong at an item and has offered to share what it has. Its score is not told."""

    institution_id: str
    offer: str


def helpers(
    item_id: str, others: Iterable[tuple[Response, Result]], *, without: str = "", offer: str = OFFER
) -> tuple[Helper, ...]:
    """Who is strong at an item and has written an offer; by id, so that nobody is ranked.

    Parameters
    ----------
    others
        Responses of the voivodeship, with their results.
    without
        Id of the institution that asks.
    """
    found = {}
    for response, result in others:
        one = result.items.get(item_id)
        score = one.score if one else None
        strong = score is not None and score >= result.questionnaire.rules.strength_at_least
        answer = response.said(offer)
        text = str(answer.value or "").strip() if answer and answer.said is Said.VALUE else ""
        if strong and text and response.institution_id != without:
            found[response.institution_id] = Helper(response.institution_id, text)
    return tuple(found[one] for one in sorted(found))


# --- ties


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer of at least `score` to an item suggests a tie in an area with institutions of some types."""

    item: str
    score: Fraction
    area: str
    partners: tuple[str, ...]


_HALF, _GOOD = Fraction(50), Fraction(70)
SUGGESTIONS = (
    # The contact of KCIK at hand; of the consultant, who works in the voivode's social department.
    Suggestion("RO04", _HALF, "referral", ("kcik",)),
    Suggestion("RO03", _HALF, "referral", ("voivode_social_dept",)),
    # Somebody can be handed over, and it is known to whom.
    Suggestion("SR01", Fraction(75), "referral", ("kcik",)),
    # A place at night stands on an arrangement with a crisis centre or KCIK.
    Suggestion("SR05", _GOOD, "crisis_shelter", ("crisis_centre", "kcik")),
    # The whole path of a child is set.
    Suggestion("SR07", Fraction(75), "child_victims", ("court_family", "child_care_facility")),
    Suggestion("CO04", _GOOD, "info_exchange", ("voivodeship_office",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedClaim:
    """A statement an answer suggests, as plain data; `item` says why. It is a proposal until somebody confirms it."""

    claimant_id: str
    partner_id: str
    area: str
    item: Item
    stance: Stance = Stance.COOPERATES
    source: ClaimSource = ClaimSource.SURVEY


def proposed_claims(
    response: Response,
    result: Result,
    institutions: Mapping[str, Institution],
    stated: Collection[tuple[str, str]],
    suggestions: Iterable[Suggestion] = SUGGESTIONS,
) -> tuple[ProposedClaim, ...]:
    """Ties a response suggests with active institutions that share a voivodeship, each pair and area once.

    Parameters
    ----------
    institutions
        Active ones, by id, the claimant included.
    stated
        (partner id, area) of everything the claimant has said already, denials too: nothing of it is proposed.

    Returns
    -------
    In the order of the suggestions, then of ids. Nothing where the institution answered that it cooperated with none.
    """
    claimant = institutions.get(response.institution_id)
    with_how_many = response.said("CO02")
    if claimant is None or (with_how_many and with_how_many.said is Said.VALUE and with_how_many.value == 0):
        return ()
    taken = set(stated)
    found: list[ProposedClaim] = []
    for suggestion in suggestions:
        one = result.items.get(suggestion.item)
        if one is None or one.score is None or one.score < suggestion.score:
            continue
        for partner in sorted(institutions.values(), key=lambda i: i.id):
            key = (partner.id, suggestion.area)
            if partner.type not in suggestion.partners or partner.id == claimant.id or key in taken:
                continue
            if not share_a_place(claimant, partner):
                continue
            taken.add(key)
            found.append(
                ProposedClaim(
                    claimant_id=claimant.id, partner_id=partner.id, area=suggestion.area, item=one.item
                )
            )
    return tuple(found)


def share_a_place(one: Institution, other: Institution) -> bool:
    """Whether two institutions act in a voivodeship in common; a national body acts in all."""
    return one.national or other.national or bool(set(one.voivodeships) & set(other.voivodeships))


def would_gain(result: Result, step: Step) -> Fraction | None:
    """How much the whole would rise if the item of a step were at its best; None where there is no whole.

    Shown beside a step as a reason to begin with it, and worked out from the parts alone.
    """
    if result.score is None or step.score is None:
        return None
    dimension = result.dimension(step.item.dimension)
    if dimension.score is None:
        return None
    rise = (_best(step.item) - step.score) * step.item.weight / dimension.answered_weight
    return rise * result.share(dimension)
