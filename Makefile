# The two commands of the README are `make run` and `make test`. Everything else is listed by `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
SHARED ?= ../shared/data
RUN_FLAGS ?=
DEMO_FLAGS ?=
TEST_FLAGS ?= -n 2 --dist worksteal
BROWSER_FLAGS ?= -n 2 --dist worksteal
IMPORT_FLAGS ?=
LOCAL_FLAGS ?=
CHAOS_FLAGS ?=
FUZZ_FLAGS ?=
SECURITY_FLAGS ?=
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q
ROOMS := assessments clients exchange gateway impact matching training
BENCH_FLAGS ?=

.PHONY: bench bench-json bench-peers run demo up-local demo-local chaos chaos-short chaos-planted overload fuzz calls security-report test test-browser screenshots check format contracts words migration import-real lock clean help

run: $(VENV)/runtime ## start everything on http://127.0.0.1:8080; the first time the main job is played
	$(BIN)/openrecp up --demo --data $(DATA) $(RUN_FLAGS)

demo: $(VENV)/runtime ## the main job on a temporary system
	@$(BIN)/openrecp demo $(DEMO_FLAGS)

up-local: $(VENV)/development ## what docker-compose.yml describes, without containers (LOCAL_FLAGS="--profile full" with Kafka)
	$(BIN)/python -m deploy.local up $(LOCAL_FLAGS)

demo-local: $(VENV)/development ## the main job and the real files of $(SHARED) through separate services, some killed on the way
	$(BIN)/python -m deploy.local demo --data $(SHARED) $(LOCAL_FLAGS)

test: $(VENV)/development ## every test that can run here (REQUIRE_ALL=1 makes a missing part a failure)
	$(BIN)/pytest $(TEST_FLAGS)

test-browser: $(VENV)/development ## the portal in Debian's Chromium: every page and the five journeys, with scripts and without
	$(BIN)/pytest tests/browser $(BROWSER_FLAGS)

screenshots: $(VENV)/development ## pictures of the portal for people to look at, in build/screenshots
	$(BIN)/python -m tests.browser.screenshots build/screenshots

chaos-short: $(VENV)/development ## kill everything of the separate services 30 times under load, and judge what is left
	$(BIN)/python -m tests.chaos short $(CHAOS_FLAGS)

chaos: $(VENV)/development ## the same with 300 kills, most of an hour (CHAOS_FLAGS="--seed 7 --json report.json --keep logs")
	$(BIN)/python -m tests.chaos long $(CHAOS_FLAGS)

chaos-planted: $(VENV)/development ## plant faults one by one on a copied tree, and see each caught
	$(BIN)/python -m tests.chaos planted $(CHAOS_FLAGS)

security-report: $(VENV)/development ## what the walls hold, each figure with its denominator (SECURITY_FLAGS=--write keeps it in docs/security.md)
	$(BIN)/python -m tests.walls.report $(SECURITY_FLAGS)

bench: $(VENV)/development ## every figure beside its limit, into docs/performance.md (BENCH_FLAGS="create gateway": only those)
	code=0; $(BIN)/python -m bench --keep $(BENCH_FLAGS) || code=$$?; $(BIN)/python -m bench.write; exit $$code

bench-json: $(VENV)/development ## the same as one JSON object on standard output, and nothing written
	@$(BIN)/python -m bench --json $(BENCH_FLAGS)

bench-peers: $(VENV)/development $(VENV)-bench/peers ## the same create as its communities write it, beside ours
	$(BIN)/python -m bench --keep peers_create $(BENCH_FLAGS)
	$(BIN)/python -m bench.write

fuzz: $(VENV)/development ## schemathesis asks the API as every role in all phases, most of an hour (FUZZ_FLAGS="--role officer --phase fuzzing")
	$(BIN)/python -m tests.fuzz $(FUZZ_FLAGS)

calls: $(VENV)/development ## record a real request and answer of every operation anew, for the examples of the API's document
	$(BIN)/python -m tests.contracts.calls

overload: $(VENV)/development ## three times as much as can be done, 2,000 at once, and one key without end, against a real `openrecp up` (two minutes)
	$(BIN)/python -m tests.walls.overload

check: $(VENV)/development ## format, lint, types, import rules, dependencies, contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy contracts api_client chassis services gateway portal openrecp deploy/local bench tests
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python -m contracts.publish --check
	$(BIN)/openrecp documents --check
	$(BIN)/openrecp pack check demo
	$(BIN)/python -m portal.catalogues --check
	$(BIN)/hadolint Dockerfile
	POSTGRES_PASSWORD=only-to-read-it $(BIN)/docker-compose --profile full config -q

format: $(VENV)/development
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contracts: $(VENV)/development ## write schemas, topics, AsyncAPI, docs/events.md, OpenAPI and permissions anew
	$(BIN)/python -m contracts.publish
	$(BIN)/openrecp documents

words: $(VENV)/development ## bring the portal's catalogues up to date with its English, and say how much is missing
	$(BIN)/python -m portal.catalogues --update

migration: $(VENV)/development ## SERVICE=clients MESSAGE="what it adds"
	$(BIN)/openrecp migration $(SERVICE) "$(MESSAGE)"

import-real: $(VENV)/runtime ## the real files of $(SHARED), compared with their published totals
	$(BIN)/python -m openrecp.import_real --data $(SHARED) $(IMPORT_FLAGS)

lock: $(VENV)/development ## all locks anew from pyproject.toml: everything, with tools, and what each image installs
	$(BIN)/pip install -q uv
	$(BIN)/$(COMPILE) --extra all -o requirements.lock
	$(BIN)/$(COMPILE) --extra all --extra dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['bench'], sep='\n')" \
		| $(BIN)/$(subst pyproject.toml,-,$(COMPILE)) -o requirements-bench.lock
	for room in $(ROOMS); do $(BIN)/$(COMPILE) --extra $$room -c requirements.lock -o deploy/locks/$$room.lock || exit 1; done

$(VENV)-bench/peers: requirements-bench.lock
	test -d $(VENV)-bench || $(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

$(VENV)/runtime: requirements.lock pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@test -e $(VENV)/development || echo "The libraries of requirements.lock are installed, once: a minute or two."
	test -e $(VENV)/development || $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	touch $@

$(VENV)/development: requirements-dev.lock pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	touch $@ $(VENV)/runtime

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16
