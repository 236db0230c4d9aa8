"""Bring the Polish catalogue up to date with the texts in the program, and say what lacks a translation.

    python tools/messages.py                 extract, update, compile, list what is missing
    python tools/messages.py --compile-only  make the .mo files the running program reads

Exits 1 while a text has no Polish.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "coordination" / "translations"
PO = TRANSLATIONS / "pl" / "LC_MESSAGES" / "messages.po"
KEYWORDS = ["N_", "_", "lazy_gettext", "ngettext:1,2", "nN_:1,2", "pgettext:1c,2"]
HEADER = "# Polish. The source texts are English; see docs/languages.md."
# A fixed date keeps the file the same when nothing in it changed.
DATE = datetime(2026, 11, 25, tzinfo=UTC)


def extract() -> Catalog:
    """Every text the program and its templates mark for translation."""
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder, "messages.pot")
        keywords = [part for keyword in KEYWORDS for part in ("-k", keyword)]
        frontend = [sys.executable, "-m", "babel.messages.frontend", "-q"]
        command = [*frontend, "extract", "-F", "babel.cfg", *keywords]
        subprocess.run([*command, "--no-location", "-o", str(pot), "."], cwd=ROOT, check=True)
        with pot.open("rb") as file:
            return read_po(file)


def load(path: Path = PO) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def complete(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return bool(strings) and all(strings) and not message.fuzzy


def update() -> list[str]:
    """Write the catalogue anew, keeping translations; the msgids that have none."""
    known = load() if PO.is_file() else Catalog(locale="pl")
    catalogue = Catalog(locale="pl", project="coordination", header_comment=HEADER, fuzzy=False)
    catalogue.creation_date = catalogue.revision_date = DATE
    missing = []
    for message in extract():
        if not message.id:
            continue
        had = known.get(message.id, message.context)
        empty = ("", "", "") if message.pluralizable else ""
        flags = [flag for flag in message.flags if flag != "fuzzy"]
        # A text that became a plural, or ceased to be one, is translated anew.
        kept = had.string if had and had.pluralizable == message.pluralizable else empty
        new = catalogue.add(message.id, kept, context=message.context, flags=flags)
        if not complete(new):
            missing.append(str(message.id))
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, no_location=True)
    return sorted(missing)


def compile_all() -> None:
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        # Whole or not at all: a running program may read it this moment.
        made = path.with_suffix(f".{os.getpid()}")
        with made.open("wb") as file:
            write_mo(file, load(path))
        os.replace(made, path.with_suffix(".mo"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compile-only", action="store_true")
    missing = [] if parser.parse_args().compile_only else update()
    compile_all()
    for msgid in missing:
        print(f"no Polish yet: {msgid}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
