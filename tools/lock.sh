#!/usr/bin/env bash
# Compile the pinned, hashed requirements for every supported Python and system: `tools/lock.sh` (needs uv).
# The files name no index: whoever installs uses the one set up on that machine.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --no-header "$@"
}
compile pyproject.toml requirements/build.in --output-file requirements/runtime.txt
compile pyproject.toml requirements/build.in requirements/test.in --constraint requirements/runtime.txt \
  --output-file requirements/test.txt
