"""Answers saved at the same moment over HTTP (two hundred in the longer check): what was acknowledged is what is stored,
and none is lost."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from coordination.graph import responses
from coordination.readiness.answering import posted
from coordination.surveys.conditions import meant_for
from coordination.surveys.model import Item
from coordination.surveys.questionnaire import packaged
from tests.graph.test_kills import SECRET, Platform, running
from tests.readiness.asked import answer, asked, link, record, says


class Browser:
    """One browser that came by a link: its cookie and form token, and a connection for each request."""

    def __init__(self, port: int, token: str, response_id: str) -> None:
        self._port, self._cookie = port, ""
        status, headers, _text = self._ask("GET", f"/l/{token}")
        assert status == 302, status
        self._cookie = headers["Set-Cookie"].partition(";")[0]
        page = self._ask("GET", f"/survey/{response_id}/section/KN")[2]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found
        self._response_id, self._form_token = response_id, found[1]

    def save(self, item: Item, level: int, seen: int) -> int:
        """Send one answer as the page's script does, again where the platform is too busy; the new edition."""
        typed = posted.typed(item, answer(item, level), "pl")
        body = says(item.id, list(typed.chosen) or typed.text, seen=seen) | {"csrf_token": self._form_token}
        path, status, text = f"/survey/{self._response_id}/section/{item.dimension}", 503, ""
        while status == 503:
            status, _headers, text = self._ask("POST", path, urlencode(body, doseq=True))
        assert status == 200, (item.id, status, text[:500])
        return json.loads(text)["editions"][item.id]

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            accept = "application/json" if body else "text/html"
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept, "Cookie": self._cookie}
            connection.request(method, path, body, headers)
            found = connection.getresponse()
            return found.status, found.headers, found.read().decode()
        finally:
            connection.close()


def all_at_once(works: list[Callable[[], object]]) -> None:
    """Every one in a thread of its own, begun at the same moment; the first failure is raised."""
    start = threading.Barrier(len(works))

    def one(work: Callable[[], object]) -> None:
        start.wait()
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(one, work) for work in works]:
            done.result()


def institutions(store, number: int) -> list[str]:
    rows = store.read("MATCH (i:Institution)-[:COVERS]->(:Voivodeship {teryt: '14'}) RETURN i.id AS id ORDER BY id")
    return [row["id"] for row in rows][:number]


def items_of(store, id: str) -> tuple[Item, ...]:
    return meant_for(packaged(), record(store, id).institution_type)


@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
@pytest.mark.parametrize(("people", "times"), [(2, 1), pytest.param(5, 3, marks=pytest.mark.slow)])
def test_of_answers_saved_at_once_none_is_lost(reference_store, tmp_path, people, times):
    """Some people in each of twenty responses, and in another one a person at each item, who changes it again."""
    store = reference_store
    twenty = list(asked(store, institutions(store, 20), id="twenty").values())
    one = asked(store, ["ksp"], id="one")["ksp"]
    tokens = {id: link(store, id, secret=SECRET) for id in (*twenty, one)}
    acknowledged: dict[str, dict[str, tuple[object, int]]] = {id: {} for id in tokens}
    store.touched()

    def write(browser: Browser, id: str, item: Item, times: int) -> None:
        edition = 0
        for number in range(times):
            level = number % 2 * 4  # the weakest and the best in turn: each saving changes the answer
            edition = browser.save(item, level, edition)
            acknowledged[id][item.id] = answer(item, level).value, edition

    with running(Platform(store.environ(), tmp_path)) as platform:
        browsers = {id: Browser(platform.port, token, id) for id, token in tokens.items()}
        works = [(id, item, times) for id in twenty for item in items_of(store, id)[:people]]
        works += [(one, item, times) for item in items_of(store, one)]
        assert sum(savings for _id, _item, savings in works) >= (200 if times > 1 else 80)
        all_at_once([lambda id=id, item=item, n=n: write(browsers[id], id, item, n) for id, item, n in works])

    stored = {
        id: {item: (each.answer and each.answer.value, each.edition) for item, each in responses.answers(store, id).items()}
        for id in tokens
    }
    assert stored == acknowledged
    log = store.read("MATCH (e:AuditEntry {action: 'answer:save'}) RETURN count(e) AS n")
    assert log == [{"n": sum(edition for of in acknowledged.values() for _value, edition in of.values())}]
    same = {item.id for item in items_of(store, one) if answer(item, 0) == answer(item, 4)}  # say the same each time
    assert {edition for item, (_value, edition) in stored[one].items() if item not in same} == {times}
