"""Contact points as an address book reads them: vCard 4.0 (RFC 6350), the few properties needed. No Flask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from coordination.graph.model import ChannelKind, Contact, Institution, Visibility

MEDIA = "text/vcard; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})
_PROPERTY = {
    ChannelKind.PHONE: "TEL;TYPE=voice",
    ChannelKind.MOBILE: "TEL;TYPE=cell",
    ChannelKind.FAX: "TEL;TYPE=fax",
    ChannelKind.EMAIL: "EMAIL",
    ChannelKind.E_DELIVERY: "NOTE",
}


def cards(
    institution: Institution, contacts: Iterable[Contact], note: Callable[[Contact], str]
) -> Iterator[bytes]:
    """A card of the institution and one for each contact point that has a public number or address.

    `note` tells beside a contact when it can be reached and how far it can be trusted.
    """
    name = institution.short_name or institution.name_pl
    yield _card([("FN", institution.name_pl), ("ORG", institution.name_pl)])
    for contact in contacts:
        public = [(_PROPERTY[each.kind], each.value) for each in contact.channels if each.visibility is Visibility.PUBLIC]
        if public:
            titled = [("FN", f"{name} – {contact.function}"), ("ORG", institution.name_pl), ("TITLE", contact.function)]
            yield _card([*titled, *public, ("NOTE", note(contact))])


def _card(properties: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"{name}:{_text(value)}" for name, value in properties]
    return b"".join(map(_folded, ["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD"]))


def _text(value: str) -> str:
    kept = "".join(each for each in "\n".join(value.splitlines()) if each.isprintable() or each == "\n")
    return kept.translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, never within a character; what follows begins with a space."""
    pieces = [b""]
    for each in map(str.encode, line):
        if len(pieces[-1]) + len(each) > 75:
            pieces.append(b" ")
        pieces[-1] += each
    return b"\r\n".join(pieces) + b"\r\n"
