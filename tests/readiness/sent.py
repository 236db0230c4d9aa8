"""What a browser would send from a form of a page if nobody touched it."""

from __future__ import annotations

from html.parser import HTMLParser


class Forms(HTMLParser):
    """`forms`: per form its attributes and its (name, value) pairs, in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[dict[str, str | None], list[tuple[str, str]]]] = []
        self._open = False
        self._area = self._select = ""
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        it = dict(attrs)
        name, value = it.get("name") or "", it.get("value")
        if tag == "form":
            self.forms.append((it, []))
            self._open = True
        elif not self._open:
            return
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and self._select:
            # The first option is sent where none is marked.
            if "selected" in it or self._first:
                self._drop(self._select)
                self._pairs.append((self._select, value or ""))
            self._first = False
        elif tag == "input" and name:
            kind = it.get("type") or "text"
            if kind in ("checkbox", "radio"):
                if "checked" in it:
                    self._pairs.append((name, "on" if value is None else value))
            elif kind not in ("submit", "file"):
                self._pairs.append((name, value or ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            # A browser leaves out the line end right after the tag.
            self._pairs.append((self._area, self._text.removeprefix("\r").removeprefix("\n")))
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._open = False

    @property
    def _pairs(self) -> list[tuple[str, str]]:
        return self.forms[-1][1]

    def _drop(self, name: str) -> None:
        self._pairs[:] = [pair for pair in self._pairs if pair[0] != name]


def sent(page: str, at: int = 0, *, cls: str = "") -> dict[str, list[str]]:
    """The fields of the form at a place, of those with a class."""
    found = [pairs for it, pairs in Forms(page).forms if (it.get("class") or "").startswith(cls)]
    fields: dict[str, list[str]] = {}
    for name, value in found[at]:
        fields.setdefault(name, []).append(value)
    return fields
