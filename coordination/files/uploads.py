"""Files between their preview and their saving: kept in the data directory for their owner alone, for an hour.

A file with faults is not kept, only what is wrong with it, masked: data of persons that the faults were about do
not stay on the server.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from coordination.errors import NotFound
from coordination.exchange.problems import Problem
from coordination.exchange.tabular import Line, Table

LIFETIME = 3600  # seconds
KEPT = 5  # newest of one account
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,60}")


@dataclass(slots=True)
class Upload:
    """`same`: id in the file → registered id it was said to be; `other`: ids said to be new institutions."""

    owner: str
    kind: str
    filename: str
    table: Table | None = None
    problems: list[Problem] = field(default_factory=list)
    unchanged: int = 0
    wrong: int = 0
    same: dict[str, str] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)
    saved: list[int] | None = None  # created, changed, unchanged


class Uploads:
    """`now` is handed in by tests that do not wait an hour."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "uploads"

    def keep(self, upload: Upload, *, token: str = "", now: float | None = None) -> str:
        """Keep the upload under a new token, or again under its own; the token is in the address of its preview."""
        now = time.time() if now is None else now
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep(upload.owner, now)
        token = token or secrets.token_urlsafe(24)
        path = self._path(upload.owner, token)
        part = path.with_suffix(f".{secrets.token_hex(4)}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(_plain(upload), file, ensure_ascii=True)
        os.utime(part, (now, now))
        part.replace(path)
        return token

    def get(self, owner: str, token: str, *, now: float | None = None) -> Upload:
        """Raises NotFound for an unknown, expired or foreign one, all alike."""
        now = time.time() if now is None else now
        if not _TOKEN.fullmatch(token):
            raise NotFound("upload")
        path = self._path(owner, token)
        try:
            if now - path.stat().st_mtime > LIFETIME:
                raise FileNotFoundError
            return _whole(json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            raise NotFound("upload") from None

    def _path(self, owner: str, token: str) -> Path:
        # The owner is part of the name: another account's token leads to no file at all.
        return self._folder / f"{_digest(owner)[:16]}-{_digest(owner + token)}.json"

    def _sweep(self, owner: str, now: float) -> None:
        mine = []
        for path in self._folder.iterdir():
            try:
                age = now - path.stat().st_mtime
                if age > LIFETIME:
                    path.unlink()
                elif path.name.startswith(_digest(owner)[:16]) and path.suffix == ".json":
                    mine.append((age, path))
            except FileNotFoundError:  # swept by another worker
                continue
        for _, path in sorted(mine)[KEPT:]:
            path.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_NAMES = ("owner", "kind", "filename", "unchanged", "wrong", "same", "other", "saved")


def _plain(upload: Upload) -> dict[str, Any]:
    table = upload.table
    return {
        **{name: getattr(upload, name) for name in _NAMES},
        "problems": [asdict(problem) for problem in upload.problems],
        "table": table and [[table.header.number, table.header.cells], [[x.number, x.cells] for x in table.lines]],
    }


def _whole(plain: dict[str, Any]) -> Upload:
    table = plain.pop("table")
    problems = [Problem(**each) for each in plain.pop("problems")]
    if table is not None:
        header, lines = table
        table = Table(Line(header[0], tuple(header[1])), tuple(Line(number, tuple(cells)) for number, cells in lines))
    return Upload(**plain, problems=problems, table=table)
