"""Words of the room."""

from __future__ import annotations

from coordination.i18n import N_

KINDS = {
    "institutions": N_("Institutions"),
    "contacts": N_("Contacts"),
    "claims": N_("Claims"),
    "agreements": N_("Agreements"),
    "team-members": N_("Team members"),
}
NETWORKS = {
    "gexf": N_("GEXF (Gephi)"),
    "graphml": N_("GraphML"),
    "pajek": N_("Pajek"),
    "kumu": N_("Kumu"),
    "ucinet": N_("UCINET"),
    "csv": N_("CSV, list of pairs"),
}
ACTIONS = {"created": N_("new record"), "changed": N_("changed record")}
EXAMPLES = {
    # Placeholders of templates: functions and example numbers only, never people.
    "institutions": {
        "id": "oik-przyklad", "name_pl": "Ośrodek Interwencji Kryzysowej (przykład)", "short_name": "OIK (przykład)",
        "type": "crisis_centre", "voivodeships": "14", "city": "Radom", "source": "PUB",
    },
    "contacts": {
        "institution_id": "uw-mazowieckie", "function": "dyżurny (przykład)", "channel": "phone",
        "value": "22 000 01 01", "hours": "Mo-Fr 07:30-15:30; PH off", "visibility": "network",
    },
    "claims": {
        "claimant_id": "uw-mazowieckie", "partner_id": "kwp-radom", "area": "identification", "stance": "cooperates",
        "forms": "information;training", "basis": "procedure", "frequency": "several", "intensity": "2",
        "stated_on": "2026-01-12", "source": "on_behalf",
    },
    "agreements": {
        "id": "porozumienie-przyklad", "title": "Porozumienie (przykład)", "parties": "kwp-radom;uw-mazowieckie",
        "areas": "identification;referral", "signed_on": "2025-03-10", "valid_from": "2025-03-10",
    },
    "team-members": {
        "team_id": "team-14", "institution_id": "kwp-radom", "role": "member", "since": "2025", "source": "PUB",
    },
}  # fmt: skip
