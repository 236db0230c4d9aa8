"""Cards for an address book: read back by a second, plain reading of RFC 6350; only what is public is in them."""

from __future__ import annotations

import re
from datetime import date

from coordination.exchange import vcard
from coordination.graph import contacts
from coordination.graph.model import Channel, ChannelKind, Contact, Institution, Visibility
from coordination.permissions import LOCAL_OPERATOR, Role

NASTY = "Dyżur; nocny, „tylko” \\n i\r\nBEGIN:VCARD\u2028dalej:" + "żółć" * 40
HOUSE = Institution(id="x", name_pl="Ośrodek, filia; nr 1", short_name="OIK", type="crisis_centre")


def read_back(data: bytes) -> list[dict[str, list[str]]]:
    """Cards by property: unfolded, values unescaped letter by letter."""
    assert data.endswith(b"\r\n") and b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 75 and line.decode() for line in data.split(b"\r\n")[:-1])
    found: list[dict[str, list[str]]] = []
    for line in data.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        name, value = line.split(":", 1)
        plain = re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)
        if name == "BEGIN":
            found.append({})
        found[-1].setdefault(name, []).append(plain)
    assert all(card["BEGIN"] == ["VCARD"] and card["END"] == ["VCARD"] and card["VERSION"] == ["4.0"] for card in found)
    return found


def channel(kind: ChannelKind, value: str, visibility: Visibility = Visibility.PUBLIC) -> Channel:
    return Channel(id=f"{kind}-{visibility}", kind=kind, value=value, visibility=visibility)


def point(*channels: Channel, function: str = "Dyżurny") -> Contact:
    return Contact(id="c", institution_id="x", function=function, channels=channels)


def test_what_was_written_is_read_back_whatever_signs_it_holds():
    reached = point(
        channel(ChannelKind.PHONE, "22 000 01 01"), channel(ChannelKind.EMAIL, "dyzur@example.pl"), function=NASTY
    )
    house, card = read_back(b"".join(vcard.cards(HOUSE, [reached], lambda _contact: NASTY)))
    kept = "\n".join(NASTY.splitlines())
    assert house["FN"] == house["ORG"] == ["Ośrodek, filia; nr 1"]
    assert card["TITLE"] == card["NOTE"] == [kept] and card["FN"] == [f"OIK – {kept}"]
    assert card["TEL;TYPE=voice"] == ["22 000 01 01"] and card["EMAIL"] == ["dyzur@example.pl"]


def test_only_public_numbers_are_in_it(sign_in, reference_store):
    made = Contact(
        id="c-1", institution_id="ksp", function="Dyżurny", hours="24/7", example=True, confirmed_on=date(2026, 1, 12),
        channels=(
            channel(ChannelKind.PHONE, "22 000 01 01"),
            channel(ChannelKind.PHONE, "22 000 01 02", Visibility.NETWORK),
            channel(ChannelKind.MOBILE, "500 000 103", Visibility.PRIVATE),
        ),
    )  # fmt: skip
    hidden = Contact(
        id="c-2", institution_id="ksp", function="Naczelnik",
        channels=(channel(ChannelKind.EMAIL, "naczelnik@example.pl", Visibility.PRIVATE),),
    )  # fmt: skip
    for each in (made, hidden):
        reference_store.change(contacts.add, LOCAL_OPERATOR, each)
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    assert "/institutions/ksp/contacts.vcf" in client.get("/institutions/ksp").text
    answer = client.get("/institutions/ksp/contacts.vcf")
    assert answer.content_type == "text/vcard; charset=utf-8"
    assert 'filename="ksp.vcf"' in answer.headers["Content-Disposition"]
    _house, card = read_back(answer.data)
    assert card["TEL;TYPE=voice"] == ["22 000 01 01"]
    assert card["NOTE"] == ["całodobowo; potwierdzony 12.01.2026; dane przykładowe"]
    assert not re.search("01 02|103|Naczelnik|naczelnik", answer.text)
