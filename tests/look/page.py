"""HTML as a small tree, enough to ask about labels, references and names."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "br", "hr", "img", "meta", "link", "use", "path", "rect", "circle"}


@dataclass
class Tag:
    name: str
    attrs: dict[str, str]
    parent: Tag | None = None
    children: list[Tag] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def all(self, name: str = "", **attrs: str) -> list[Tag]:
        """Every tag below with this name and these attributes (`class_`, `name_`, `aria_label`)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attrs.items()}
        found = []
        for child in self.children:
            if (not name or child.name == name) and all(child.attrs.get(k) == v for k, v in wanted.items()):
                found.append(child)
            found += child.all(name, **attrs)
        return found

    def one(self, name: str = "", **attrs: str) -> Tag:
        found = self.all(name, **attrs)
        assert len(found) == 1, f"{len(found)} of <{name} {attrs}>"
        return found[0]

    def by_id(self, id_: str) -> Tag:
        return self.one(id=id_)

    @property
    def text(self) -> str:
        """Words a reader hears, hidden drawings left out, in order."""
        return " ".join(" ".join(self.texts).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Tag("", {})
        self.at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        child = Tag(tag, {key: value or "" for key, value in attrs}, self.at)
        self.at.children.append(child)
        if tag not in VOID:
            self.at = child

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.children.append(Tag(tag, {key: value or "" for key, value in attrs}, self.at))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.at.name == tag, f"</{tag}> closes <{self.at.name}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        at: Tag | None = self.at
        while at is not None:
            at.texts.append(data)
            at = at.parent


def parse(html: str) -> Tag:
    """The tree of a page or a part of one. Fails on tags that do not close as they opened."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.at is builder.root, f"<{builder.at.name}> never closes"
    return builder.root
