"""Reads one XLSForm in a process of its own; started by form_file.py, never imported by the program.

The workbook comes on standard input, the questionnaire leaves as JSON. The process limits itself before it looks at
the first byte: a hostile workbook ends this process and nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def limit(memory: int, cpu: int, file: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's clock is the only limit there
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))  # the form that is tried out passes through a file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(content: bytes, types: dict[str, tuple[str, str]]) -> dict[str, Any]:
    # Where the program runs from a checkout that nobody installed.
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from coordination.errors import Invalid
    from coordination.surveys import questionnaire, xlsform_read

    try:
        return {"questionnaire": questionnaire.data(xlsform_read.read(xlsform_read.load(content), types))}
    except Invalid as error:
        return {"refused": error.message, "values": {name: str(value) for name, value in error.values.items()}}


def main() -> None:
    task = json.loads(sys.argv[1])
    limit(task["memory"], task["cpu"], task["file"])
    sys.dont_write_bytecode = True
    types = {code: (names[0], names[1]) for code, names in task["types"].items()}
    try:
        said = answer(sys.stdin.buffer.read(), types)
    except MemoryError:
        said = {"refused": "", "values": {}}
    sys.stdout.buffer.write(json.dumps(said, ensure_ascii=True).encode("ascii"))


if __name__ == "__main__":
    main()
