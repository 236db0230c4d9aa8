"""One line of a backup file: a JSON object that keeps dates and instants apart from text."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

Line = dict[str, Any]


def write(file: BinaryIO, line: Line) -> None:
    file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n")


def sha256(file: BinaryIO) -> str:
    file.seek(0)
    found = hashlib.sha256()
    while block := file.read(1 << 20):
        found.update(block)
    return found.hexdigest()


def encoded(properties: Line) -> Line:
    return {name: _mark(value) for name, value in properties.items()}


def _mark(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"datetime": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return [_mark(item) for item in value] if isinstance(value, list) else value


def decoded(properties: Line) -> Line:
    return {name: _unmark(value) for name, value in properties.items()}


def _unmark(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            datetime.fromisoformat(value["datetime"])
            if "datetime" in value
            else date.fromisoformat(value["date"])
        )
    return [_unmark(item) for item in value] if isinstance(value, list) else value
