"""What the audit log says, in words. No Flask: the page hands in its translator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coordination.graph.audit_log import Entry
from coordination.i18n import N_

Translate = Callable[..., str]

ACTIONS: dict[str, str] = {
    "session:begin": N_("Signed in"),
    "session:refused": N_("Sign-in refused"),
    "session:end": N_("Signed out"),
    "session:end_others": N_("Other sessions ended"),
    "account:add": N_("Account opened"),
    "account:disable": N_("Account disabled"),
    "account:enable": N_("Account enabled"),
    "account:role": N_("Role of an account changed"),
    "account:password": N_("Password set"),
    "account:preferences": N_("Settings of an account changed"),
    "account:reset_asked": N_("New password link asked for"),
    "account:link": N_("One-time password link made"),
    "audit:export": N_("Audit log exported"),
    "reference:load": N_("Reference data loaded"),
    "institution:add": N_("Institution added"),
    "institution:edit": N_("Institution edited"),
    "contact:add": N_("Contact added"),
    "contact:edit": N_("Contact edited"),
    "contact:confirm": N_("Contact confirmed"),
    "contact:remove": N_("Contact removed"),
    "contact:reveal": N_("Hidden number shown"),
    "card:edit": N_("Competence card edited"),
    "card:confirm": N_("Competence card confirmed"),
    "institution:import": N_("Institution taken from a file"),
    "contact:import": N_("Contact taken from a file"),
    "claim:import": N_("Statement on cooperation taken from a file"),
    "agreement:import": N_("Agreement taken from a file"),
    "team:import": N_("Team member taken from a file"),
    "example:fill": N_("Example data made"),
    "backup:restore": N_("Backup restored"),
    "claim:state": N_("Statement on cooperation recorded"),
    "claim:withdraw": N_("Statement on cooperation withdrawn"),
    "claim:restore": N_("Statement on cooperation restored"),
    "invitation:create": N_("Invitation link made"),
    "invitation:open": N_("Invitation link opened"),
    "invitation:use": N_("Invitation link used up"),
    "invitation:revoke": N_("Invitation link revoked"),
    "waiver:decide": N_("Gap waived"),
    "waiver:revoke": N_("Waiver of a gap withdrawn"),
    "team:edit": N_("Team edited"),
    "questionnaire:create": N_("Draft of a questionnaire made"),
    "questionnaire:edit": N_("Draft of a questionnaire saved"),
    "questionnaire:publish": N_("Questionnaire published"),
    "questionnaire:drop": N_("Draft of a questionnaire thrown away"),
    "round:create": N_("Round of the self-assessment prepared"),
    "round:edit": N_("Round of the self-assessment changed"),
    "round:open": N_("Round of the self-assessment opened"),
    "round:drop": N_("Draft of a round thrown away"),
    "round:close": N_("Round of the self-assessment closed"),
    "response:open": N_("Self-assessment opened for the first time"),
    "response:ask_to_sign": N_("Self-assessment passed on for approval"),
    "response:submit": N_("Self-assessment handed in"),
    "response:return": N_("Self-assessment returned with comments"),
    "response:reopen": N_("Self-assessment reopened"),
    "response:accept": N_("Self-assessment accepted"),
    "answer:save": N_("Answers saved"),
    "round:add": N_("Institutions added to a round"),
    "response:stop": N_("Reminders of a self-assessment stopped"),
    "response:remind": N_("Reminders of a self-assessment allowed again"),
    "letter:prepare": N_("Letters prepared in the outbox"),
    "letter:edit": N_("Letter edited"),
    "letter:drop": N_("Letter dropped"),
    "letter:begin": N_("Sending of a letter begun"),
    "letter:sent": N_("Letter sent"),
    "letter:draft": N_("Letter put back: it had not left"),
    "letter:failed": N_("Letter could not be sent"),
    "letter:bounced": N_("Letter not delivered"),
    "letter:printed": N_("Letter printed or handed over"),
    "export:answers": N_("Answers of a round taken out as a file"),
    "file:import": N_("File imported"),
    "file:export": N_("File exported"),
}

KINDS: dict[str, str] = {
    "session": N_("Signing in and out"),
    "account": N_("Accounts"),
    "audit": N_("Audit log"),
    "institution": N_("Institutions"),
    "contact": N_("Contacts"),
    "card": N_("Competence cards"),
    "claim": N_("Statements on cooperation"),
    "invitation": N_("Invitation links"),
    "waiver": N_("Waivers of gaps"),
    "team": N_("Teams"),
    "file": N_("Import and export"),
    "reference": N_("Reference data"),
    "backup": N_("Backup"),
    "agreement": N_("Agreements"),
    "example": N_("Example data"),
    "questionnaire": N_("Questionnaires"),
    "round": N_("Rounds of the self-assessment"),
    "response": N_("Self-assessments"),
    "answer": N_("Answers of self-assessments"),
    "export": N_("Answers as files"),
    "letter": N_("Letters about self-assessments"),
}

FIELDS: dict[str, str] = {
    "role": N_("Role"),
    "acts_for": N_("Acts for"),
    "active": N_("Active"),
    "language": N_("Language"),
    "dense": N_("Dense tables"),
    "purpose": N_("Purpose"),
    "institution": N_("Institution"),
    "institution_id": N_("Institution"),
    "name_pl": N_("Name"),
    "short_name": N_("Short name"),
    "type": N_("Type"),
    "city": N_("Town"),
    "website": N_("Website"),
    "stance": N_("Stance"),
    "area": N_("Area"),
    "partner": N_("Partner"),
    "partner_id": N_("Partner"),
    "claimant": N_("Who states"),
    "claimant_id": N_("Who states"),
    "function": N_("Function"),
    "hours": N_("Hours"),
    "confirmed_on": N_("Confirmed on"),
    "reason": N_("Reason"),
    "valid_from": N_("Valid from"),
    "valid_to": N_("Valid to"),
    "version": N_("Version"),
    "count": N_("Number"),
    "file": N_("File"),
    "rows": N_("Rows"),
    "created": N_("Created"),
    "changed": N_("Changed"),
    "unchanged": N_("Unchanged"),
    "rejected": N_("Rejected"),
}

# Codes among the values, in words.
VALUES: dict[str, str] = {
    "set-up": N_("first password"),
    "reset": N_("new password"),
    "consultant": N_("Voivodeship consultant"),
    "institution": N_("Institution"),
    "national": N_("National overview"),
    "administrator": N_("Administrator"),
    "auditor": N_("Auditor"),
}


def action(code: str, _: Translate) -> str:
    """The words of an action; one that nobody has named yet is shown as it is written."""
    return _(ACTIONS[code]) if code in ACTIONS else code.replace(":", ": ").replace("_", " ")


def sentence(entry: Entry, _: Translate) -> str:
    """What happened to what, e.g. "Institution edited: KWP Poznań"."""
    what = action(entry.action, _)
    return f"{what}: {entry.object_name}" if entry.object_name else what


def changes(entry: Entry, _: Translate) -> list[tuple[str, str, str]]:
    """Rows of field, before, after; only what differs when both are known."""
    names = sorted({*entry.before, *entry.after})
    return [
        (_(FIELDS[name]) if name in FIELDS else name, shown(entry.before.get(name), _), shown(entry.after.get(name), _))
        for name in names
        if entry.before.get(name) != entry.after.get(name)
    ]


def shown(value: Any, _: Translate) -> str:
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(shown(each, _) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {shown(each, _)}" for key, each in value.items())
    return _(VALUES[value]) if value in VALUES else str(value)
