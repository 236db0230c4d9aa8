"""Runs the embedded server and stops it when the process that started it is gone.

Started as a program of its own: the first argument is a file for the server's process id, the others are the
server's command line, and standard input is a pipe whose other end the starting process holds. Nothing is ever
written to it; it closes when that process ends, however it ends, `kill -9` included. Standard library only, so
that it starts in milliseconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

PATIENCE = 15.0  # seconds the server gets to close its files before it is killed


def main(pid_file: str, *command: str) -> int:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        # Ctrl-C reaches the whole process group; the server must outlive the last request of its owner.
        # A handler rather than SIG_IGN, which the server would inherit and then never hear `terminate`.
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: None)
    flags = {"creationflags": 0x00000200} if os.name == "nt" else {"start_new_session": True}
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **flags)  # type: ignore[call-overload]

    with open(pid_file, "w", encoding="ascii") as file:
        file.write(str(server.pid))

    def stop_with_owner() -> None:
        os.read(0, 1)  # returns when the owner's end of the pipe closes
        server.terminate()
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()

    threading.Thread(target=stop_with_owner, daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
