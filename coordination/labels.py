"""What codes are called. Every code that a person may read stands here once, as a text to translate. No Flask."""

from __future__ import annotations

from coordination.i18n import N_

LABELS: dict[str, dict[str, str]] = {
    "stance": {
        "cooperates": N_("cooperation exists"),
        "does_not_cooperate": N_("no cooperation here"),
        "not_applicable": N_("not applicable"),
        "withdrawn": N_("statement withdrawn"),
    },
    "form": {
        "joint_action": N_("joint actions"),
        "took_part": N_("took part in the other side’s initiative"),
        "referral": N_("referring people to support"),
        "information": N_("exchange of general information"),
        "training": N_("training"),
        "inspection": N_("inspections"),
    },
    "basis_of_claim": {
        "agreement": N_("written agreement"),
        "procedure": N_("procedure in force"),
        "ad_hoc": N_("ad hoc, no agreement"),
    },
    "frequency": {"once": N_("once"), "several": N_("several times"), "regular": N_("regularly")},
    "intensity": {
        "1": N_("1 of 4 – knowing whom to ask"),
        "2": N_("2 of 4 – exchange of information"),
        "3": N_("3 of 4 – agreeing on actions"),
        "4": N_("4 of 4 – acting together as a rule"),
    },
    "claim_source": {
        "own_statement": N_("own statement"),
        "survey": N_("self-assessment"),
        "on_behalf": N_("recorded by the consultant on behalf of the institution"),
        "document": N_("document"),
        "meeting": N_("meeting"),
    },
    "level": {"required": N_("required"), "recommended": N_("recommended"), "optional": N_("optional")},
    "basis": {
        "law": N_("law"),
        "procedure": N_("procedure"),
        "plan": N_("plan"),
        "practice": N_("practice"),
    },
    "scope": {"regional": N_("regional"), "national_link": N_("link to a national body")},
    "visibility": {
        "public": N_("public"),
        "network": N_("for institutions of the network"),
        "private": N_("not public – each reading is logged"),
    },
    "channel": {
        "phone": N_("telephone"),
        "mobile": N_("mobile telephone"),
        "email": N_("e-mail"),
        "fax": N_("fax"),
        "e_delivery": N_("e-delivery address"),
    },
    "team_role": {
        "chair": N_("chair"),
        "vice_chair": N_("vice-chair"),
        "secretariat": N_("secretariat"),
        "convener": N_("convener"),
        "member": N_("member"),
        "invited": N_("invited institution"),
    },
    "access": {
        "seed": N_("in the Ministry’s presentation"),
        "stored_excerpt": N_("the beginning of a stored copy was read"),
        "known_not_reread": N_("general knowledge, not read again"),
    },
    "stage": {
        "invited": N_("invited"),
        "opened": N_("opened"),
        "in_progress": N_("in progress"),
        "to_sign": N_("to be approved"),
        "submitted": N_("handed in"),
        "returned": N_("returned"),
        "accepted": N_("accepted"),
    },
    "round": {"draft": N_("draft round"), "open": N_("open round"), "closed": N_("closed round")},
    "letter": {
        "invitation": N_("invitation letter"),
        "reminder": N_("reminder"),
        "returned": N_("returned with comments"),
        "reopened": N_("reopened for answers"),
    },
    "letter_state": {
        "draft": N_("to be sent"),
        "sending": N_("being sent – not known whether it left"),
        "sent": N_("sent"),
        "printed": N_("printed or handed over"),
        "failed": N_("not sent – can be tried again"),
        "bounced": N_("not delivered"),
        "dropped": N_("dropped"),
    },
    "not_reminded": {
        "answered": N_("has answered"),
        "stopped": N_("reminders were stopped"),
        "bounced": N_("the last letter was not delivered"),
        "enough": N_("has had three reminders"),
        "recent": N_("was reminded less than 7 days ago"),
        "waiting": N_("a letter waits in the outbox"),
        "closed": N_("the round is not open"),
    },
    "recorded_as": {
        "consultant": N_("voivodeship consultant"),
        "institution": N_("institution"),
        "guest": N_("institution, by link without an account"),
        "administrator": N_("administrator"),
        "operator": N_("operator of the platform"),
    },
}


def label(kind: str, code: object) -> str:
    """The English text of a code, to be translated where it is shown; an unknown code stays as it is."""
    return LABELS[kind].get(str(code), str(code))
