"""Constraints and indexes, in numbered steps: run once each, recorded in the graph, safe to repeat.

Add a step at the end; never change one that was released. A database that holds a step this program does
not know was written by a newer one: it is refused before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

from coordination.clock import now
from coordination.errors import SchemaTooNew
from coordination.graph.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `statements` run on their own, then `work` in one transaction; both must bear repetition."""

    number: int
    statements: tuple[LiteralString, ...] = ()
    work: Callable[[Tx], None] | None = None


STEPS: tuple[Step, ...] = (
    Step(
        1,
        (
            "CREATE CONSTRAINT schema_step_number IF NOT EXISTS FOR (n:SchemaStep) REQUIRE n.number IS UNIQUE",
            "CREATE CONSTRAINT reference_id IF NOT EXISTS FOR (n:ReferenceData) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT voivodeship_teryt IF NOT EXISTS FOR (n:Voivodeship) REQUIRE n.teryt IS UNIQUE",
            "CREATE CONSTRAINT type_code IF NOT EXISTS FOR (n:InstitutionType) REQUIRE n.code IS UNIQUE",
            "CREATE CONSTRAINT area_code IF NOT EXISTS FOR (n:Area) REQUIRE n.code IS UNIQUE",
            "CREATE CONSTRAINT source_id IF NOT EXISTS FOR (n:Source) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT institution_id IF NOT EXISTS FOR (n:Institution) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT contact_id IF NOT EXISTS FOR (n:ContactPoint) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT channel_id IF NOT EXISTS FOR (n:Channel) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT claim_id IF NOT EXISTS FOR (n:Claim) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT claim_current IF NOT EXISTS FOR (n:Claim) REQUIRE n.current_key IS UNIQUE",
            "CREATE CONSTRAINT agreement_id IF NOT EXISTS FOR (n:Agreement) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT event_id IF NOT EXISTS FOR (n:Event) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT expectation_id IF NOT EXISTS FOR (n:Expectation) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT pathway_step_id IF NOT EXISTS FOR (n:PathwayStep) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT waiver_id IF NOT EXISTS FOR (n:Waiver) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT team_id IF NOT EXISTS FOR (n:Team) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT user_id IF NOT EXISTS FOR (n:User) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT user_email IF NOT EXISTS FOR (n:User) REQUIRE n.email_key IS UNIQUE",
            "CREATE CONSTRAINT session_id IF NOT EXISTS FOR (n:Session) REQUIRE n.id_hash IS UNIQUE",
            "CREATE CONSTRAINT invitation_id IF NOT EXISTS FOR (n:Invitation) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT invitation_token IF NOT EXISTS FOR (n:Invitation) REQUIRE n.token_hash IS UNIQUE",
            "CREATE CONSTRAINT throttle_key IF NOT EXISTS FOR (n:Throttle) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT audit_id IF NOT EXISTS FOR (n:AuditEntry) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT task_id IF NOT EXISTS FOR (n:Task) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT resource_id IF NOT EXISTS FOR (n:Resource) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT draft_key IF NOT EXISTS FOR (n:Draft) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT example_id IF NOT EXISTS FOR (n:ExampleData) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT gate_id IF NOT EXISTS FOR (n:Gate) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT restoring_id IF NOT EXISTS FOR (n:Restoring) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT seal_previous IF NOT EXISTS FOR (n:Seal) REQUIRE n.previous IS UNIQUE",
            "CREATE CONSTRAINT seal_id IF NOT EXISTS FOR (n:Seal) REQUIRE n.id IS UNIQUE",
            "CREATE INDEX audit_at IF NOT EXISTS FOR (n:AuditEntry) ON (n.at)",
            "CREATE INDEX audit_object IF NOT EXISTS FOR (n:AuditEntry) ON (n.object_id)",
            "CREATE INDEX audit_actor IF NOT EXISTS FOR (n:AuditEntry) ON (n.actor)",
            "CREATE INDEX claim_recorded IF NOT EXISTS FOR (n:Claim) ON (n.recorded_at)",
            "CREATE INDEX session_expires IF NOT EXISTS FOR (n:Session) ON (n.expires_at)",
        ),
    ),
    Step(
        2,
        (
            "CREATE CONSTRAINT questionnaire_id IF NOT EXISTS FOR (n:Questionnaire) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT round_id IF NOT EXISTS FOR (n:Round) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT response_id IF NOT EXISTS FOR (n:Response) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT response_key IF NOT EXISTS FOR (n:Response) REQUIRE n.key IS UNIQUE",
            "CREATE CONSTRAINT answer_id IF NOT EXISTS FOR (n:Answer) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT submission_id IF NOT EXISTS FOR (n:Submission) REQUIRE n.id IS UNIQUE",
            "CREATE CONSTRAINT letter_id IF NOT EXISTS FOR (n:Letter) REQUIRE n.id IS UNIQUE",
            "CREATE INDEX answer_response IF NOT EXISTS FOR (n:Answer) ON (n.response_id)",
            "CREATE INDEX response_round IF NOT EXISTS FOR (n:Response) ON (n.round_id)",
            "CREATE INDEX submission_round IF NOT EXISTS FOR (n:Submission) ON (n.round_id)",
            "CREATE INDEX letter_round IF NOT EXISTS FOR (n:Letter) ON (n.round_id)",
            "CREATE INDEX letter_response IF NOT EXISTS FOR (n:Letter) ON (n.response_id)",
            "CREATE INDEX invitation_response IF NOT EXISTS FOR (n:Invitation) ON (n.response_id)",
        ),
    ),
)

RECORDED: LiteralString = "MATCH (s:SchemaStep) RETURN s.number AS number"
RECORD: LiteralString = """
    MERGE (s:SchemaStep {number: $number})
    ON CREATE SET s.applied_at = $at
    """


def recorded(store: Store) -> set[int]:
    """The numbers of the steps that ran on this database; at least 0."""
    return {0, *(row["number"] for row in store.read(RECORDED))}


def refuse_newer(store: Store, steps: tuple[Step, ...] = STEPS) -> None:
    """Raises SchemaTooNew when the database holds a step that is not among `steps`. Writes nothing."""
    known = {0, *(step.number for step in steps)}
    if newer := recorded(store) - known:
        raise SchemaTooNew(f"the database is at step {max(newer)}, this program knows {max(known)}")


def apply(store: Store, steps: tuple[Step, ...] = STEPS) -> list[int]:
    """Bring the database to this program's schema; the numbers of the steps that ran.

    Raises SchemaTooNew, before writing, when the database holds a step that is not among `steps`.
    """
    refuse_newer(store, steps)
    known = recorded(store)
    due = [step for step in steps if step.number not in known]
    for step in due:
        for statement in step.statements:
            store.run(statement)
        store.change(_finish, step, now())
    return [step.number for step in due]


def _finish(tx: Tx, step: Step, at: object) -> None:
    if step.work is not None:
        step.work(tx)
    tx.run(RECORD, number=step.number, at=at)
