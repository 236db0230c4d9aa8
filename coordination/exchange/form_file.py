"""An XLSForm file as a questionnaire, read in a bounded child process. Nothing of the file is trusted here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from coordination import guard
from coordination.errors import Invalid
from coordination.i18n import N_
from coordination.surveys import questionnaire as plain
from coordination.surveys.model import Questionnaire

LARGEST = 4 * 1024 * 1024  # bytes of the file as it comes
SECONDS = 40.0  # by the clock, on a busy machine; the processor time below ends a hostile file sooner
LIMITS = {"memory": 768 * 1024 * 1024, "cpu": 15, "file": 32 * 1024 * 1024}
ITEMS, TEXT = 500, 6000  # the most a questionnaire may have
ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)
NUMBER = re.compile(r"\d{1,4}(\.\d{1,4}){0,3}", re.ASCII)
RESERVED = ("from-file",)  # an address of the room
_READER = Path(__file__).with_name("_form_reader.py")

LARGE = N_("The file is larger than %(megabytes)s MB: a questionnaire is smaller.")
STOPPED = N_("Reading the file took more time or memory than is allowed, so it was stopped.")
BAD_ID = N_("The form’s id (%(what)s) may hold letters without accents, digits, _, . and - only: change form_id in the sheet settings.")
MANY = N_("The form has more than %(most)s questions: divide it.")
PERSONAL = N_("%(where)s: a text holds what looks like data of a person or a case (%(what)s): remove it.")
LONG = N_("%(where)s: a text is longer than %(most)s characters: shorten it.")


def read(content: bytes, types: Mapping[str, tuple[str, str]]) -> Questionnaire:
    """The questionnaire of an XLSForm workbook; its version is empty where the form names none that can be used.

    Raises
    ------
    Invalid
        With a sentence for everything that is no form of ours to take over, or holds data of persons.
    """
    if len(content) > LARGEST:
        raise Invalid(LARGE, megabytes=LARGEST // 1024 // 1024)
    answer = _ask(content, types)
    if "questionnaire" not in answer:
        raise Invalid(answer["refused"] or STOPPED, **answer["values"])
    data = answer["questionnaire"]
    head = data["survey"]
    if not ID.fullmatch(head["id"]) or head["id"] in RESERVED:
        raise Invalid(BAD_ID, what=head["id"][:40] or "–")
    if not NUMBER.fullmatch(head["version"]):
        head["version"] = ""
    if len(data["items"]) > ITEMS:
        raise Invalid(MANY, most=ITEMS)
    for where, text in _texts(data, ""):
        if len(text) > TEXT:
            raise Invalid(LONG, where=where, most=TEXT)
        if found := guard.find(text):
            raise Invalid(PERSONAL, where=where, what=found[0].fragment)
    return plain.read(data)


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text with the id of what holds it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        here = str(value.get("id") or where)
        for one in value.values():
            yield from _texts(one, here)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, where)


def _ask(content: bytes, types: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    task = json.dumps({**LIMITS, "types": {code: list(names) for code, names in types.items()}})
    # -I: neither the caller's directory nor its environment can change what the reader imports.
    command = [sys.executable, "-I", str(_READER), task]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder,
            env={**os.environ, "TMPDIR": folder, "TEMP": folder},
        ) as child,
    ):  # fmt: skip
        try:
            answer, _ = child.communicate(content, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return {"refused": "", "values": {}}
    if child.returncode != 0:
        return {"refused": "", "values": {}}
    return json.loads(answer)
