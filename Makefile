# Everything a person or a build does with this repository. `make` prints this help.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
UV_VERSION := 0.13.9
STAMP := .venv/.locked
ARGS ?=
SYNC ?=
FOR ?= 600

.PHONY: help setup run test check unit cost style types rooms system fuzz bench packages clean

help:  ## print this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: $(STAMP)  ## make .venv with the locked dependencies and .venv/bin/pforte

$(STAMP): pyproject.toml uv.lock
	@# SYNC=--no-dev leaves out what only tests and checks need.
	@test -x $(BIN)/python || python3 -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv sync --frozen --quiet --compile-bytecode $(SYNC)
	@touch $(STAMP)

run: setup  ## watch the bundled example for 20 seconds; ARGS="--config FILE" runs for real
	@if [ -n "$(ARGS)" ]; then exec $(BIN)/pforte serve $(ARGS); else exec $(BIN)/pforte example; fi

packages:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then bash tests/system/packages.sh; fi

test: setup packages check system  ## everything CI runs: check, then the system tests against real peers

check: setup  ## style, types, rooms, documents, unit tests and the cost of each rule, in under a minute
	@$(MAKE) --no-print-directory -j 4 --output-sync=target unit types cost style rooms

unit: setup
	$(BIN)/pytest -n 2 -q -m "not system" $(ARGS)

cost: setup
	$(BIN)/python bench/rule_cost.py

style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

types: setup
	$(BIN)/mypy

rooms: setup
	$(BIN)/lint-imports
	$(BIN)/deptry src

system: setup packages  ## the slow part: real nginx, nft, journald, kill -9
	$(BIN)/pytest -q -m system $(ARGS)

fuzz: setup  ## guess hostile inputs, guided by coverage, FOR=600 seconds each; ONLY=NAME tries tests/fuzz/atheris_NAME.py
	$(BIN)/uv sync --frozen --quiet --inexact --group fuzz
	@for harness in tests/fuzz/atheris_$(or $(ONLY),*).py; do \
		echo "== $$harness" && $(BIN)/python $$harness -max_total_time=$(FOR) || exit 1; done

bench: setup packages  ## measure against the real peers; ONLY=NAME runs one
	$(BIN)/python bench/run.py $(if $(ONLY),--only $(ONLY))

clean:  ## remove what setup and runs made
	rm -rf .venv var dist bench/work
