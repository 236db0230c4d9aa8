"""The store's own rules, the audit chain and the settings, checked from outside the code that keeps them.

Each rule is one query or one look that returns what breaks it. Nothing is mended here.
"""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, LiteralString
from urllib.parse import urlsplit

from neo4j.exceptions import Neo4jError

from coordination.config import Settings
from coordination.graph import dump, reference, schema, seals
from coordination.graph.store import Row, Store
from coordination.i18n import N_, Translator

SHOWN = 5  # examples named with a finding


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule in words (a msgid), and what breaks it."""

    rule: str
    what: tuple[str, ...] = field(default=())

    def told(self, tr: Translator) -> str:
        text = tr._(self.rule)
        if not self.what:
            return text
        more = f" (+{len(self.what) - SHOWN})" if len(self.what) > SHOWN else ""
        return f"{text}: {', '.join(self.what[:SHOWN])}{more}"


# Each returns what breaks the rule as `id`.
QUERIES: tuple[tuple[str, LiteralString], ...] = (
    (
        N_("An institution has not exactly one type"),
        "MATCH (i:Institution) WHERE COUNT { (i)-[:OF_TYPE]->(:InstitutionType) } <> 1 RETURN i.id AS id",
    ),
    (
        N_("An institution is national and of a voivodeship at once, or neither"),
        """
        MATCH (i:Institution)
        WITH i, COUNT { (i)-[:COVERS]->(:Voivodeship) } AS covers
        WHERE coalesce(i.national, false) = (covers > 0)
        RETURN i.id AS id
        """,
    ),
    (
        N_("An institution is part of itself"),
        "MATCH (i:Institution)-[:PART_OF*1..6]->(i) RETURN DISTINCT i.id AS id",
    ),
    (
        N_("Something that can be edited has no version"),
        """
        MATCH (n) WHERE (n:Institution OR n:ContactPoint OR n:Agreement OR n:Team OR n:User)
                    AND coalesce(n.version, 0) < 1
        RETURN n.id AS id
        """,
    ),
    (
        N_("A contact point belongs to no institution"),
        "MATCH (c:ContactPoint) WHERE COUNT { (:Institution)-[:HAS_CONTACT]->(c) } <> 1 RETURN c.id AS id",
    ),
    (
        N_("A contact point has no channel"),
        "MATCH (c:ContactPoint) WHERE NOT EXISTS { (c)-[:HAS_CHANNEL]->(:Channel) } RETURN c.id AS id",
    ),
    (
        N_("A channel belongs to no contact point"),
        "MATCH (c:Channel) WHERE COUNT { (:ContactPoint)-[:HAS_CHANNEL]->(c) } <> 1 RETURN c.id AS id",
    ),
    (
        N_("A statement does not hang on its two institutions and its area"),
        """
        MATCH (c:Claim)
        WHERE COUNT { MATCH (a:Institution)-[:STATES]->(c) WHERE a.id = c.claimant_id } <> 1
           OR COUNT { (:Institution)-[:STATES]->(c) } <> 1
           OR COUNT { MATCH (c)-[:ABOUT]->(b:Institution) WHERE b.id = c.partner_id } <> 1
           OR COUNT { (c)-[:ABOUT]->(:Institution) } <> 1
           OR COUNT { MATCH (c)-[:IN_AREA]->(r:Area) WHERE r.code = c.area } <> 1
           OR COUNT { (c)-[:IN_AREA]->(:Area) } <> 1
           OR c.claimant_id = c.partner_id
        RETURN c.id AS id
        """,
    ),
    (
        N_("An agreement has fewer than two parties"),
        "MATCH (g:Agreement) WHERE COUNT { (g)-[:BETWEEN]->(:Institution) } < 2 RETURN g.id AS id",
    ),
    (
        N_("A waiver waives nothing"),
        "MATCH (w:Waiver) WHERE COUNT { (w)-[:WAIVES]->(:Expectation) } <> 1 RETURN w.id AS id",
    ),
    (
        N_("A self-assessment belongs to no round or no institution"),
        """
        MATCH (n:Response)
        WHERE COUNT { (n)-[:TO_ROUND]->(:Round)-[:USES]->(:Questionnaire) } <> 1
           OR COUNT { (n)-[:GIVEN_BY]->(:Institution) } <> 1
        RETURN n.id AS id
        """,
    ),
    (
        N_("A self-assessment counts other submissions than it has"),
        """
        MATCH (n:Response)
        WHERE coalesce(n.number, 0) <> COUNT { (n)-[:HANDED_IN]->(:Submission) }
           OR (n.state IN ['submitted', 'accepted'] AND coalesce(n.number, 0) < 1)
        RETURN n.id AS id
        """,
    ),
    (
        N_("A saved answer belongs to no self-assessment"),
        "MATCH (a:Answer) WHERE COUNT { (:Response)-[:HAS_ANSWER]->(a) } <> 1 RETURN a.id AS id",
    ),
    (
        N_("A session belongs to nobody"),
        "MATCH (s:Session) WHERE NOT EXISTS { (s)-->() } RETURN left(s.id_hash, 8) AS id",
    ),
    (
        N_("A consultant's or an institution's account acts for nobody"),
        """
        MATCH (u:User) WHERE u.role IN ['consultant', 'institution'] AND u.active AND NOT EXISTS { (u)-[:ACTS_FOR]->() }
        RETURN u.id AS id
        """,
    ),
)
CLAIMS: LiteralString = """
    MATCH (c:Claim)
    RETURN collect([c.id, c.claimant_id, c.partner_id, c.area, c.stated_on, toString(c.recorded_at), c.current_key,
                    c.superseded_at IS NOT NULL, c.stance]) AS claims
    """
NODES: LiteralString = """
    MATCH (n) WHERE NOT n:SchemaStep AND NOT n:Session
    RETURN labels(n)[0] AS label, coalesce(n.id, n.teryt, n.code, n.key) AS key, count(*) AS n
    """
MISSING_TYPES: LiteralString = """
    MATCH (e:Expectation)
    WHERE NOT EXISTS { (e)-[:FROM_TYPE]->(:InstitutionType) } OR NOT EXISTS { (e)-[:TO_TYPE]->(:InstitutionType) }
    RETURN e.id AS id
    """


def check(store: Store, settings: Settings) -> list[Finding]:
    """Every broken rule; empty when all is in order."""
    rules: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _schema(store),
        lambda: _keys(store),
        lambda: _queries(store),
        lambda: _claims(store),
        lambda: _audit(store),
        lambda: _settings(settings),
        lambda: _safety(store, settings),
    )
    return [finding for rule in rules for finding in rule()]


def _found(rule: str, what: list[str]) -> Iterator[Finding]:
    if what:
        yield Finding(rule, tuple(sorted(str(each) for each in what)))


def _schema(store: Store) -> Iterator[Finding]:
    due = {step.number for step in schema.STEPS} - schema.recorded(store)
    yield from _found(N_("A step of the schema did not run"), [str(number) for number in due])
    if dump.interrupted(store):
        yield Finding(N_("A restore was interrupted; run it again"))
    if not store.read(reference.LOADED):
        yield Finding(N_("The reference data is not loaded"))
    yield from _found(
        N_("An expectation has lost its types; load the reference data again"),
        [row["id"] for row in store.read(MISSING_TYPES)],
    )


def _keys(store: Store) -> Iterator[Finding]:
    rows = store.read(NODES)
    yield from _found(N_("Something has no key"), [row["label"] for row in rows if row["key"] is None])
    yield from _found(
        N_("A key is taken twice"),
        [f"{row['label']} {row['key']}" for row in rows if row["key"] and row["n"] > 1],
    )


def _queries(store: Store) -> Iterator[Finding]:
    for rule, query in QUERIES:
        yield from _found(rule, [row["id"] for row in store.read(query)])


def _claims(store: Store) -> Iterator[Finding]:
    """Of each side's statements about a partner in an area the one stated last is current, and no other."""
    histories: dict[str, list[Row]] = defaultdict(list)
    names = (
        "id",
        "claimant",
        "partner",
        "area",
        "stated_on",
        "recorded_at",
        "current_key",
        "superseded",
        "stance",
    )
    for values in store.read(CLAIMS)[0]["claims"]:
        claim: dict[str, Any] = dict(zip(names, values, strict=True))
        histories[f"{claim['claimant']}|{claim['partner']}|{claim['area']}"].append(claim)
    two, wrong, last, open_ended = [], [], [], []
    for key, claims in histories.items():
        current = [claim for claim in claims if claim["current_key"] is not None]
        wrong += [claim["id"] for claim in current if claim["current_key"] != key]
        if len(current) != 1:
            two.append(key)
        elif (newest := max(map(_stated, claims))) != _stated(current[0]):
            last.append(f"{key} ({newest[0]})")
        open_ended += [
            claim["id"] for claim in claims if claim["superseded"] is (claim["current_key"] is not None)
        ]
    yield from _found(N_("A side has not exactly one current statement about a partner in an area"), two)
    yield from _found(N_("A statement is current under the key of another"), wrong)
    yield from _found(N_("The current statement is not the one stated last"), last)
    yield from _found(N_("A statement is superseded and current at once, or neither"), open_ended)


def _stated(claim: Row) -> tuple[str, str]:
    return claim["stated_on"] or "", claim["recorded_at"] or ""


_FAULTS = {
    "changed": N_("Audit entries under a seal were changed"),
    "missing": N_("Audit entries are missing"),
    "unsealed": N_("Audit entries were slipped in with an old date"),
    "broken": N_("The chain of the audit log is broken"),
}


def _audit(store: Store) -> Iterator[Finding]:
    faults: dict[str, list[str]] = defaultdict(list)
    for fault in seals.verify(store):
        faults[fault.kind].append(fault.what)
    for kind, what in faults.items():
        yield from _found(_FAULTS[kind], what)


def _settings(settings: Settings) -> Iterator[Finding]:
    if os.name != "nt":
        private = [settings.data_dir / name for name in ("secret_key", "server.json", "graph/password")]
        yield from _found(
            N_("Others on this machine can read a file that is only for its owner"),
            [str(path) for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077],
        )
    host = urlsplit(settings.neo4j_uri)
    if host.scheme in ("bolt", "neo4j") and host.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield Finding(
            N_("The connection to Neo4j is not encrypted; use neo4j+s:// or bolt+s://"),
            (host.hostname or "",),
        )
    if settings.secret_key and len(settings.secret_key) < 32:
        yield Finding(N_("COORDINATION_SECRET_KEY is shorter than 32 characters"))
    if settings.public_url.startswith("http://"):
        yield Finding(N_("COORDINATION_PUBLIC_URL is not https://: passwords would travel unprotected"))


def _safety(store: Store, settings: Settings) -> Iterator[Finding]:
    """The embedded server must not read files or addresses named in a query."""
    if settings.neo4j_uri:
        return
    try:
        store.read("LOAD CSV FROM 'file:///etc/hostname' AS line RETURN count(*) AS n")
    except Neo4jError:
        return
    yield Finding(N_("The graph server reads files named in a query"))
