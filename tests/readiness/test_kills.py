"""The platform is killed while self-assessments are filled in and handed in: nothing acknowledged is lost, and no
submission is there by half."""

from __future__ import annotations

import http.client
import re
import threading
from urllib.parse import urlencode

import pytest

from coordination.config import Settings
from coordination.graph import checks, responses, submissions
from tests.graph.test_kills import SECRET, Platform, signed_in
from tests.readiness.asked import EVERYTHING, asked, fill, says

WRITERS = 6


def institutions(store) -> list[str]:
    rows = store.read("MATCH (i:Institution)-[:COVERS]->(:Voivodeship {teryt: '14'}) RETURN i.id AS id ORDER BY id")
    return [row["id"] for row in rows]


class Consultant:
    """Fills in and hands in on behalf of institutions, as a browser without scripts does."""

    def __init__(self, platform: Platform, cookie: str, form_token: str) -> None:
        self._platform, self._cookie, self._form_token = platform, cookie, form_token

    def save(self, response_id: str, **values: str) -> int:
        body = {"csrf_token": self._form_token, "go": "list"}
        for item, value in values.items():
            body |= says(item, value, seen=1)
        return self._post(f"/survey/{response_id}/section/KN", body)[0]

    def hand_in(self, response_id: str) -> int:
        """302 when it was handed in; the page before it otherwise."""
        path, body = f"/survey/{response_id}/check", {"csrf_token": self._form_token, "signed_by": "dyrekcja"}
        status, text = self._post(path, body | {"step": "ask"})
        stamp = re.search(r'name="checked"[^>]*value="(\d+)"', text)
        if status != 200 or stamp is None:
            return status
        return self._post(path, body | {"step": "send", "checked": stamp[1]})[0]

    def _post(self, path: str, body: dict[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._platform.port, timeout=60)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie}
            connection.request("POST", path, urlencode(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()


@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_no_acknowledged_answer_or_submission_is_lost_and_none_is_half_done(reference_store, tmp_path, kills):
    store, settings = reference_store, Settings(data_dir=tmp_path, secret_key=SECRET)
    rounds = -(-max(14 * kills, 30) // len(institutions(store)))  # several are in flight when it is killed
    todo = []
    for number in range(rounds):
        todo += asked(store, institutions(store), id=f"round{number}").values()
    for id in todo:
        fill(store, id, 3)
    waiting = list(todo)
    cookie, form_token = signed_in(store, settings)
    store.touched()
    platform = Platform(store.environ(), tmp_path)
    consultant = Consultant(platform, cookie, form_token)
    take, more = threading.Lock(), threading.Semaphore(0)
    up, stop = threading.Event(), threading.Event()
    saved: dict[str, int] = {}
    handed_in: set[str] = set()
    wrong: list[object] = []

    def work() -> None:
        level = 0
        while not stop.is_set():
            up.wait()
            with take:
                if not waiting:
                    return
                id = waiting.pop()
            level = (level + 1) % 3
            try:
                status = consultant.save(id, KN01=str(level))
                if status == 302:
                    saved[id] = level
                elif status != 503:
                    wrong.append(("save", id, status))
                status = consultant.hand_in(id)
                if status == 302:
                    handed_in.add(id)
                    more.release()
                elif status != 503:
                    wrong.append(("hand in", id, status))
            except OSError:
                continue  # whether it arrived nobody knows

    platform.start()
    up.set()
    writers = [threading.Thread(target=work) for _each in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        for _kill in range(kills):
            for _done in range(3):
                assert more.acquire(timeout=120), wrong[:3]
            up.clear()
            platform.kill()
            platform.start()
            up.set()
        assert more.acquire(timeout=120), wrong[:3]  # and it goes on after the last
    finally:
        stop.set()
        up.set()
        for writer in writers:
            writer.join()
        platform.kill()
    assert wrong == []
    assert len(handed_in) > 3 * kills
    for id in todo:
        found = responses.one(store, EVERYTHING, id)
        kept = responses.given(responses.answers(store, id))
        sent = submissions.submissions(store, EVERYTHING, id)
        if id in saved:
            assert kept["KN01"].value == saved[id], id
        assert [each.number for each in sent] == ([1] if found.state == "submitted" else []), id
        assert found.number == len(sent)
        assert found.state == "submitted" or id not in handed_in
        if sent:
            assert dict(sent[0].answers) == kept
    told = store.read("MATCH (e:AuditEntry {action: 'response:submit'}) RETURN count(DISTINCT e.object_id) AS ids, count(e) AS n")
    there = store.read("MATCH (s:Submission) RETURN count(s) AS n")[0]["n"]
    assert told == [{"ids": there, "n": there}]
    assert checks.check(store, settings) == []
