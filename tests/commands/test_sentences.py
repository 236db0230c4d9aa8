"""Whatever goes wrong, a command ends with one sentence in the reader's language that says what to do."""

from __future__ import annotations

import pytest

from coordination import errors
from coordination.commands import sentence

# Those a command can meet: links expire and attempts are throttled on the web only.
MET = {
    errors.NotFound: ("Nie ma", "There is no"),
    errors.AlreadyExists: ("już istnieje", "already exists"),
    errors.Conflict: ("uruchomić polecenie ponownie", "run the command again"),
    errors.Forbidden: ("nie ma", "may not do that"),
    errors.StoreUnavailable: ("nie odpowiada", "does not answer"),
    errors.TooMuchAtOnce: ("podzielić plik", "Divide the file"),
    errors.SchemaTooNew: ("nowsz", "newer version"),
}


@pytest.mark.parametrize("kind", MET, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(("language", "place"), [("pl", 0), ("en", 1)])
def test_an_error_is_a_sentence(kind, language, place, monkeypatch):
    monkeypatch.setenv("COORDINATION_LANGUAGE", language)
    said, status = sentence(kind("this thing"))
    assert MET[kind][place].lower() in said.lower(), said
    assert status == 1 and "\n" not in said and kind.__name__ not in said


def test_no_error_of_the_domain_is_left_without_one():
    assert set(errors.DomainError.__subclasses__()) == {*MET, errors.Invalid, errors.Gone, errors.Throttled}
