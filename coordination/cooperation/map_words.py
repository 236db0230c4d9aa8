"""The map in words: what its heading, panel, legend and announcements say."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from coordination.graph.mapset import SECTOR_GROUPS, Line, MapSet, Node
from coordination.graph.model import TieState
from coordination.graph.picture import Captions
from coordination.graph.standing import standing, weak
from coordination.i18n import no_orphans, polish_key, short_date

_LEGEND = (TieState.CONFIRMED, TieState.ONE_SIDED, TieState.DISPUTED, TieState.NONE)
_MOST_NAMED = 6  # institutions named in one sentence


def state_word(state: TieState) -> str:
    return {
        TieState.CONFIRMED: pgettext("tie", "confirmed"),
        TieState.ONE_SIDED: pgettext("tie", "one-sided"),
        TieState.DISPUTED: pgettext("tie", "disputed"),
        TieState.NONE: pgettext("tie", "no cooperation"),
        TieState.UNKNOWN: pgettext("tie", "not known"),
    }[state]


def sector_word(sector: str) -> str:
    return {
        "police": _("Police"),
        "border_guard": _("Border Guard"),
        "prosecution": _("Prosecution and courts"),
        "labour_inspection": _("Labour inspection"),
        "central": _("Voivode and central bodies"),
        "social": _("Social welfare and health"),
        "ngo": _("NGOs and international organisations"),
        "local": _("Education, local government, labour market"),
    }[sector]


def ring_word(ring: str) -> str:
    return {
        "core": pgettext("ring", "core of the team"),
        "extended": pgettext("ring", "extended team"),
        "on_demand": pgettext("ring", "when needed"),
        "national_link": pgettext("ring", "national level"),
    }[ring]


def counted(state: TieState, number: int) -> str:
    """"57 potwierdzonych": a number with the state's word in the case it needs."""
    if state is TieState.CONFIRMED:
        return ngettext("%(num)s confirmed", "%(num)s confirmed", number)
    if state is TieState.ONE_SIDED:
        return ngettext("%(num)s one-sided", "%(num)s one-sided", number)
    if state is TieState.DISPUTED:
        return ngettext("%(num)s disputed", "%(num)s disputed", number)
    return ngettext("%(num)s without cooperation", "%(num)s without cooperation", number)


def lede(shown: MapSet, known_on: str = "") -> str:
    """The set in one sentence: the same numbers as map, table and files."""
    institutions = ngettext("%(num)s institution", "%(num)s institutions", len(shown.nodes))
    lines = ngettext("%(num)s tie", "%(num)s ties", len(shown.lines))
    states = [counted(state, shown.counts[state]) for state in _LEGEND if shown.counts[state]]
    if not states:
        text = _("%(institutions)s, %(ties)s.", institutions=institutions, ties=lines)
    else:
        text = _("%(institutions)s, %(ties)s: %(states)s.", institutions=institutions, ties=lines, states=", ".join(states))
    if known_on:
        dated = _("As of %(date)s, as known on %(known)s.", date=short_date(shown.as_of), known=known_on)
    else:
        dated = _("As of %(date)s.", date=short_date(shown.as_of))
    return no_orphans(f"{text} {dated}")


def response(shown: MapSet) -> str:
    """Who has answered at all: a map of answers must say how many are missing."""
    if not shown.asked:
        return ""
    missing = shown.asked - shown.answered
    if not missing:
        return ngettext("The only regional institution has answered", "All %(num)s regional institutions have answered", shown.asked)
    return no_orphans(
        ngettext(
            "%(answered)s of %(num)s regional institution has answered; no data about %(missing)s",
            "%(answered)s of %(num)s regional institutions have answered; no data about %(missing)s",
            shown.asked,
            answered=shown.answered,
            missing=missing,
        )
    )


def spoken(shown: MapSet, node: Node) -> str:
    """What a screen reader hears of an institution: name, kind, ties, what is disputed."""
    disputed = sum(line.state is TieState.DISPUTED for line in shown.lines_of[node.id])
    parts = [node.short, node.type_name, ngettext("%(num)s tie", "%(num)s ties", len(shown.lines_of[node.id]))]
    if disputed:
        parts.append(counted(TieState.DISPUTED, disputed))
    return ", ".join(parts)


def areas_counted(line: Line) -> str:
    return ngettext("%(num)s area", "%(num)s areas", len(line.areas))


def areas_named(shown: MapSet, line: Line) -> str:
    """Names of the areas; where they differ in state, each with its own."""
    mixed = len({each.state for each in line.areas}) > 1
    return "; ".join(
        _("%(area)s (%(state)s)", area=shown.areas.get(each.area, each.area), state=state_word(each.state))
        if mixed
        else shown.areas.get(each.area, each.area)
        for each in line.areas
    )


def facts(shown: MapSet, node: Node) -> list[tuple[str, str]]:
    """The panel's sentences about one institution: ties, what it bridges, what breaks without it, its answers."""
    lines = [line for line in shown.lines_of[node.id] if line.state is not TieState.NONE]
    partners = ngettext("%(num)s partner", "%(num)s partners", len(lines))
    areas = ngettext("%(num)s area entry", "%(num)s area entries", sum(len(line.areas) for line in lines))
    rows = [(_("Ties"), no_orphans(_("%(partners)s, %(areas)s", partners=partners, areas=areas)))]
    if lines:
        place = standing(shown, node.id)
        if place.rank:
            text = _(
                "%(rank)s of %(count)s: joins groups that would be farther apart without it",
                rank=_ordinal(place.rank), count=place.of)
        else:
            text = _("bridges nothing: its partners have other ways to each other")
        rows.append((_("Brokerage"), no_orphans(text)))
        rows.append((_("Without it"), no_orphans(_without(shown, place.cut_off))))
    said = shown.spoke.get(node.id)
    rows.append((_("Answers"), _("last statement %(date)s", date=short_date(said)) if said else _("has not made a statement")))
    return rows


def overview(shown: MapSet) -> dict[str, object]:
    """What the panel says while nothing is selected: where the map is thin, by name."""
    found = weak(shown)
    if found.parts == 1:
        whole = _("all institutions with ties can reach each other")
    elif found.parts:
        whole = ngettext("%(num)s part without a tie to the others", "%(num)s parts without a tie between them", found.parts)
    else:
        whole = ""
    bridges = ngettext(
        "%(num)s tie is the only way between two parts", "%(num)s ties are the only way between two parts", found.bridges
    )
    rows = []
    if whole:  # a view of disputes alone says nothing of who can reach whom
        rows.append((_("Cohesion"), no_orphans(whole)))
        rows.append((_("Bridges"), no_orphans(bridges if found.bridges else _("none: every tie has a way round"))))
    return {
        "facts": rows,
        "cut_points": found.cut_points[:8],
        "more_cut_points": max(0, len(found.cut_points) - 8),
        "brokers": found.brokers,
        "disputed": [line for line in shown.lines if line.state is TieState.DISPUTED][:5],
    }


def _ordinal(number: int) -> str:
    return pgettext("place", "no. %(num)s", num=number)


def _without(shown: MapSet, cut_off: Sequence[tuple[str, ...]]) -> str:
    if not cut_off:
        return _("the map stays in one piece – it is not a cut point")
    names = sorted((shown.by_id[key].short for group in cut_off for key in group), key=polish_key)
    if len(names) > _MOST_NAMED:
        return ngettext(
            "the map falls apart: %(num)s institution loses its way to the rest, among them %(names)s",
            "the map falls apart: %(num)s institutions lose their way to the rest, among them %(names)s",
            len(names),
            names=", ".join(names[:_MOST_NAMED]),
        )
    return _("the map falls apart: cut off from the rest would be %(names)s", names=", ".join(names))


def guides(voivodeships: dict[str, str]) -> dict[str, str]:
    return {
        **{ring: ring_word(ring) for ring in ("core", "extended", "on_demand", "national_link")},
        **voivodeships,
        "national": _("national bodies"),
    }


def isolates(shown: MapSet) -> str:
    return _("Without ties in this view (%(num)s)", num=len(shown.isolates))


def captions(
    shown: MapSet, place: str, voivodeships: dict[str, str], states: Sequence[TieState], *, known_on: str = ""
) -> Captions:
    title = _("Cooperation map – %(place)s", place=place)
    sentence = lede(shown, known_on)
    answered = response(shown)
    described = " ".join(filter(None, [
        sentence,
        f"{answered}." if answered else "",
        _("Shapes are sectors, lines are ties; the same data stand in the table of the page."),
    ]))  # fmt: skip
    return Captions(
        title=title,
        lede=f"{sentence} {answered}." if answered else sentence,
        description=described,
        states={state: state_word(state) for state in _LEGEND if state in states},
        sectors={sector: sector_word(sector) for sector in SECTOR_GROUPS},
        guides=guides(voivodeships),
        isolates=isolates(shown),
        lines_heading=_("Line – state of the tie"),
        shapes_heading=_("Shape – sector"),
        width_note=_("Width: number of areas (1–3)"),
        stale=pgettext("tie", "out of date") if any(line.stale for line in shown.lines) else "",
    )
