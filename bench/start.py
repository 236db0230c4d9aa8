"""Cold start and memory of `coordination serve` as an operator would see them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from bench.report import StartRow
from coordination.graph import aot

# As the program is installed for use. The driver imports pandas where it finds it, and only our tests bring it.
START = "import sys; sys.modules['pandas'] = None; from coordination.cli import main; main()"


def cold_start() -> list[StartRow]:
    """First start (makes the database and loads the reference data), then starts on what is there: at once, and with
    the cache that a platform makes for the next start when it has run for a while."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [_once(Path(folder), name) for name in ("first", "second, at once")]
        aot.prepare(Path(folder, "data"))
        return rows + [_once(Path(folder), f"{name}, as every later one") for name in ("third", "fourth")]


def _once(folder: Path, name: str) -> StartRow:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COORDINATION_")}
    environment |= {"COORDINATION_DATA_DIR": str(folder / "data")}
    command = [sys.executable, "-c", START, "serve", "--port", str(port)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=10) as answer:
                    answer.read()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - begun > 120:
                    raise
                time.sleep(0.02)
        seconds = time.perf_counter() - begun
        web = psutil.Process(process.pid)
        servers = [child for child in web.children(recursive=True) if "java" in child.name()]
        return StartRow(name, seconds, web.memory_info().rss, sum(child.memory_info().rss for child in servers))
    finally:
        process.terminate()
        process.wait(30)
