"""What the self-assessment shows: the voivodeship's matrix, one institution, the country, files."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flask import Blueprint, redirect, render_template, request, url_for

from coordination.errors import NotFound
from coordination.exchange.writing import MEDIA, csv_chunks
from coordination.graph import directory, poland, responses
from coordination.graph.rounds import Round
from coordination.i18n import decimal, translator
from coordination.permissions import Permission, Scope, ever, require, scope
from coordination.phrases import by_reader
from coordination.readiness.results import comparing
from coordination.readiness.results import service as results
from coordination.readiness.results.service import Answers
from coordination.readiness.sheet import sheet, targets_of
from coordination.surveys.overview import Cell
from coordination.surveys.scoring import band_of, rounded
from coordination.web import (
    actor,
    download,
    institution_types,
    language,
    needs,
    store,
    voivodeship,
    voivodeships,
)

bp = Blueprint("readiness", __name__, url_prefix="/readiness")


@bp.app_template_filter("score")
def score(value: Fraction | None) -> str:
    """A score for the eye: a whole number, half up, or a dash."""
    return "–" if value is None else str(rounded(value))


@bp.app_template_filter("exact")
@by_reader
def exact(value: Fraction | None, places: int = 2) -> str:
    """A number of the arithmetic: as it is, otherwise with so many decimals."""
    if value is None:
        return "–"
    if value.denominator == 1:
        return str(value.numerator)
    return decimal(float(value), language(), places).rstrip("0").rstrip(",.")


@bp.app_template_filter("percent")
def percent(value: Fraction) -> str:
    """A place on a scale of 0 to 100, for the coordinates of a picture."""
    return f"{float(value):.2f}"


@bp.app_template_filter("signed")
def signed(value: Fraction) -> str:
    """A difference of scores: +7, −3, 0."""
    number = rounded(value) if value >= 0 else -rounded(-value)
    return f"+{number}" if number > 0 else str(number).replace("-", "−")


@bp.get("")
@needs(Permission.SURVEY_READ)
def index():
    """Who is ready for what, and where is it grave? Without a voivodeship: the bodies of the whole country."""
    who, here = actor(), voivodeship()
    reach = scope(who, Permission.SURVEY_READ)
    if reach.institution_id:
        return redirect(url_for(".institution", institution_id=reach.institution_id))
    places = [each for each in voivodeships().values() if reach.everything or each.teryt in reach.voivodeships]
    if here is not None:
        require(who, Permission.SURVEY_READ, voivodeship=here.teryt)
        within = Scope(voivodeships=(here.teryt,))

        def cut(held: Round) -> Answers:
            return results.in_voivodeship(results.of_round(store(), within, held), here.teryt)

    else:

        def cut(held: Round) -> Answers:
            return results.national_bodies(results.of_round(store(), reach, held))

    held, found = _chosen(reach, here.teryt if here else None, cut)
    return render_template(
        "readiness/result_matrix.html",
        here=here,
        places=places if len(places) > 1 else [],
        rounds=held,
        found=comparing.matrix_of(found) if found else None,
        types=institution_types(),
        may_manage=ever(who, Permission.ROUND_MANAGE),
        may_review=ever(who, Permission.RESPONSE_REVIEW),
        may_export=ever(who, Permission.FILE_EXPORT),
        band_of=band_of,
    )


def _chosen(
    reach: Scope, teryt: str | None, answers: Callable[[Round], Answers]
) -> tuple[list[Round], Answers | None]:
    """The rounds to choose from, and the answers of the one that `?round=` names or that has answers."""
    held = results.shown_rounds(store(), reach, teryt)
    return held, results.chosen_round(held, request.args.get("round", ""), answers)


@bp.get("/institutions/<institution_id>")
@needs(Permission.SURVEY_READ)
def institution(institution_id: str):
    """What did one institution answer, what does it come to, and what to do first?"""
    who = actor()
    reach = scope(who, Permission.SURVEY_READ)
    entry = directory.entry(store(), reach, institution_id)
    there = results.of_institution(store(), reach, institution_id)
    asked = request.args.get("round", "")
    own = next((each for each in there if each.round.id == asked or not asked), None)
    if asked and own is None:
        raise NotFound(asked)
    common = {
        "it": entry,
        "kind": institution_types().get(entry.type),
        "results": there,
        "may_review": ever(who, Permission.RESPONSE_REVIEW),
        "is_own": reach.institution_id == institution_id,
    }
    if own is None:
        return render_template(
            "readiness/result_none.html",
            **common,
            records=responses.of_institution(store(), reach, institution_id),
        )
    everybody = results.of_round(store(), results.EVERYTHING, own.round)
    compared = results.compared(store(), own)
    return render_template(
        "readiness/result_institution.html",
        **common,
        own=own,
        compared=compared,
        units=results.units(store(), reach, own),
        sheet=sheet(
            own.result,
            translator(language()),
            targets=targets_of(own.round.targets, own.record.institution_type),
            others=results.others(everybody, institution_id, institution_types()),
            change=compared.change if compared else None,
            helpers=results.who_can_help(everybody, own.record, own.result, reach),
        ),
    )


def _country() -> tuple[list[Round], comparing.Country | None]:
    held, found = _chosen(
        results.EVERYTHING, None, lambda each: results.of_round(store(), results.EVERYTHING, each)
    )
    return held, comparing.country_of(found, list(voivodeships().values())) if found else None


@bp.get("/country")
@needs(Permission.SURVEY_COUNTRY)
def country():
    """Where is the country ready, and where do we not know?"""
    held, found = _country()
    dimensions = found.answers.questionnaire.dimensions if found else ()
    shown = next((each for each in dimensions if each.id == request.args.get("dimension")), None)
    return render_template(
        "readiness/result_country.html",
        rounds=held,
        found=found,
        outline=poland.outline(),
        shown=shown,
        cell=lambda place: place.dimensions[shown.id] if shown else place.whole,
        band_class=lambda value: _band_class(found, value),
    )


def _band_class(found: comparing.Country | None, value: Fraction) -> str:
    bands = found.answers.questionnaire.rules.bands if found else ()
    number = sum(each.low <= rounded(value) for each in bands)  # as printed in the area
    return f"c{min(max(number, 1), 4)}"


@bp.get("/country.csv")
@needs(Permission.SURVEY_COUNTRY)
def country_table():
    """The table of the country as a file, with the same dashes: what is too few is empty."""
    _held, found = _country()
    if found is None:
        raise NotFound("round")
    dimensions = found.answers.questionnaire.dimensions
    names = ["whole", *(each.id for each in dimensions)]
    columns = ["teryt", "voivodeship", "asked", "answered", "failing_critical"]
    columns += [f"{name}{part}" for name in names for part in ("", "_low", "_high", "_count")]

    def cells(row: comparing.Row) -> dict[str, str]:
        told = {
            "teryt": row.voivodeship.teryt if row.voivodeship else "PL",
            "voivodeship": row.voivodeship.name_pl if row.voivodeship else "Polska",
            "asked": str(row.place.asked),
            "answered": str(row.place.answered),
            "failing_critical": "" if row.failing is None else str(row.failing),
        }
        there: dict[str, Cell] = {"whole": row.place.whole, **row.place.dimensions}
        for name, cell in there.items():
            few = cell.mean is None
            told[name], told[f"{name}_low"], told[f"{name}_high"] = map(_whole, (cell.mean, cell.low, cell.high))
            told[f"{name}_count"] = "" if few else str(cell.count)
        return told

    opened = found.answers.round.opens_on.isoformat()
    rows = (cells(row) for row in (*found.rows, found.poland))
    return download(csv_chunks(columns, rows), f"readiness-country-{opened}.csv", MEDIA["csv"])


def _whole(value: Fraction | None) -> str:
    return "" if value is None else str(rounded(value))
