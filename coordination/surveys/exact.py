"""Weighted sums and bounds of means, exactly. Pure.

Whole numbers over a common denominator: as exact as adding fractions one by one, and several times as quick.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

ONE = Fraction(1)

Parts = list[tuple[Fraction, Fraction]]  # (value, weight)


def extreme(certain: Parts, optional: Parts, sign: int) -> Fraction | None:
    """The lowest (`sign` -1) or highest (1) weighted mean of what counts for certain and what may count.

    What may count may also turn out not to apply. Taken from the most extreme on, it counts only while it moves the
    mean outwards; where nothing counts for certain, the most extreme alone is the bound.
    """
    scale, heavy = _common(certain + optional)
    summed = weight = 0
    for value, part in certain:
        whole_part = part.numerator * (heavy // part.denominator)
        summed += value.numerator * (scale // value.denominator) * whole_part
        weight += whole_part
    for value, part in sorted(optional, key=lambda one: one[0], reverse=sign > 0):
        whole_value = value.numerator * (scale // value.denominator)
        if weight and sign * whole_value * weight <= sign * summed:
            break
        whole_part = part.numerator * (heavy // part.denominator)
        summed += whole_value * whole_part
        weight += whole_part
    return Fraction(summed, weight * scale) if weight else None


def points(parts: Parts) -> Fraction:
    """The sum of value x weight."""
    scale, heavy = _common(parts)
    summed = sum(
        value.numerator * (scale // value.denominator) * part.numerator * (heavy // part.denominator)
        for value, part in parts
    )
    return Fraction(summed, scale * heavy)


def _common(parts: Parts) -> tuple[int, int]:
    """The least common denominators of the values and of the weights."""
    return lcm(*(value.denominator for value, _ in parts)), lcm(*(part.denominator for _, part in parts))


def total(numbers: Iterable[Fraction]) -> Fraction:
    return points([(number, ONE) for number in numbers])
