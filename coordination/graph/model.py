"""The domain's words as plain values. Everything here is immutable and knows no database and no web."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Stance(StrEnum):
    """What one side says about its cooperation with another in an area."""

    COOPERATES = "cooperates"
    DOES_NOT_COOPERATE = "does_not_cooperate"
    NOT_APPLICABLE = "not_applicable"
    WITHDRAWN = "withdrawn"  # the side took its statement back: from then on it has said nothing


class Form(StrEnum):
    JOINT_ACTION = "joint_action"
    TOOK_PART = "took_part"
    REFERRAL = "referral"
    INFORMATION = "information"
    TRAINING = "training"
    INSPECTION = "inspection"


class Basis(StrEnum):
    AGREEMENT = "agreement"
    PROCEDURE = "procedure"
    AD_HOC = "ad_hoc"


class Frequency(StrEnum):
    ONCE = "once"
    SEVERAL = "several"
    REGULAR = "regular"


class ClaimSource(StrEnum):
    OWN_STATEMENT = "own_statement"
    SURVEY = "survey"
    ON_BEHALF = "on_behalf"
    DOCUMENT = "document"
    MEETING = "meeting"


class TieState(StrEnum):
    CONFIRMED = "confirmed"
    ONE_SIDED = "one-sided"
    DISPUTED = "disputed"
    NONE = "none"
    UNKNOWN = "unknown"


class GapState(StrEnum):
    NO_INSTITUTION = "no_institution"
    GAP = "gap"
    DISPUTED = "disputed"
    UNCONFIRMED = "unconfirmed"
    STALE = "stale"
    PARTIAL = "partial"
    COVERED = "covered"
    FORMALISED = "formalised"
    WAIVED = "waived"


class Level(StrEnum):
    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


class Scope(StrEnum):
    REGIONAL = "regional"
    NATIONAL_LINK = "national_link"


class Visibility(StrEnum):
    PUBLIC = "public"
    NETWORK = "network"
    PRIVATE = "private"


class ChannelKind(StrEnum):
    PHONE = "phone"
    MOBILE = "mobile"
    EMAIL = "email"
    FAX = "fax"
    E_DELIVERY = "e_delivery"


class Freshness(StrEnum):
    """Of a contact: confirmed within 6 months, within 12, or longer ago (off the call lists)."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Voivodeship:
    teryt: str
    name_pl: str
    name_en: str


@dataclass(frozen=True, slots=True)
class InstitutionType:
    code: str
    name_pl: str
    name_en: str
    sector: str
    level: str
    team_role: str
    description_pl: str = ""
    description_en: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    name_pl: str
    name_en: str
    definition_pl: str = ""
    definition_en: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    title: str
    issuer: str = ""
    date: str = ""
    url: str = ""
    access: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """One institution. `voivodeships` are TERYT codes; a national body has `national` and no codes."""

    id: str
    name_pl: str
    short_name: str
    type: str
    parent_id: str = ""
    voivodeships: tuple[str, ...] = ()
    voivodeships_partial: tuple[str, ...] = ()
    national: bool = False
    city: str = ""
    website: str = ""
    name_2014: str = ""
    source: tuple[str, ...] = ()
    note: str = ""
    active_from: date | None = None
    active_to: date | None = None
    version: int = 1
    example: bool = False

    def active(self, on: date) -> bool:
        return (self.active_from is None or self.active_from <= on) and (
            self.active_to is None or on <= self.active_to
        )

    def covers(self, teryt: str) -> bool:
        """Whether it acts in the voivodeship: wholly, partly or as a national body."""
        return self.national or teryt in self.voivodeships


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one side says about its cooperation with a partner in one area. Never changed once recorded."""

    id: str
    claimant_id: str
    partner_id: str
    area: str
    stance: Stance
    forms: tuple[Form, ...] = ()
    basis: Basis | None = None
    frequency: Frequency | None = None
    intensity: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    last_activity: date | None = None
    stated_on: date
    source: ClaimSource = ClaimSource.OWN_STATEMENT
    note: str = ""
    recorded_at: datetime | None = None
    superseded_at: datetime | None = None
    recorded_by: str = ""  # account id, "local-operator" or "link:<invitation id>"
    recorded_as: str = ""  # function shown to people, e.g. "consultant", never a person's name
    example: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    kind: ChannelKind
    value: str
    visibility: Visibility
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact point: a function first, reachable by at least one channel."""

    id: str
    institution_id: str
    function: str
    channels: tuple[Channel, ...]
    hours: str = ""
    confirmed_on: date | None = None
    version: int = 1
    example: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    id: str
    title: str
    parties: tuple[str, ...]
    areas: tuple[str, ...]
    signed_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1
    example: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A joint action, inspection, training, campaign or meeting. Refreshes its participants' ties in its areas."""

    id: str
    title: str
    on: date
    participants: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the reference model expects between two institution types in an area."""

    id: str
    area: str
    type_a: str
    type_b: str
    direction: str  # "a_to_b" | "both"
    level: Level
    basis: str  # "law" | "procedure" | "plan" | "practice"
    scope: Scope
    why_pl: str = ""
    why_en: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A consultant's decision that an expectation is not pursued in a voivodeship, until a date."""

    id: str
    expectation_id: str
    voivodeship: str
    reason: str
    valid_from: date
    valid_to: date
    revoked_on: date | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayStep:
    pathway_id: str
    step_no: int
    role_type: str
    partner_types: tuple[str, ...]
    area: str
    pathway_pl: str = ""
    pathway_en: str = ""
    action_pl: str = ""
    action_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    id: str
    name_pl: str
    voivodeship: str  # TERYT or "PL"
    established: str = ""  # "2015-03-10", "2014" or "" when the date is not documented
    legal_act: str = ""
    convened_by: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""
    term_end: str = ""  # the last day of the term; "" when the act sets none
    version: int = 1
