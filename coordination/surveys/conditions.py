"""Which items an institution is asked, given its type and the answers so far. Pure functions.

An item whose condition hangs on an item that is not shown, not answered, answered "don't know" or "not applicable"
is hidden: an old answer behind a closed door opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from coordination.surveys.model import EVERYBODY, Answer, Condition, Item, Questionnaire, Said, Value


def applies(item: Item, institution_type: str, groups: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the item is meant for institutions of a type: for all, by its code, or by a group that holds it."""
    return any(
        audience in (EVERYBODY, institution_type) or institution_type in groups.get(audience, ())
        for audience in item.applies_to
    )


def meant_for(questionnaire: Questionnaire, institution_type: str) -> tuple[Item, ...]:
    """The items for a type, in order, whatever is answered."""
    if institution_type not in questionnaire.memo:
        questionnaire.memo[institution_type] = tuple(
            item for item in questionnaire.items if applies(item, institution_type, questionnaire.groups)
        )
    return questionnaire.memo[institution_type]


def audience(item: Item, groups: Mapping[str, tuple[str, ...]], types: tuple[str, ...]) -> tuple[str, ...]:
    """The types, of those given and in their order, that the item is meant for."""
    return tuple(code for code in types if applies(item, code, groups))


def holds(condition: Condition, value: Value | None) -> bool:
    """Whether a condition holds for the value of an answer. None, and a number for a text, hold nothing."""
    if value is None:
        return False
    if condition.any_of:
        values = value if isinstance(value, tuple) else (_plain(value),)
        return any(one in condition.any_of for one in values)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    number = Fraction(value)
    if condition.gt is not None:
        return number > condition.gt
    return condition.lt is not None and number < condition.lt


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def shown(
    questionnaire: Questionnaire, institution_type: str, answers: Mapping[str, Answer]
) -> tuple[Item, ...]:
    """The items an institution is asked, in order.

    Parameters
    ----------
    answers
        By item id; a copied answer that was not confirmed opens nothing. Answers to hidden items stay without
        effect, so they may be kept while somebody changes their mind.
    """
    return _walk(
        questionnaire, institution_type, answers, lambda condition, answer: _opens(condition, answer)
    )


def possible(
    questionnaire: Questionnaire, institution_type: str, answers: Mapping[str, Answer]
) -> tuple[Item, ...]:
    """The items it is asked or may yet be asked, once what is missing or unknown is answered; in order.

    Every item of `shown` is among them. A door that an answer closed stays closed.
    """

    def may_open(condition: Condition, answer: Answer | None) -> bool:
        still_open = answer is None or answer.said is Said.UNKNOWN
        return still_open or _opens(condition, answer)

    return _walk(questionnaire, institution_type, answers, may_open)


def _opens(condition: Condition, answer: Answer | None) -> bool:
    return answer is not None and answer.said is Said.VALUE and holds(condition, answer.value)


def _walk(
    questionnaire: Questionnaire,
    institution_type: str,
    answers: Mapping[str, Answer],
    passes: Callable[[Condition, Answer | None], bool],
) -> tuple[Item, ...]:
    # One pass is enough: a condition looks back only, which is checked at publishing.
    there: set[str] = set()
    found: list[Item] = []
    for item in meant_for(questionnaire, institution_type):
        for condition in item.show_if:
            answer = answers.get(condition.item)
            if answer is not None and answer.copied:
                answer = None
            if condition.item not in there or not passes(condition, answer):
                break
        else:
            there.add(item.id)
            found.append(item)
    return tuple(found)
