"""The network of ties as a file for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from coordination.graph.store import Store
from coordination.permissions import Actor

FORMATS = ("gexf", "graphml", "pajek", "kumu", "ucinet", "csv")


def chunks(
    store: Store, actor: Actor, format: str, *, voivodeship: str | None = None, on: date | None = None
) -> Iterator[bytes]:
    raise NotImplementedError
