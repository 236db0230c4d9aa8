"""How measurements are written: a table of Markdown, and a time with its best and its median."""

from __future__ import annotations

from collections.abc import Sequence

from bench.measure import Timing


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def ms(timing: Timing) -> str:
    return f"{timing.best * 1e3:.1f} ({timing.median * 1e3:.1f})"
