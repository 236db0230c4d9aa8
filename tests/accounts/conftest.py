import pytest

from tests.accounts.doors import Clock


@pytest.fixture
def ticking(monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def guarded(app):
    """The application with the tokens of forms checked, as people meet it."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app
