"""Text as people search for it: without capitals and Polish letters."""

from __future__ import annotations

import unicodedata


def folded(*texts: str | None) -> str:
    """One searchable line: lower case, no diacritics, single spaces. "Wrocław – SG" becomes "wroclaw – sg"."""
    joined = " ".join(text for text in texts if text).casefold().replace("ł", "l")
    letters = (c for c in unicodedata.normalize("NFKD", joined) if not unicodedata.combining(c))
    return " ".join("".join(letters).split())
