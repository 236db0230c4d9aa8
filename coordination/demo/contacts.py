"""Example contact points: functions only, numbers of zeros, addresses at example.pl."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from coordination.graph.model import Channel, ChannelKind, Contact, Institution, Visibility
from coordination.graph.profiles import Card, Group, Resource, ResourceKind, Stage, Task

SEED = 2034

_AREA_CODES = {
    "02": "71",
    "04": "52",
    "06": "81",
    "08": "68",
    "10": "42",
    "12": "12",
    "14": "22",
    "16": "77",
    "18": "17",
    "20": "85",
    "22": "58",
    "24": "32",
    "26": "41",
    "28": "89",
    "30": "61",
    "32": "91",
}
_DUTY = ("Oficer dyżurny", "24/7")
_OFFICE = ("Sekretariat", "Mo-Fr 08:15-15:30; PH off")
_FUNCTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "police_regional": (_DUTY, _OFFICE),
    "police_regional_thb": (("Zespół do walki z handlem ludźmi", "Mo-Fr 07:30-15:30; PH off"),),
    "bg_division": (_DUTY, ("Koordynator ds. handlu ludźmi (nieetatowy)", "Mo-Fr 07:30-15:30; PH off")),
    "voivode_social_dept": (("Konsultant wojewódzki ds. wsparcia ofiar", "Mo-Fr 08:00-16:00; PH off"),),
    "labour_regional": (("Koordynator kontroli legalności zatrudnienia", "Mo-Fr 08:00-15:00; PH off"),),
    "prosecution_regional": (("Konsultant ds. handlu ludźmi", "Mo-Fr 08:00-15:00; PH off"),),
    "crisis_centre": (("Interwencja kryzysowa", "24/7"),),
    "kcik": (("Telefon całodobowy", "24/7"), ("Konsultanci", "Mo-Fr 08:00-20:00; PH off")),
    "moi_thb_unit": (("Zgłoszenia do Programu", "Mo-Fr 08:15-16:15; PH off"),),
}
# Of the first confirmation of a contact, in days before today: fresh, to be confirmed, out of date.
_AGES = ((5, 150), (190, 340), (380, 700))


def make(institutions: Mapping[str, Institution], today: date, seed: int = SEED) -> list[Contact]:
    """Contact points of most institutions of the kinds people call; some of every age, some unconfirmed."""
    rng = random.Random(f"{seed}|contacts")
    found = []
    for each in sorted(institutions.values(), key=lambda each: each.id):
        functions = _FUNCTIONS.get(each.type, (_OFFICE,))
        if each.type not in _FUNCTIONS and rng.random() < 0.55:
            continue
        for number, (function, hours) in enumerate(functions, start=1):
            low, high = rng.choices(_AGES, [7, 2, 1])[0]
            confirmed = today - timedelta(days=rng.randint(low, high))
            found.append(
                _contact(rng, each, function, hours, number, confirmed if rng.random() < 0.95 else None)
            )
    return found


def _contact(
    rng: random.Random, each: Institution, function: str, hours: str, number: int, confirmed: date | None
) -> Contact:
    code = _AREA_CODES.get((each.voivodeships or ("14",))[0], "22")
    key = f"example|{each.id}|{function}"
    channels = [
        _channel(
            key, ChannelKind.PHONE, f"{code} 000 {rng.randint(1, 99):02} {number:02}", Visibility.NETWORK
        ),
        _channel(key, ChannelKind.EMAIL, f"kontakt{number}@{each.id}.example.pl", Visibility.NETWORK),
    ]
    if number == 1 and rng.random() < 0.3:
        channels.append(
            _channel(key, ChannelKind.PHONE, f"{code} 000 00 {rng.randint(1, 99):02}", Visibility.PRIVATE)
        )
    return Contact(
        id=str(uuid5(NAMESPACE_URL, key)),
        institution_id=each.id,
        function=function,
        channels=tuple(channels),
        hours=hours,
        confirmed_on=confirmed,
        example=True,
    )


def _channel(key: str, kind: ChannelKind, value: str, visibility: Visibility) -> Channel:
    return Channel(
        id=str(uuid5(NAMESPACE_URL, f"{key}|{kind}|{value}")), kind=kind, value=value, visibility=visibility
    )


def _task(stage: Stage, text: str, basis: str = "") -> Task:
    return Task(stage=stage, text=text, legal_basis=basis)


_TASKS = {
    "bg_division": (
        _task(
            Stage.IDENTIFICATION,
            "Przykład: identyfikacja cudzoziemców według Algorytmu",
            "art. 1 ust. 2 ustawy o Straży Granicznej",
        ),
        _task(Stage.STATUS, "Przykład: zaświadczenie o domniemaniu", "art. 170 ustawy o cudzoziemcach"),
    ),
    "police_regional_thb": (
        _task(Stage.IDENTIFICATION, "Przykład: ujawnianie i identyfikacja ofiar"),
        _task(Stage.PROCEEDINGS, "Przykład: postępowania w sprawach z art. 189a k.k.", "art. 189a k.k."),
    ),
    "labour_regional": (
        _task(Stage.IDENTIFICATION, "Przykład: sygnały pracy przymusowej w czasie kontroli"),
    ),
    "voivode_social_dept": (
        _task(
            Stage.SUPPORT,
            "Przykład: koordynacja wsparcia w województwie",
            "art. 22 pkt 15 ustawy o pomocy społecznej",
        ),
    ),
    "kcik": (
        _task(Stage.SHELTER, "Przykład: bezpieczne schronienie"),
        _task(Stage.SUPPORT, "Przykład: pomoc prawna i psychologiczna"),
    ),
    "crisis_centre": (
        _task(
            Stage.SHELTER,
            "Przykład: schronienie i interwencja kryzysowa",
            "art. 7 pkt 7a ustawy o pomocy społecznej",
        ),
    ),
}
_SHELTERS = {"kcik", "crisis_centre"}


def cards(institutions: Mapping[str, Institution], today: date, seed: int = SEED) -> list[Card]:
    """Example competence cards of core institutions; resources only where people are sheltered."""
    rng = random.Random(f"{seed}|cards")
    found = []
    for each in sorted(institutions.values(), key=lambda each: each.id):
        if each.type not in _TASKS or (each.type not in _SHELTERS and rng.random() < 0.4):
            continue
        resources: tuple[Resource, ...] = ()
        if each.type in _SHELTERS:
            resources = (
                Resource(
                    kind=ResourceKind.PLACES_WOMEN,
                    quantity=rng.randint(2, 6),
                    as_of=today - timedelta(days=6),
                ),
                Resource(
                    kind=ResourceKind.PLACES_MEN, quantity=rng.randint(0, 3), as_of=today - timedelta(days=75)
                ),
            )
        found.append(
            Card(
                institution_id=each.id,
                tasks=_TASKS[each.type],
                languages=tuple(
                    rng.sample(
                        ("ukraiński", "rosyjski", "angielski", "wietnamski", "hiszpański"), rng.randint(1, 3)
                    )
                ),
                groups=tuple(rng.sample(list(Group), rng.randint(1, 3))),
                resources=resources,
                confirmed_on=today - timedelta(days=rng.randint(10, 200)),
            )
        )
    return found
