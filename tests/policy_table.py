"""Who may reach what, written by hand from the product's rules and not from the code.

One row per method and route. A letter per reader, in the order of READERS:

    +  let in         the page, a redirect after work, a form sent back, a conflict: anything but a refusal
    >  to sign-in     nobody is signed in
    -  403            the role never may
    0  404            not for this reader: the object is somebody else's, or there is none

`here` is the object of the Mazowieckie institution, `there` of the Wielkopolskie one, `shared` of a national body,
`mixed` pairs a parent of one place with a child of the other. A row without objects has only `all`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

READERS = ("stranger", "link holder", "institution here", "consultant here", "consultant there", "national",
           "administrator", "auditor")  # fmt: skip


@dataclass(frozen=True)
class Row:
    method: str
    rule: str
    letters: dict[str, str]  # by kind of object
    paths: dict[str, str] = field(default_factory=dict)  # where the path does not follow from the rule
    query: str = ""  # the parameter that names the place
    absent: bool = True  # whether an object that never existed can be asked for


def row(method: str, rule: str, all: str = "", *, query: str = "", paths: dict[str, str] | None = None,
        absent: bool = True, **letters: str) -> Row:  # fmt: skip
    given = {"all": all} if all else letters
    for text in given.values():
        assert len(text) == len(READERS) and set(text) <= set("+>-0"), (method, rule, text)
    return Row(method, rule, given, paths or {}, query, absent and not all)


# Rules that many rows share.           s l i c C n a u
EVERYONE = "++++++++"
SIGNED_IN = ">>++++++"
READ = {"here": ">>++0+++", "there": ">>00++++", "shared": ">>++++++"}  # own place and national bodies; three see all
EDIT = {"here": ">>++0-+-", "there": ">>00+-+-", "shared": ">>000-+-"}  # own institution, own voivodeship, administrator
VOICE = {"here": ">>++0---", "there": ">>00+---", "shared": ">>000---"}  # speaks for it: itself or its consultant
NETWORK = ">>-+++++"  # the map, gaps and teams are not for institutions
CONSULTANTS = ">>-++---"
TEAM = {"here": ">>-+0---", "there": ">>-0+---", "shared": ">>-00---"}  # kept by its consultant alone
FILES_IN = ">>-++-+-"
FILES_OUT = ">>++++" + "+-"  # the auditor reads, and takes nothing away
KEEPERS = ">>-++-+-"  # accounts: the administrator all, a consultant those of institutions in the voivodeship
# A response is answered by its institution, by a link made for it, and by the consultant of its voivodeship on behalf;
# the reader here holds a link of another purpose.
ANSWERS = {"here": ">0++0---", "there": ">000+---", "shared": ">0000---"}
# A round is its voivodeship's consultant's; one of the country is worked on by every consultant, among their own
# institutions, and changed by the national reviewer, who may do both anywhere.
WORK = {"here": ">>-+0+--", "there": ">>-0++--", "shared": ">>-+++--"}
LEAD = {"here": ">>-+0+--", "there": ">>-0++--", "shared": ">>-00+--"}
LINK_ONLY = "0+000000"
ADMINISTRATOR = ">>----+-"
LOG = ">>----++"
ANSWERS_OUT = {"here": ">>++0++-", "there": ">>00+++-", "shared": ">>0++++-"}
# Questionnaires: a draft (here) is for who edits, what is published (there) for who works with it and cannot be edited.
VERSIONS = {"here": ">>-00+00", "there": ">>-+++++"}
DRAFTS = {"here": ">>---+--", "there": ">>---0--"}
DRAFT_ACTS = {"here": ">>---+--", "there": ">>---+--"}  # what is sent to a published version meets a conflict

# A colleague of no account: what a consultant may not do with accounts that are not an institution's.
ACCOUNT = {"here": ">>-+0-+-", "there": ">>-0+-+-", "shared": ">>-00-+-"}

TABLE = (
    # The door
    row("GET", "/sign-in", EVERYONE),
    row("POST", "/sign-in", EVERYONE),
    row("POST", "/sign-out", EVERYONE),
    row("GET", "/forgotten", EVERYONE),
    row("POST", "/forgotten", EVERYONE),
    row("GET", "/password", "00000000"),  # without a link there is nothing: gone
    row("POST", "/password", "00000000"),
    row("GET", "/password/<token>", EVERYONE),
    row("GET", "/l/<token>", "00000000"),  # an unknown link: gone
    row("GET", "/l", "00000000"),  # no link was followed: there is nothing to ask
    row("POST", "/l", "00000000"),
    row("GET", "/about/<page>", EVERYONE),
    row("GET", "/menu", EVERYONE),
    row("GET", "/health/live", EVERYONE),
    row("GET", "/health/ready", EVERYONE),
    row("GET", "/static/<path:filename>", EVERYONE),
    row("GET", "/static/vendor/<path:filename>", EVERYONE),
    row("GET", "/static/vendor/vis-network-<version>.min.js", EVERYONE),
    row("GET", "/bootstrap/static/<path:filename>", "00000000"),  # the wheel's own address, its files are not there
    row("GET", "/", SIGNED_IN),
    # One's own account
    row("GET", "/account", SIGNED_IN),
    row("POST", "/account/preferences", SIGNED_IN),
    row("GET", "/account/password", SIGNED_IN),
    row("POST", "/account/password", SIGNED_IN),
    row("POST", "/account/end-sessions", SIGNED_IN),
    # Accounts of others
    row("GET", "/accounts", KEEPERS),
    row("GET", "/accounts/new", KEEPERS),
    row("POST", "/accounts/new", KEEPERS),
    row("GET", "/accounts/<user_id>", **ACCOUNT),
    row("POST", "/accounts/<user_id>/disable", **ACCOUNT),
    row("POST", "/accounts/<user_id>/enable", **ACCOUNT),
    row("POST", "/accounts/<user_id>/link", **ACCOUNT),
    row("POST", "/accounts/<user_id>/end-sessions", **ACCOUNT),
    row("GET", "/accounts/<user_id>/role", here=ADMINISTRATOR, there=ADMINISTRATOR, shared=ADMINISTRATOR),
    row("POST", "/accounts/<user_id>/role", here=ADMINISTRATOR, there=ADMINISTRATOR, shared=ADMINISTRATOR),
    # Audit
    row("GET", "/audit", LOG),
    row("GET", "/audit/export", LOG),
    # Institutions
    row("GET", "/institutions", query="voivodeship", here=">>++0+++", there=">>00++++"),
    row("GET", "/search", SIGNED_IN),
    row("GET", "/call", query="voivodeship", here=">>++0+++", there=">>00++++"),
    row("GET", "/institutions/new", FILES_IN),
    row("POST", "/institutions/new", FILES_IN),
    row("GET", "/institutions/<institution_id>", **READ),
    row("GET", "/institutions/<institution_id>/contacts.vcf", **READ),
    row("GET", "/institutions/<institution_id>/edit", **EDIT),
    row("POST", "/institutions/<institution_id>/edit", **EDIT),
    row("GET", "/institutions/<institution_id>/card", **EDIT),
    row("POST", "/institutions/<institution_id>/card", **EDIT),
    row("GET", "/institutions/<institution_id>/contacts/new", **EDIT),
    row("POST", "/institutions/<institution_id>/contacts/new", **EDIT),
    row("POST", "/institutions/<institution_id>/confirm", **VOICE),  # "is this still true?"
    row("POST", "/institutions/<institution_id>/contacts/confirm", **VOICE),
    row("POST", "/institutions/<institution_id>/contacts/<contact_id>/confirm", **VOICE, mixed=">>00" + "0---"),
    row("GET", "/institutions/<institution_id>/contacts/<contact_id>/edit", **EDIT, mixed=">>000-0-"),
    row("POST", "/institutions/<institution_id>/contacts/<contact_id>/edit", **EDIT, mixed=">>000-0-"),
    row("GET", "/institutions/<institution_id>/contacts/<contact_id>/remove", **EDIT, mixed=">>000-0-"),
    row("POST", "/institutions/<institution_id>/contacts/<contact_id>/remove", **EDIT, mixed=">>000-0-"),
    row("GET", "/institutions/<institution_id>/contacts/<contact_id>/reveal",
        here=">>++0---", there=">>00+---", shared=">>0++---", mixed=">>000---"),
    row("POST", "/institutions/<institution_id>/contacts/<contact_id>/reveal",
        here=">>++0---", there=">>00+---", shared=">>0++---", mixed=">>000---"),
    # Cooperation
    row("GET", "/cooperation", SIGNED_IN),
    row("GET", "/cooperation/tie/<one>/<other>", here=">>++0+++", there=">>00++++", mixed=">>000+++"),
    row("GET", "/cooperation/state", query="claimant", here=">>++0---", there=">>00+---", shared=">>000---"),
    row("POST", "/cooperation/state", query="claimant", here=">>++0---", there=">>00+---", shared=">>000---"),
    row("GET", "/cooperation/matrix", query="claimant", here=">>++0---", there=">>00+---", shared=">>000---"),
    row("POST", "/cooperation/matrix", query="claimant", here=">>++0---", there=">>00+---", shared=">>000---"),
    row("GET", "/cooperation/claims/<claim_id>/withdraw", here=">>++0---", there=">>00+---"),
    row("POST", "/cooperation/claims/<claim_id>/withdraw", here=">>++0---", there=">>00+---"),
    row("POST", "/cooperation/claims/<claim_id>/restore", here=">>++0---", there=">>00+---"),
    row("GET", "/cooperation/ask/<institution_id>", here=">>-+0---", there=">>-0+---"),
    row("POST", "/cooperation/ask/<institution_id>", here=">>-+0---", there=">>-0+---"),
    row("POST", "/cooperation/ask/<institution_id>/revoke/<invitation_id>",
        here=">>-+0---", there=">>-0+---", mixed=">>-00---"),
    row("GET", "/cooperation/said", ">>+00---"),  # an institution's own page; a consultant answers on the tie
    row("POST", "/cooperation/said", ">>+00---"),
    row("GET", "/cooperation/said/check", ">>+00---"),
    row("POST", "/cooperation/said/check", ">>+00---"),
    row("GET", "/reply", LINK_ONLY),
    row("POST", "/reply", LINK_ONLY),
    row("GET", "/reply/check", LINK_ONLY),
    row("POST", "/reply/check", LINK_ONLY),
    row("GET", "/reply/done", LINK_ONLY),
    # The map
    row("GET", "/cooperation/map", query="voivodeship", here=">>-+0+++", there=">>-0++++"),
    row("GET", "/cooperation/map.<any(svg, html, json, csv, xlsx):kind>",
        query="voivodeship", here=">>-+0+++", there=">>-0++++"),
    row("GET", "/cooperation/map/drawing", query="voivodeship", here=">>-+0+++", there=">>-0++++"),
    row("GET", "/cooperation/map/panel", query="voivodeship", here=">>-+0+++", there=">>-0++++"),
    # Rounds, letters and what comes in; letters are mailed only where a mail server is set
    row("GET", "/rounds", ">>-+++--"),
    row("GET", "/rounds/new", ">>-+++--"),
    row("POST", "/rounds/new", ">>-+++--"),
    row("GET", "/rounds/<round_id>", **WORK),
    row("GET", "/rounds/<round_id>/edit", **LEAD),
    row("POST", "/rounds/<round_id>/edit", **LEAD),
    row("GET", "/rounds/<round_id>/institutions", **LEAD),
    row("POST", "/rounds/<round_id>/institutions", **LEAD),
    row("GET", "/rounds/<round_id>/open", **LEAD),
    row("POST", "/rounds/<round_id>/open", **LEAD),
    row("GET", "/rounds/<round_id>/close", **LEAD),
    row("POST", "/rounds/<round_id>/close", **LEAD),
    row("GET", "/rounds/<round_id>/drop", **LEAD),
    row("POST", "/rounds/<round_id>/drop", **LEAD),
    row("GET", "/rounds/<round_id>/remind", **WORK),
    row("POST", "/rounds/<round_id>/remind", **WORK),
    row("GET", "/rounds/<round_id>/letters", **WORK),
    row("POST", "/rounds/<round_id>/complete", **LEAD),
    row("GET", "/rounds/<round_id>/letters/send", here=">>-000--", there=">>-000--", shared=">>-000--"),
    row("POST", "/rounds/<round_id>/letters/send", here=">>-000--", there=">>-000--", shared=">>-000--"),
    row("GET", "/rounds/<round_id>/letters/print", **WORK),
    row("POST", "/rounds/<round_id>/letters/print", **WORK),
    row("GET", "/rounds/<round_id>/letters/<letter_id>", **LEAD, mixed=">>-000--"),
    row("POST", "/rounds/<round_id>/letters/<letter_id>", **LEAD, mixed=">>-000--"),
    row("POST", "/rounds/<round_id>/letters/<letter_id>/mark", **LEAD, mixed=">>-000--"),
    row("GET", "/rounds/responses/<response_id>", **LEAD),
    row("POST", "/rounds/responses/<response_id>", **LEAD),
    row("GET", "/rounds/responses/<response_id>/reopen", **LEAD),
    row("POST", "/rounds/responses/<response_id>/reopen", **LEAD),
    row("GET", "/rounds/responses/<response_id>/reminders", **LEAD),
    row("POST", "/rounds/responses/<response_id>/reminders", **LEAD),
    row("POST", "/rounds/responses/<response_id>/links", **LEAD),
    row("POST", "/rounds/responses/<response_id>/links/<link_id>/revoke", **LEAD, mixed=">>-000--"),
    # Filling in a self-assessment
    row("GET", "/survey", ">>+++---"),
    row("GET", "/survey/opened", "00000000"),  # of links into a self-assessment only
    row("GET", "/survey/alive", ">++++---"),
    row("GET", "/survey/<response_id>", **ANSWERS),
    row("GET", "/survey/<response_id>/section/<section>", **ANSWERS),
    row("POST", "/survey/<response_id>/section/<section>", **ANSWERS),
    row("GET", "/survey/<response_id>/pass-on", **ANSWERS),
    row("POST", "/survey/<response_id>/pass-on", **ANSWERS),
    row("GET", "/survey/<response_id>/pass-on/<link_id>", **ANSWERS, mixed=">00" + "00---"),
    row("POST", "/survey/<response_id>/pass-on/<link_id>/revoke", **ANSWERS, mixed=">00" + "00---"),
    row("POST", "/survey/<response_id>/reminders", **ANSWERS),
    row("GET", "/survey/<response_id>/check", **ANSWERS),
    row("POST", "/survey/<response_id>/check", **ANSWERS),
    row("GET", "/survey/<response_id>/result", **ANSWERS),
    row("GET", "/survey/<response_id>/ties", **ANSWERS),
    row("POST", "/survey/<response_id>/ties", **ANSWERS),
    # Gaps
    row("GET", "/gaps", query="voivodeship", here=">>-+0+++", there=">>-0++++"),
    row("GET", "/gaps/table.csv", query="voivodeship", here=">>-+0+++", there=">>-0++++"),
    row("GET", "/gaps/weights", NETWORK),
    row("GET", "/gaps/<expectation_id>", query="voivodeship", here=">>-+0+++", there=">>-0++++"),
    row("GET", "/gaps/<expectation_id>/waive", query="voivodeship", here=">>-+0---", there=">>-0+---"),
    row("POST", "/gaps/<expectation_id>/waive", query="voivodeship", here=">>-+0---", there=">>-0+---"),
    row("POST", "/gaps/<expectation_id>/waive/<waiver_id>/end", query="voivodeship",
        here=">>-+0---", there=">>-0+---", mixed=">>-00---"),
    # The country, teams
    row("GET", "/country", ">>---+++"),
    row("GET", "/country/blanks", ">>---+++"),
    row("GET", "/country/table.csv", ">>---+++"),
    # Results of the self-assessment: an institution its own, a consultant those of the voivodeship, three see all
    row("GET", "/readiness", query="voivodeship", here=">>++0+++", there=">>00++++"),
    row("GET", "/readiness/institutions/<institution_id>",
        here=">>++0+++", there=">>00++++", shared=">>000+++"),
    row("GET", "/readiness/country", ">>---+++"),
    row("GET", "/readiness/country.csv", ">>---+++"),
    row("GET", "/teams", query="voivodeship", here=">>-+0+++", there=">>-0++++"),
    row("GET", "/teams/<team_id>/edit", **TEAM),
    row("POST", "/teams/<team_id>/edit", **TEAM),
    row("GET", "/teams/<team_id>/members/new", **TEAM),
    row("POST", "/teams/<team_id>/members/new", **TEAM),
    row("GET", "/teams/<team_id>/members/<member_id>/edit", **TEAM, mixed=">>-00---"),
    row("POST", "/teams/<team_id>/members/<member_id>/edit", **TEAM, mixed=">>-00---"),
    row("GET", "/teams/<team_id>/members/<member_id>/remove", **TEAM, mixed=">>-00---"),
    row("POST", "/teams/<team_id>/members/<member_id>/remove", **TEAM, mixed=">>-00---"),
    # Files
    row("GET", "/import", FILES_OUT),  # one page for both ways; what a role may not do is not on it
    row("GET", "/export", FILES_OUT),
    row("POST", "/import", FILES_IN),
    row("GET", "/import/template/<kind>.<format>", FILES_IN),
    row("GET", "/import/<token>", here=">>-+0-0-", there=">>-0+-0-"),  # a file waits for whoever brought it
    row("POST", "/import/<token>", here=">>-+0-0-", there=">>-0+-0-"),
    row("POST", "/import/<token>/decide", here=">>-+0-0-", there=">>-0+-0-"),
    row("GET", "/import/<token>/errors.csv", here=">>-+0-0-", there=">>-0+-0-"),
    row("GET", "/export/<kind>.<format>", query="voivodeship", here=">>++0++-", there=">>00+++-"),
    row("POST", "/export/contacts.<format>", query="voivodeship", here=">>++0---", there=">>00+---"),
    row("GET", "/export/network/<format>", query="voivodeship", here=">>-+0++-", there=">>-0+++-"),
    # Answers as files: of the own voivodeship, of the country, or one's own
    row("GET", "/readiness/rounds/<round_id>/export", **ANSWERS_OUT),
    row("GET", "/readiness/rounds/<round_id>/export/<table>.<format>", **ANSWERS_OUT),
    # Questionnaires
    row("GET", "/questionnaires", ">>-+++++"),
    row("GET", "/questionnaires/from-file", ">>---+--"),
    row("POST", "/questionnaires/from-file", ">>---+--"),
    row("GET", "/questionnaires/from-file/<token>", ">>---0--"),  # a file waits for whoever brought it
    row("POST", "/questionnaires/from-file/<token>", ">>---0--"),
    row("GET", "/questionnaires/<questionnaire>/<number>", **VERSIONS),
    row("GET", "/questionnaires/<questionnaire>/<number>/preview", **VERSIONS),
    row("GET", "/questionnaires/<questionnaire>/<number>/compare", **VERSIONS),
    row("GET", "/questionnaires/<questionnaire>/<number>/form.xlsx", **VERSIONS),
    row("GET", "/questionnaires/<questionnaire>/<number>/questionnaire.json", **VERSIONS),
    row("GET", "/questionnaires/<questionnaire>/<number>/draft", **DRAFT_ACTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/draft", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/publish", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/publish", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/drop", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/drop", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/texts", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/texts", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/dimensions", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/dimensions", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/rules", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/rules", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/groups/<name>", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/groups/<name>", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/new-group", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/new-group", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/new-item", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/new-item", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/items/<item_id>", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/items/<item_id>", **DRAFT_ACTS),
    row("GET", "/questionnaires/<questionnaire>/<number>/items/<item_id>/retire", **DRAFTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/items/<item_id>/retire", **DRAFT_ACTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/groups/<name>/remove", **DRAFT_ACTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/items/<item_id>/move", **DRAFT_ACTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/items/<item_id>/new-id", **DRAFT_ACTS),
    row("POST", "/questionnaires/<questionnaire>/<number>/items/<item_id>/restore", **DRAFT_ACTS),
)
