"""Backup and restore: equal on the other server, consistent while people write, and nothing from a damaged file."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from coordination.errors import Invalid, SchemaTooNew, StoreUnavailable
from coordination.graph import audit, dump, schema, survey_links
from coordination.permissions import LOCAL_OPERATOR
from tests.graph.surveyed import KCIK, KSP, give_back, opened, response_id, save, submit, values
from tests.graph.whole import whole
from tests.servers import NAMES


@pytest.fixture
def other(server, connected):
    """The store of the other server, empty; the same one where the tests run on one server only."""
    store = connected(next((name for name in NAMES if name != server), server))
    store.make_empty()
    return store


@pytest.fixture
def file(tmp_path):
    return tmp_path / "backup.jsonl"


def back_up(store, file):
    return dump.backup(store, file, LOCAL_OPERATOR, "test")


def transfer(tx, number, ids):
    """A change that must never be seen by half: two ends, a relationship and the log tell the same number."""
    tx.run("MATCH (i:Institution) WHERE i.id IN $ends SET i.version = i.version + 1", ends=ids["ends"])
    tx.run(
        """
        MATCH (a:Institution {id: $a}), (b:Institution {id: $b})
        CREATE (a)-[:STATES]->(:Claim {id: $claim, number: $number})-[:ABOUT]->(b)
        """,
        a=ids["ends"][0],
        b=ids["ends"][1],
        claim=ids["claim"],
        number=number,
    )
    audit.record(tx, LOCAL_OPERATOR, "claim:state", ids["claim"], after={"number": number})


def test_a_backup_restored_on_the_other_server_is_equal(reference_store, other, file):
    if other is reference_store:
        pytest.skip("one server only: nothing to restore to")
    warsaw = timezone(timedelta(hours=2))
    reference_store.run(
        "CREATE (:Event {id: 'e', title: $title, at: $at, list: [1, 2], whole: 2.0, minus: -7, empty: [], yes: true})",
        title="Łódź „cudzysłów”\u2028\n=1+1 \U0001f600",
        at=datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=warsaw),
    )
    content = back_up(reference_store, file)
    before = whole(reference_store)
    dump.restore(other, file)
    missing = before - whole(other)
    assert not whole(other) - before
    assert len(missing) == 1  # the entry that tells of the backup, written after it
    assert content.nodes == sum(n for key, n in before.items() if key.startswith("node ")) - 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_self_assessment_comes_back_with_its_answers_and_goes_on(reference_store, other, file):
    if other is reference_store:
        pytest.skip("one server only: nothing to restore to")
    opened(reference_store, KSP, KCIK, voivodeship="", targets={"kcik": {"KN": 50.0}})
    save(reference_store, KN01=3, KN02="yes", KN03=None)
    save(reference_store, KCIK, KN01=1)
    at = datetime.now(UTC)
    reference_store.change(
        survey_links.create, LOCAL_OPERATOR, id="link", secret="k", response_id=response_id(KSP), at=at,
        expires_at=at + timedelta(days=30), sections=["KN"], to_function="Wydział Kadr",
    )  # fmt: skip
    submit(reference_store)
    give_back(reference_store, KN01="Dlaczego?")
    back_up(reference_store, file)
    labels = {tuple(json.loads(line).get("node") or ()) for line in file.read_text("utf-8").splitlines()}
    assert labels >= {(each,) for each in ("Questionnaire", "Round", "Response", "Answer", "Submission", "Invitation")}
    before = whole(reference_store)
    dump.restore(other, file)
    assert not whole(other) - before
    assert values(other) == {"KN01": 3, "KN02": "yes"} and values(other, KCIK) == {"KN01": 1}
    assert survey_links.by_id(other, "link", at).sections == ("KN",)
    assert save(other, seen=1, KN01=4).editions == {"KN01": 2}
    assert submit(other).number == 2


def test_a_backup_of_a_restored_store_holds_the_same_lines(reference_store, other, file, tmp_path):
    if other is reference_store:
        pytest.skip("one server only: nothing to restore to")
    back_up(reference_store, file)
    dump.restore(other, file)
    again = tmp_path / "again.jsonl"
    back_up(other, again)
    first, second = (sorted(path.read_text("utf-8").splitlines()[1:-1]) for path in (file, again))
    assert first == second


def test_backups_under_writes_hold_every_change_whole_or_not_at_all(store, file):
    ends = [f"i{n}" for n in range(6)]
    store.run("UNWIND $ids AS id CREATE (:Institution {id: id, version: 1})", ids=ends)
    acknowledged: list[int] = []
    stop, more = threading.Event(), threading.Semaphore(0)

    def write(first: int) -> None:
        number = first
        while not stop.is_set():
            pair = [ends[number % 6], ends[(number + 1 + number // 6 % 5) % 6]]
            store.change(transfer, number, {"ends": pair, "claim": str(uuid4())})
            acknowledged.append(number)
            more.release()
            number += 4

    writers = [threading.Thread(target=write, args=(first,)) for first in range(4)]
    for writer in writers:
        writer.start()
    try:
        for _round in range(4):
            for _written in range(10):
                assert more.acquire(timeout=60)
            promised = set(acknowledged)
            back_up(store, file)
            lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
            claims = {
                x["properties"]["id"]: x["properties"]["number"] for x in lines if x.get("node") == ["Claim"]
            }
            told = {
                x["properties"]["object_id"]: json.loads(x["properties"]["after"])["number"]
                for x in lines
                if x.get("node") == ["AuditEntry"] and x["properties"]["action"] == "claim:state"
            }
            versions = sum(x["properties"]["version"] - 1 for x in lines if x.get("node") == ["Institution"])
            stated = [x for x in lines if x.get("relationship") == "STATES"]
            about = [x for x in lines if x.get("relationship") == "ABOUT"]
            assert claims == told
            assert versions == 2 * len(claims)
            assert len(stated) == len(about) == len(claims)
            assert promised <= set(claims.values())
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def test_writers_go_on_after_a_backup_that_was_killed(store):
    store.run(dump.CLOSE, by="killed", until=datetime.now(UTC) + timedelta(milliseconds=300))
    store.change(audit.record, LOCAL_OPERATOR, "institution:edit", "a")
    assert store.read("MATCH (e:AuditEntry) RETURN count(*) AS n") == [{"n": 1}]


def test_a_second_backup_at_the_same_time_is_refused(store, file):
    store.run(dump.CLOSE, by="first", until=datetime.now(UTC) + timedelta(minutes=1))
    with pytest.raises(StoreUnavailable):
        back_up(store, file)
    assert not file.exists()
    store.run(dump.OPEN, by="first")


def test_sessions_and_counters_stay_behind(store, file):
    store.run("CREATE (:Session {id_hash: 's'})-[:OF_USER]->(:User {id: 'u'}), (:Throttle {key: 'k'})")
    content = back_up(store, file)
    assert (content.nodes, content.relationships) == (1, 0)


def test_a_store_with_content_is_refused_and_stays_as_it_is(reference_store, file):
    back_up(reference_store, file)
    before = whole(reference_store)
    with pytest.raises(Invalid):
        dump.restore(reference_store, file)
    assert whole(reference_store) == before


def _flip_a_byte(data: bytes) -> bytes:
    middle = data.index(b"Warszawa")
    return data[:middle] + b"w" + data[middle + 1 :]


def _lose_a_line(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[:50] + lines[51:])


def _swap_lines(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    lines[3], lines[4] = lines[4], lines[3]
    return b"".join(lines)


DAMAGE = {
    "a flipped byte": _flip_a_byte,
    "a lost line": _lose_a_line,
    "two lines swapped": _swap_lines,
    "cut short": lambda data: data[: len(data) // 2],
    "without its last line": lambda data: b"".join(data.splitlines(keepends=True)[:-1]),
    "with something after its end": lambda data: data + b"{}\n",
    "empty": lambda data: b"",
    "another file": lambda data: b"id,name\n1,a\n",
    "another json": lambda data: b"[]\n",
}


def test_a_damaged_backup_is_refused_before_anything_is_written(server, connected, file):
    store = connected(server)
    store.make_reference()
    back_up(store, file)
    data = file.read_bytes()
    store.make_empty()
    before = whole(store)
    for name, damage in DAMAGE.items():
        file.write_bytes(damage(data))
        with pytest.raises(Invalid):
            dump.restore(store, file)
        assert whole(store) == before, name


def test_a_file_without_lines_is_refused_without_reading_it_whole(file):
    with file.open("wb") as image:
        image.truncate(1 << 28)
    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match="not a backup"):
            dump.inspect(file)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


def test_a_backup_of_a_newer_program_is_refused(store, file):
    back_up(store, file)
    header, *rest = file.read_bytes().splitlines(keepends=True)
    newer = json.loads(header) | {"schema": schema.STEPS[-1].number + 1}
    body = json.dumps(newer).encode() + b"\n" + b"".join(rest[:-1])
    trailer = json.loads(rest[-1]) | {"sha256": hashlib.sha256(body).hexdigest()}
    file.write_bytes(body + json.dumps(trailer).encode() + b"\n")
    before = whole(store)
    with pytest.raises(SchemaTooNew):
        dump.restore(store, file)
    assert whole(store) == before


def test_an_interrupted_restore_can_be_repeated(reference_store, other, file):
    if other is reference_store:
        pytest.skip("one server only: nothing to restore to")
    back_up(reference_store, file)

    class Interrupted(Exception):
        pass

    def interrupt(done: int) -> None:
        if done > 300:
            raise Interrupted

    with pytest.raises(Interrupted):
        dump.restore(other, file, interrupt)
    assert dump.interrupted(other)
    dump.restore(other, file)
    assert not dump.interrupted(other)
    assert not whole(other) - whole(reference_store)
