"""compose.yaml is a file that Compose can read, keeps no secret and sets only what the program knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from coordination import config

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]


def test_there_are_neo4j_and_the_platform_which_waits_for_it():
    assert SERVICES["neo4j"]["image"].startswith("neo4j:5.26")
    assert SERVICES["coordination"]["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert "test" in SERVICES["neo4j"]["healthcheck"]
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text("utf-8")


def test_secrets_come_from_the_environment():
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if re.search(r"PASSWORD|SECRET|AUTH", name):
                assert re.search(r"\$\{\w+(:\?[^}]+|:-)\}$", str(value)), f"{name} holds its value"


def test_the_ports_are_reached_from_this_machine_only():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_settings_are_ones_the_program_knows():
    given = SERVICES["coordination"]["environment"]
    fields = {f"COORDINATION_{name.upper()}" for name in config.Settings.__dataclass_fields__}
    assert set(given) <= fields
    settings = config.load({**dict.fromkeys(given, ""), "COORDINATION_NEO4J_URI": given["COORDINATION_NEO4J_URI"],
                            "COORDINATION_TRUSTED_PROXIES": "0"})  # fmt: skip
    assert settings.neo4j_uri == "neo4j://neo4j:7687"


def test_every_setting_is_documented():
    """In full or as `_SUFFIX` beside its sisters."""
    told = (ROOT / "docs" / "operation.md").read_text("utf-8")
    asked = set(re.findall(r"""(?:text|number|boolean)\("([A-Z_0-9]+)\"""", (ROOT / "coordination" / "config.py").read_text("utf-8")))
    assert len(asked) > 8
    assert [name for name in sorted(asked - {"DEMO"}) if name.removeprefix("NEO4J") not in told] == []


@pytest.mark.parametrize("name", sorted(COMPOSE["volumes"]))
def test_every_volume_is_used(name):
    assert any(volume.startswith(f"{name}:") for service in SERVICES.values() for volume in service["volumes"])
