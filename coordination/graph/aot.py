"""The embedded server's ahead-of-time cache: what its Java learnt of its classes in one run, for the next starts.

With it the server answers in about half the time, at every start and after every crash. It is made once per build of
the server, by a run of its own on an empty database beside the real one, and is never needed: a cache that is
missing, damaged or of another build is passed over by Java itself (JEP 483, 514).
"""

from __future__ import annotations

import hashlib
import importlib.util
import tempfile
from contextlib import suppress
from pathlib import Path

# What Java says when the cache is whole; one that was interrupted is thrown away.
_WHOLE = "AOTCache creation is complete"


def path(root: Path) -> Path:
    """Where the cache of the installed build is kept, under the server's own directory. It need not exist."""
    return root / f"classes-{_build()}.aot"


def options(root: Path) -> list[str]:
    """For the command line of Java: the cache, where there is one."""
    found = path(root)
    # A damaged one would bring the server down; it is checked first, which costs nothing that can be measured.
    return [f"-XX:AOTCache={found}", "-XX:+VerifySharedSpaces"] if found.is_file() else []


def prepare(data_dir: Path) -> bool:
    """Make the cache of a data directory where it is missing; takes some seconds of one processor. Whether it is there.

    Raises StoreUnavailable when the server does not start.
    """
    from coordination.graph import questionnaires, reference, schema
    from coordination.graph.embedded import RETRY_SECONDS, Embedded
    from coordination.graph.store import Store

    root = data_dir / "graph"
    wanted = path(root)
    if wanted.is_file():
        return True
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix="classes-") as folder:
        made = Path(folder, "new.aot")
        server = Embedded(Path(folder, "data"), java=[f"-XX:AOTCacheOutput={made}"])
        address = server.find_or_start().address
        store = Store(
            address.uri, address.user, address.password, address.database, retry_seconds=RETRY_SECONDS
        )
        try:  # what every start does, and the questions of its first pages
            schema.apply(store)
            reference.load(store)
            questionnaires.install(store)
        finally:
            store.close()
            server.stop()
        with suppress(OSError):
            if made.is_file() and _WHOLE in server.log.read_text("utf-8", "replace"):
                made.chmod(0o600)
                for old in root.glob("classes-*.aot"):
                    old.unlink()
                made.replace(wanted)
    return wanted.is_file()


def _build() -> str:
    """Of the installed server: Java refuses a cache as soon as one of its files is another."""
    spec = importlib.util.find_spec("arcadedb_embedded")
    wheel = Path(spec.origin).parent if spec and spec.origin else Path()
    told = hashlib.sha256(str(wheel).encode())
    for each in sorted([*wheel.glob("jars/*.jar"), *wheel.glob("jre/lib/modules")]):
        state = each.stat()
        told.update(f"{each.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return told.hexdigest()[:16]
