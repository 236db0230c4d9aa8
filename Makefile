# Everything here sets itself up on first use; only make and Python 3.11 or newer must be there.
SHELL := /bin/bash
PORT ?= 8000
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null \
	&& echo $$p && break; done)
BIN := .venv/bin
PO := $(wildcard coordination/translations/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
# Three processes, one graph server each: on two cores, one works while others wait for a browser or a server.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadgroup
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test test-slow lint bench messages wheel clean
.DELETE_ON_ERROR:

help:
	@echo "make run [PORT=8000]   start the platform with example data and print the address and accounts"
	@echo "make test              lint, types, and every test this machine can run"
	@echo "make test-slow         the longer checks as well"
	@echo "make lint              ruff and pyright alone"
	@echo "make bench             measure speed and write docs/benchmarks.md (about half an hour)"
	@echo "make messages          bring the Polish catalogue up to date and list what lacks a translation"
	@echo "make wheel             build dist/coordination-*.whl"

run: .venv/runtime.stamp $(MO)
	@exec $(BIN)/coordination demo --port $(PORT)

test: lint
	$(PYTEST) $(ARGS)

test-slow: lint
	$(PYTEST) --slow $(ARGS)

lint: .venv/test.stamp $(MO)
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python

bench: .venv/test.stamp $(MO)
	$(BIN)/python -m bench $(ARGS)

messages: .venv/runtime.stamp
	$(BIN)/python tools/messages.py

wheel: .venv/runtime.stamp
	$(BIN)/python -m hatchling build --target wheel

clean:
	rm -rf .venv dist .pytest_cache .ruff_cache .hypothesis $(MO)

.venv/runtime.stamp: requirements/runtime.txt pyproject.toml hatch_build.py
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12, 3.13 or 3.14 is needed, and none was found." >&2; exit 1; }
	@echo "Setting up .venv (first use, or the requirements changed); this takes a minute or two."
	@$(BIN)/python -c pass 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary=:all: -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.stamp: requirements/test.txt .venv/runtime.stamp
	@echo "Installing the test tools."
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary=:all: -r requirements/test.txt
	@touch $@

%.mo: %.po .venv/runtime.stamp
	@$(BIN)/python tools/messages.py --compile-only
