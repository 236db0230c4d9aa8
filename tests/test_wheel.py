"""The wheel works where there is no checkout: templates, styles, catalogues and data come with it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("wheel")  # build it once

ROOT = Path(__file__).resolve().parent.parent
# Only these leave the checkout: a wheel built from them cannot lean on anything else in it.
SOURCES = ("coordination", "templates", "static", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy without compiled catalogues, as from a fresh clone."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    subprocess.run([sys.executable, "-m", "hatchling", "build", "--target", "wheel"], cwd=source, check=True)
    (built,) = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `coordination` command of a new environment that shares this one's third-party packages."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "env", with_pip=False, symlinks=os.name != "nt")
    python = home / "env" / "bin" / "python"
    (site,) = (home / "env" / "lib").glob("python*/site-packages")
    # The wheel itself is found first; the path file brings the rest, without the checkout's own path file.
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps",
                    "--no-index", str(wheel)], check=True)  # fmt: skip
    here = next(Path(path) for path in sys.path if Path(path, "flask", "__init__.py").is_file())
    (site / "shared.pth").write_text(f"{here}\n", "utf-8")
    return home / "env" / "bin" / "coordination"


def surroundings(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COORDINATION_", "PYTHON"))}
    return {**kept, "HOME": str(folder), "COORDINATION_DATA_DIR": str(folder / "data"), "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def served(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `coordination serve` on a new data directory, far from the checkout."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    output = folder / "output"
    with output.open("wb") as file:
        command = [str(installed), "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=folder, env=surroundings(folder), stdout=file, stderr=file)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            assert process.poll() is None, output.read_text("utf-8")
            assert time.monotonic() < deadline, output.read_text("utf-8")
            try:
                fetch(f"{address}/sign-in")
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        assert answer.status == 200
        return answer.read().decode("utf-8")


def test_the_wheel_carries_all_it_shows_and_nothing_else(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {path.name for path in (ROOT / "coordination" / "data").iterdir() if path.is_file()}
    templates = {path.relative_to(ROOT).as_posix() for path in (ROOT / "templates").rglob("*.html")}
    assert {f"coordination/data/{name}" for name in data} <= names
    assert {f"coordination/{name}" for name in templates} <= names
    assert "coordination/translations/pl/LC_MESSAGES/messages.mo" in names
    assert any(re.match(r"coordination/static/.*\.css$", name) for name in names)
    assert not [name for name in names if name.split("/")[0] in ("tests", "bench", "tools", "docs")]
    assert not [name for name in names if name.endswith((".pyc", ".po")) or "/.cache/" in name]


def test_the_installed_command_explains_itself(installed: Path, tmp_path: Path):
    told = subprocess.run([installed, "--help"], cwd=tmp_path, env=surroundings(tmp_path), capture_output=True,
                          text=True, encoding="utf-8", check=True)  # fmt: skip
    for verb in ("serve", "demo", "import", "export", "gaps", "network", "backup", "restore", "users", "check"):
        assert re.search(rf"^\s+{verb}\b", told.stdout, re.MULTILINE), f"no {verb} in {told.stdout}"


def test_the_installed_program_runs_outside_the_checkout(installed: Path, tmp_path: Path):
    where = subprocess.run(
        [installed.with_name("python"), "-c", "import coordination; print(coordination.__file__)"],
        cwd=tmp_path, env=surroundings(tmp_path), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not Path(where.stdout.strip()).is_relative_to(ROOT)


def test_the_sign_in_page_is_polish_and_has_its_styles(served: str):
    page = fetch(f"{served}/sign-in")
    assert '<html lang="pl"' in page
    assert "Zaloguj" in page
    styles = re.findall(r'<link[^>]+href="([^"]+\.css[^"]*)"', page)
    assert len(styles) >= 2  # Bootstrap's, from its wheel, and ours
    for address in styles:
        assert "{" in fetch(f"{served}{address}")
    assert "Sign in" in fetch(f"{served}/sign-in?lang=en")


def test_a_page_that_does_not_exist_is_said_in_polish(served: str):
    try:
        fetch(f"{served}/no-such-page")
        pytest.fail("a page that does not exist answered 200")
    except urllib.error.HTTPError as error:
        assert error.code in (401, 403, 404)
        assert 'lang="pl"' in error.read().decode("utf-8")
