"""The five kinds of files: their columns to the letter, what each cell may hold, what a row must keep together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from coordination import guard
from coordination.exchange import cells
from coordination.exchange.cells import Bad, Reader
from coordination.exchange.problems import Problem, Refused, line
from coordination.exchange.tabular import Table
from coordination.graph.model import Basis, ChannelKind, ClaimSource, Form, Frequency, Stance, Visibility
from coordination.i18n import N_

Row = dict[str, str]
OPTIONAL = frozenset({"active_from", "active_to", "note"})
FREE_TEXT = frozenset({"note", "name_pl", "short_name", "name_2014", "city", "title", "function", "value"})
ROLES = ("chair", "vice_chair", "secretariat", "convener", "member", "invited")
STANCES = tuple(str(stance) for stance in Stance if stance is not Stance.WITHDRAWN)
NOTE = 1_500
# Words that a column takes and that are not reference data.
FIXED: dict[str, tuple[str, ...]] = {
    "stance": STANCES, "forms": tuple(Form), "basis": tuple(Basis), "frequency": tuple(Frequency),
    "intensity": ("1", "2", "3", "4"), "source (claims)": tuple(ClaimSource), "channel": tuple(ChannelKind),
    "visibility": tuple(Visibility), "role": ROLES,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may name: codes with their Polish names, institutions and teams in sight of the actor."""

    types: Mapping[str, str]
    areas: Mapping[str, str]
    voivodeships: Mapping[str, str]
    institutions: frozenset[str]
    teams: frozenset[str]
    today: date
    # Ids that rows of the same file bring: an institution may name its parent of the next row.
    in_file: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """`key` names the columns that identify a row; `readers` are made for what is known."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    readers: Callable[[Known], dict[str, Reader]]
    together: Callable[[Row, Known], None] = lambda row, known: None

    def key_of(self, row: Row) -> str:
        return "|".join(row[name] for name in self.key)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A good row: its line in the file, its canonical texts (only the columns that the file has)."""

    number: int
    row: Row


@dataclass(slots=True)
class Reading:
    rows: list[Parsed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    wrong: set[int] = field(default_factory=set)

    def add(self, number: int, bad: Bad, column: str = "", value: str = "") -> None:
        self.wrong.add(number)
        column = bad.column or column
        self.problems.append(
            Problem(
                reason=bad.reason, mend=bad.mend, values=bad.values, row=number, column=column,
                value=shown(column, value),
            )
        )  # fmt: skip


def shown(column: str, value: str) -> str:
    """A value as a list of faults may show it: masked where it may be personal data."""
    masked = column in ("value", "note") or guard.find(value)
    return guard.mask(value) if masked else line(value)


def header(kind: Kind, table: Table) -> list[str]:
    """The columns of the file. Raises Refused for an unknown, missing or repeated one."""
    names = [name.strip().lower() for name in table.header.cells]
    while names and not names[-1]:
        names.pop()
    at, rows = table.header.number, len(table.lines)
    problems = []
    for place, name in enumerate(names):
        if name not in kind.columns:
            bad = cells.unknown(N_("This column does not belong to this kind of file."), name, kind.columns)
            if "close" not in bad.values:
                bad = Bad(bad.reason, N_("Remove it or correct its name."))
            problems.append(Problem(
                reason=bad.reason, mend=bad.mend, values=bad.values, row=at, column=str(place + 1), value=line(name)
            ))  # fmt: skip
        elif name in names[:place]:
            problems.append(Problem(
                reason=N_("The column stands twice in the file."), mend=N_("Keep one of the two."), row=at, column=name
            ))  # fmt: skip
    problems += [
        Problem(
            reason=N_("The column is missing."),
            mend=N_("Add it to the header; cells may stay empty where nothing is known."),
            row=at,
            column=name,
        )
        for name in kind.columns
        if name not in names and name not in OPTIONAL
    ]
    if problems:
        raise Refused(problems, rows=rows)
    return names


def read(kind: Kind, table: Table, known: Known) -> Reading:
    """Every row as canonical texts, or as faults that say where and what to do. Raises Refused for the header."""
    names = header(kind, table)
    reading = Reading()
    readers = kind.readers(known)
    seen: dict[str, int] = {}
    formulas: dict[int, int] = {}
    for number, column in table.formulas:
        formulas.setdefault(number, column)
    for each in table.lines:
        given = list(each.cells)
        while len(given) > len(names) and not given[-1]:
            given.pop()
        if len(given) != len(names) and (len(given) > len(names) or not _padded(given, names)):
            reading.add(each.number, Bad(
                N_("The row has %(found)s cells, the header has %(expected)s columns."),
                N_("Put cells that hold a comma in quotation marks, and keep empty cells."),
                found=len(given), expected=len(names),
            ))  # fmt: skip
            continue
        if each.number in formulas and formulas[each.number] <= len(names):
            place = formulas[each.number] - 1
            reading.add(each.number, Bad(
                N_("The cell holds a formula, and only its result would be read."),
                N_("Copy the column and paste it as values."),
            ), names[place], given[place])  # fmt: skip
            continue
        raw = dict(zip(names, given, strict=True))
        row: Row = {}
        for name, cell in raw.items():
            try:
                row[name] = readers[name](cell)
            except Bad as bad:
                reading.add(each.number, bad, name, cell)
        if each.number in reading.wrong:
            continue
        try:
            kind.together(row, known)
        except Bad as bad:
            reading.add(each.number, bad, value=raw.get(bad.column, ""))
            continue
        key = kind.key_of(row)
        if key.strip("|") and (first := seen.setdefault(key, each.number)) != each.number:
            reading.add(each.number, Bad(
                N_("The same record stands in row %(first)s already."), N_("Keep one of the two rows."),
                column=kind.key[0], first=first,
            ), value=row[kind.key[0]])  # fmt: skip
            continue
        reading.rows.append(Parsed(each.number, row))
    return reading


def _padded(given: list[str], names: list[str]) -> bool:
    # A workbook drops empty cells at the end of a row; so does a hand-made CSV file, harmlessly.
    given.extend("" for _ in range(len(names) - len(given)))
    return True


UNKNOWN_INSTITUTION = N_("There is no institution with this identifier.")


def institution_known(known: Known, *, also: frozenset[str] = frozenset()) -> Reader:
    def read(cell: str) -> str:
        if cell not in known.institutions and cell not in also:
            raise missing_institution(cell, known)
        return cell

    return read


def missing_institution(cell: str, known: Known) -> Bad:
    """The one answer for an id that never existed and for one out of the actor's sight."""
    close = cells.suggestion(cell, known.institutions) if len(known.institutions) <= 5_000 else ""
    if close and close != cell:
        return Bad(UNKNOWN_INSTITUTION, N_("Did you mean “%(close)s”?"), close=close)
    return Bad(UNKNOWN_INSTITUTION, N_("Correct it, or import the institution first."))


def _ordered(row: Row, first: str, last: str) -> None:
    if row.get(first) and row.get(last) and row[first] > row[last]:
        raise Bad(N_("The end lies before the beginning."), N_("Correct one of the two dates."), column=last)


def _institution_readers(known: Known) -> dict[str, Reader]:
    place = cells.one_of(
        {**known.voivodeships, "PL": "cała Polska"}, N_("This is not the TERYT code of a voivodeship.")
    )
    return {
        "id": cells.required(cells.identifier),
        "name_pl": cells.required(cells.text(300)),
        "short_name": cells.text(120),
        "type": cells.required(cells.one_of(known.types, N_("There is no such type of institution."))),
        "parent_id": cells.optional(institution_known(known, also=known.in_file)),
        "voivodeships": cells.required(cells.list_of(place)),
        "voivodeships_partial": cells.list_of(place),
        "city": cells.text(120),
        "website": cells.optional(cells.website),
        "name_2014": cells.text(300),
        "source": cells.list_as_is(300),
        "note": cells.text(NOTE, lines=True),
        "active_from": cells.optional(cells.day),
        "active_to": cells.optional(cells.day),
    }


def _institution_together(row: Row, known: Known) -> None:
    row["short_name"] = row["short_name"] or row["name_pl"]
    covers = cells.items(row["voivodeships"])
    if "PL" in covers and len(covers) > 1:
        raise Bad(
            N_("“PL” already means every voivodeship."), N_("Leave PL alone or list the codes."), column="voivodeships"
        )
    if set(cells.items(row["voivodeships_partial"])) - set(covers):
        raise Bad(
            N_("A voivodeship covered in part is not among those covered."),
            N_("Add it to the column voivodeships too."),
            column="voivodeships_partial",
        )
    if row["parent_id"] == row["id"]:
        raise Bad(N_("An institution cannot be its own parent."), N_("Correct parent_id."), column="parent_id")
    _ordered(row, "active_from", "active_to")


def _contact_readers(known: Known) -> dict[str, Reader]:
    return {
        "id": cells.optional(cells.identifier),
        "institution_id": cells.required(institution_known(known)),
        "function": cells.required(cells.text(200)),
        "channel": cells.required(cells.one_of(list(ChannelKind), N_("There is no such channel."))),
        "value": cells.required(lambda cell: cell),
        "hours": cells.optional(cells.schedule),
        "visibility": cells.required(cells.one_of(list(Visibility), N_("There is no such visibility."))),
        "confirmed_on": cells.optional(cells.past(known.today)),
    }


def _contact_together(row: Row, known: Known) -> None:
    try:
        row["value"] = cells.CHANNELS[row["channel"]](row["value"])
    except Bad as bad:
        bad.column = "value"
        raise


def _claim_readers(known: Known) -> dict[str, Reader]:
    past = cells.past(known.today)
    forms = [str(form) for form in Form]
    return {
        "claimant_id": cells.required(institution_known(known)),
        "partner_id": cells.required(institution_known(known)),
        "area": cells.required(cells.one_of(known.areas, N_("There is no such area of cooperation."))),
        "stance": cells.required(cells.one_of(STANCES, N_("There is no such stance."))),
        "forms": cells.list_of(cells.one_of(forms, N_("There is no such form of cooperation.")), forms),
        "basis": cells.optional(cells.one_of(list(Basis), N_("There is no such basis."))),
        "frequency": cells.optional(cells.one_of(list(Frequency), N_("There is no such frequency."))),
        "intensity": cells.optional(cells.number(1, 4)),
        "valid_from": cells.optional(cells.day),
        "valid_to": cells.optional(cells.day),
        "last_activity": cells.optional(past),
        "stated_on": lambda cell: past(cell) if cell else known.today.isoformat(),
        "source": cells.required(cells.one_of(list(ClaimSource), N_("There is no such source of a claim."))),
        "note": cells.text(NOTE, lines=True),
    }


def _claim_together(row: Row, known: Known) -> None:
    if row["claimant_id"] == row["partner_id"]:
        raise Bad(
            N_("An institution cannot cooperate with itself."), N_("Correct one of the two."), column="partner_id"
        )
    _ordered(row, "valid_from", "valid_to")


def _agreement_readers(known: Known) -> dict[str, Reader]:
    return {
        "id": cells.required(cells.identifier),
        "title": cells.required(cells.text(300)),
        "parties": cells.required(cells.list_of(institution_known(known))),
        "areas": cells.required(
            cells.list_of(cells.one_of(known.areas, N_("There is no such area of cooperation.")))
        ),
        "signed_on": cells.optional(cells.day),
        "valid_from": cells.optional(cells.day),
        "valid_to": cells.optional(cells.day),
    }


def _agreement_together(row: Row, known: Known) -> None:
    if len(cells.items(row["parties"])) < 2:
        raise Bad(
            N_("An agreement has at least two parties."),
            N_("Write their identifiers in one cell with a semicolon between them."),
            column="parties",
        )
    if not row["areas"]:
        raise Bad(N_("An agreement covers at least one area."), N_("Write the codes of its areas."), column="areas")
    _ordered(row, "valid_from", "valid_to")


def _member_readers(known: Known) -> dict[str, Reader]:
    return {
        "team_id": cells.required(cells.one_of(known.teams, N_("There is no team with this identifier."))),
        "institution_id": cells.required(institution_known(known)),
        "role": cells.required(cells.one_of(ROLES, N_("There is no such role in a team."))),
        "since": cells.optional(cells.partial_day),
        "source": cells.list_as_is(300),
    }


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "institutions",
            (
                "id", "name_pl", "short_name", "type", "parent_id", "voivodeships", "voivodeships_partial", "city",
                "website", "name_2014", "source", "note", "active_from", "active_to",
            ),
            ("id",), _institution_readers, _institution_together,
        ),
        Kind(
            "contacts",
            ("id", "institution_id", "function", "channel", "value", "hours", "visibility", "confirmed_on"),
            ("id",), _contact_readers, _contact_together,
        ),
        Kind(
            "claims",
            (
                "claimant_id", "partner_id", "area", "stance", "forms", "basis", "frequency", "intensity",
                "valid_from", "valid_to", "last_activity", "stated_on", "source", "note",
            ),
            # A side may state the same matter on several days: the later follows the earlier.
            ("claimant_id", "partner_id", "area", "stated_on"), _claim_readers, _claim_together,
        ),
        Kind(
            "agreements",
            ("id", "title", "parties", "areas", "signed_on", "valid_from", "valid_to"),
            ("id",), _agreement_readers, _agreement_together,
        ),
        Kind(
            "team-members",
            ("team_id", "institution_id", "role", "since", "source"),
            ("team_id", "institution_id"), _member_readers,
        ),
    )
}  # fmt: skip
