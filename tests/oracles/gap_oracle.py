"""A second, slow reading of what a tie and a gap are: a loop over pairs, written from the words of the rule.

It shares no code with the product. It reads plain dictionaries (dates as `date`, lists as lists) and answers
in the words of the states. Where the product is clever, this is literal.
"""

from datetime import date, timedelta


def same_day_earlier(day, months):
    """Count the calendar back month by month; where the month is too short, its last day."""
    year, month = day.year, day.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    number = day.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


def word_of(world, claimant, partner, area, on, known):
    """The claim that is this side's word on the day, or None when it has said nothing."""
    stated = []
    for claim in world["claims"]:
        if (claim["claimant"], claim["partner"], claim["area"]) != (claimant, partner, area):
            continue
        if known is not None and claim["recorded"] > known:
            continue
        if claim["stated_on"] > on:
            continue
        stated.append(claim)
    if not stated:
        return None
    word = sorted(stated, key=lambda claim: (claim["stated_on"], claim["recorded"]))[-1]
    if word["stance"] == "withdrawn":
        return None
    if word["valid_from"] and word["valid_from"] > on:
        return None
    if word["valid_to"] and word["valid_to"] < on:
        return None
    return word


def is_fresh(world, claim, on):
    days = [claim["stated_on"]]
    if claim["last_activity"] and claim["last_activity"] <= on:
        days.append(claim["last_activity"])
    for event in world["events"]:
        both = claim["claimant"] in event["participants"] and claim["partner"] in event["participants"]
        if both and claim["area"] in event["areas"] and event["on"] <= on:
            days.append(event["on"])
    return max(days) >= same_day_earlier(on, 24)


def tie_state(world, one, other, area, on, known):
    """(state, whether every claim that holds is fresh, whether one of them is)."""
    words = [word_of(world, one, other, area, on, known), word_of(world, other, one, area, on, known)]
    holding = [word for word in words if word and word["stance"] == "cooperates"]
    denying = [word for word in words if word and word["stance"] != "cooperates"]
    silent = words.count(None)
    freshness = [is_fresh(world, word, on) for word in holding]
    if len(holding) == 2:
        state = "confirmed"
    elif len(holding) == 1 and len(denying) == 1:
        state = "disputed"
    elif len(holding) == 1 and silent == 1:
        state = "one-sided"
    elif denying:
        state = "none"
    else:
        state = "unknown"
    return state, bool(freshness) and all(freshness), any(freshness)


def active_in(world, type_code, teryt, on):
    found = []
    for institution in world["institutions"]:
        if institution["type"] != type_code:
            continue
        if not (institution["national"] or teryt in institution["voivodeships"]):
            continue
        if institution["active_from"] and institution["active_from"] > on:
            continue
        if institution["active_to"] and institution["active_to"] < on:
            continue
        found.append(institution["id"])
    return found


def agreed(world, one, other, area, on):
    for paper in world["agreements"]:
        if one not in paper["parties"] or other not in paper["parties"] or area not in paper["areas"]:
            continue
        if paper["signed_on"] and paper["signed_on"] > on:
            continue
        if paper["valid_from"] and paper["valid_from"] > on:
            continue
        if paper["valid_to"] and paper["valid_to"] < on:
            continue
        return True
    return False


def plain_state(world, expectation, teryt, on, known):
    side_a = active_in(world, expectation["type_a"], teryt, on)
    side_b = active_in(world, expectation["type_b"], teryt, on)
    if not side_a or not side_b:
        return "no_institution"
    if expectation["type_a"] == expectation["type_b"] and len(side_a) < 2:
        return "no_institution"
    area = expectation["area"]
    met_with_paper, met, pairs = set(), set(), []
    for one in side_a:
        for other in side_b:
            if one == other:
                continue
            state, all_fresh, some_fresh = tie_state(world, one, other, area, on, known)
            pairs.append((state, some_fresh))
            if state == "confirmed" and all_fresh:
                met |= {one, other}
                if agreed(world, one, other, area, on):
                    met_with_paper |= {one, other}
    small = side_b if len(side_b) < len(side_a) else side_a
    if all(one in met for one in small):
        return "formalised" if all(one in met_with_paper for one in small) else "covered"
    if any(one in met for one in small):
        return "partial"
    if any(state == "confirmed" for state, _ in pairs):
        return "stale"
    if any(state == "one-sided" and some_fresh for state, some_fresh in pairs):
        return "unconfirmed"
    if any(state == "disputed" for state, _ in pairs):
        return "disputed"
    return "gap"


def waived(world, expectation, teryt, on):
    for waiver in world["waivers"]:
        if waiver["expectation"] == expectation["id"] and waiver["voivodeship"] == teryt:
            last = waiver["valid_to"]
            if waiver["revoked_on"]:
                last = min(last, waiver["revoked_on"] - timedelta(days=1))
            if waiver["valid_from"] <= on <= last:
                return True
    return False


def gap_states(world, teryt, on, known=None):
    """{expectation id: (state, underlying state)} in one voivodeship on a day, as known at an instant."""
    answer = {}
    for expectation in world["expectations"]:
        under = plain_state(world, expectation, teryt, on, known)
        shown = under
        if under not in ("covered", "formalised") and waived(world, expectation, teryt, on):
            shown = "waived"
        answer[expectation["id"]] = (shown, under)
    return answer
