"""backup, restore and check as commands: what they print, their exit status, one sentence for each error."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from coordination import cli
from tests.servers import ROOT


def coordination(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The program without a database; it must not need one for what is asked here."""
    return subprocess.run(
        [sys.executable, "-m", "coordination.cli", *words],
        cwd=ROOT, env={**os.environ, "COORDINATION_LANGUAGE": "en", **environ},
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


def test_help_names_every_verb_and_imports_none_of_them():
    words = "import sys; from coordination.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for verb in cli.VERBS:
        assert f"  {verb} " in told
    assert "'neo4j'" not in told
    assert "'flask'" not in told


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_has_its_own_help(verb):
    asked = coordination(verb, "--help")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "Usage: coordination " + verb in asked.stdout


def test_wrong_usage_ends_with_2(tmp_path):
    assert coordination("no-such-verb").returncode == 2
    assert coordination("restore", str(tmp_path / "missing")).returncode == 2
    assert coordination("backup").returncode == 2


def test_a_wrong_setting_is_named_in_one_sentence(tmp_path):
    asked = coordination("check", COORDINATION_NEO4J_URI="http://here")
    assert asked.returncode == 2
    assert asked.stderr.count("\n") == 1
    assert "COORDINATION_NEO4J_URI" in asked.stderr


def test_a_file_that_is_no_backup_is_refused_before_a_server_is_started(tmp_path):
    (tmp_path / "not").write_text("id,name\n")
    asked = coordination("restore", str(tmp_path / "not"), COORDINATION_DATA_DIR=str(tmp_path / "data"))
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr == "This file is not a backup of this platform.\n"
    assert not (tmp_path / "data").exists()


def test_a_server_that_does_not_answer_is_one_sentence(tmp_path):
    asked = coordination(
        "check", COORDINATION_NEO4J_URI="bolt://127.0.0.1:9", COORDINATION_DATA_DIR=str(tmp_path)
    )
    assert asked.returncode == 1
    assert asked.stderr.startswith("The graph server does not answer")
    assert asked.stderr.count("\n") == 1


def test_backup_check_and_refused_restore(command, tmp_path):
    file = tmp_path / "backup.jsonl"
    made = command("backup", file, env={"COORDINATION_LANGUAGE": "en"})
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith("Backup made: ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    checked = command("check", env={"COORDINATION_LANGUAGE": "en"})
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("Everything is in order.\n")

    refused = command("restore", file, env={"COORDINATION_LANGUAGE": "pl"})
    assert refused.returncode == 1
    assert refused.stderr == "Baza nie jest pusta. Kopię odtwarza się do pustej bazy.\n"


def test_check_ends_with_1_and_says_what_is_broken(command, reference_store):
    reference_store.run("CREATE (:Channel {id: 'lost'})")
    asked = command("check", env={"COORDINATION_LANGUAGE": "en"})
    assert asked.returncode == 1
    assert "A channel belongs to no contact point: lost" in asked.stderr
    assert "Traceback" not in asked.stderr
