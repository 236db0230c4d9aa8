"""The change between two responses of one institution: only over items that both have a score for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from coordination.errors import Invalid
from coordination.i18n import N_
from coordination.surveys.model import Dimension, Item
from coordination.surveys.scoring import ZERO, Result

OTHER_MAIN_VERSION = N_(
    "Results of questionnaires with different main versions (%(before)s and %(after)s) are not compared."
)
OTHER_QUESTIONNAIRE = N_("Results of different questionnaires are not compared.")


@dataclass(frozen=True, slots=True)
class ItemChange:
    item: Item  # of the later version
    before: Fraction
    after: Fraction

    @property
    def difference(self) -> Fraction:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class DimensionChange:
    """Means over the common items, weighted as in the later version.

    `basis` is the share (0..1) of the later answered weight that the common items make: how far the change
    speaks for the dimension.
    """

    dimension: Dimension
    items: tuple[ItemChange, ...]
    before: Fraction
    after: Fraction
    basis: Fraction

    @property
    def difference(self) -> Fraction:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` of the whole are None where fewer dimensions than the rules want have a common item.

    They are not the scores of the two results, which may stand on other items: they compare like with like.
    `only_before`, `only_after` are ids of items that have a score in one of them only.
    """

    dimensions: tuple[DimensionChange, ...]
    before: Fraction | None
    after: Fraction | None
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    @property
    def difference(self) -> Fraction | None:
        return None if self.after is None or self.before is None else self.after - self.before

    @property
    def items(self) -> tuple[ItemChange, ...]:
        return tuple(one for dimension in self.dimensions for one in dimension.items)


def change(before: Result, after: Result) -> Change:
    """What changed from one result to a later one.

    Raises
    ------
    Invalid
        If they are of different questionnaires or main versions, which are never compared.
    """
    old, new = before.questionnaire, after.questionnaire
    if old.id != new.id:
        raise Invalid(OTHER_QUESTIONNAIRE)
    if old.major != new.major:
        raise Invalid(OTHER_MAIN_VERSION, before=old.version, after=new.version)
    was = {one.item.id: one.score for one in before.items.values() if one.score is not None}
    dimensions: list[DimensionChange] = []
    only_after: list[str] = []
    for dimension in after.dimensions:
        common: list[ItemChange] = []
        for one in dimension.items:
            if one.score is None:
                continue
            earlier = was.pop(one.item.id, None)
            if earlier is None:
                only_after.append(one.item.id)
            else:
                common.append(ItemChange(one.item, earlier, one.score))
        if common:
            weight = sum((one.item.weight for one in common), ZERO)
            dimensions.append(
                DimensionChange(
                    dimension.dimension,
                    tuple(common),
                    sum((one.before * one.item.weight for one in common), ZERO) / weight,
                    sum((one.after * one.item.weight for one in common), ZERO) / weight,
                    weight / dimension.answered_weight,
                )
            )
    total = sum((one.dimension.weight for one in dimensions), ZERO)
    enough = bool(total) and len(dimensions) >= new.rules.min_dimensions
    return Change(
        tuple(dimensions),
        sum((one.before * one.dimension.weight for one in dimensions), ZERO) / total if enough else None,
        sum((one.after * one.dimension.weight for one in dimensions), ZERO) / total if enough else None,
        tuple(was),
        tuple(only_after),
    )
