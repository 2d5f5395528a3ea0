# make run      the site on this machine, with demo data:  make run PORT=8080 INSTANCE=/srv/training
# make test     all tests
# make race     processes race for seats, more often:  make race ROUNDS=200
# make model    every act on seats in any order, for long:  make model STORIES=2000
# make load     registrations in their thousands, with the figures; takes half an hour
# make crash    servers killed, disks and databases hurt, for long:  make crash ROUNDS=200
# make mutants  whether the tests of the rules notice a rule that is wrong; takes minutes
# make lint     what else must hold: style, types, imports, templates, migrations
# make bench    measure it beside docs/performance.md:  make bench ROWS=list,form ENGINES=sqlite ROUNDS=3
# make format   write the code as `make lint` wants it
# make lock     pin the newest versions that pyproject.toml allows (needs uv)
#
# Each sets up what it needs in .venv first: with uv where it is installed, else with Python's venv.

PORT     ?= 8000
INSTANCE ?= $(or $(TRAINING_INSTANCE),instance)
WORKERS  ?= 2
VENV     ?= .venv
BIN      := $(VENV)/bin
UV       := $(shell command -v uv 2>/dev/null)
PYTHON   := $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
              $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
              >/dev/null 2>&1 && { echo $$p; break; }; done)

# Every command of `make run` gets the same instance, and the address that goes with the port.
TRAINING := env TRAINING_INSTANCE="$(INSTANCE)" \
            TRAINING_BASE_URL="$${TRAINING_BASE_URL:-http://127.0.0.1:$(PORT)}" \
            $(BIN)/python -m training

.DELETE_ON_ERROR:
.PHONY: run test race model load crash mutants lint bench format lock

run: $(VENV)/.run
	@$(TRAINING) migrate
	@$(TRAINING) demo --if-fresh
	@exec $(TRAINING) serve --port $(PORT) --workers $(WORKERS)

test: $(VENV)/.test
	@.ci/say-what-is-skipped
	@$(BIN)/python -m pytest -n 2

race: $(VENV)/.test
	@ROUNDS=$(or $(ROUNDS),200) $(BIN)/python -m pytest tests/races

model: $(VENV)/.test
	@MODEL=$(or $(STORIES),500) $(BIN)/python -m pytest -n 2 tests/model

load: $(VENV)/.test
	@LOAD=full $(BIN)/python -m pytest -s tests/load

crash: $(VENV)/.test
	@ROUNDS=$(or $(ROUNDS),200) $(BIN)/python -m pytest -s tests/crash

mutants: $(VENV)/.test
	@$(BIN)/python -m tests.mutation

lint: $(VENV)/.test
	@.ci/lint $(BIN)

bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks $(if $(ROWS),--rows $(ROWS)) $(if $(ENGINES),--engines $(ENGINES)) \
	  $(if $(ROUNDS),--rounds $(ROUNDS))

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: LOCK = uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-emit-index-url
lock:
	@test -n "$(UV)" || { echo "make lock needs uv (https://docs.astral.sh/uv/)." >&2; exit 1; }
	$(LOCK) --extra postgres pyproject.toml -o requirements/run.txt
	$(LOCK) --all-extras --group dev --group calendars --group e2e -c requirements/run.txt pyproject.toml -o requirements/test.txt
	$(LOCK) --extra postgres --group bench -c requirements/run.txt -c requirements/test.txt pyproject.toml -o requirements/bench.txt

# One stamp for each lock: `make test` after `make run` installs the rest.
$(VENV)/.run $(VENV)/.test $(VENV)/.bench: $(VENV)/.%: requirements/%.txt pyproject.toml
ifneq ($(UV),)
	@echo "Setting up $(VENV) with uv ..."
	@uv venv --quiet --allow-existing --python '>=3.11' $(VENV)
	@uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $<
	@uv pip install --quiet --python $(BIN)/python --no-deps --editable .
else
	@test -n "$(PYTHON)" || { echo "Training needs Python 3.11 or later with venv (Debian, Ubuntu: apt install python3 python3-venv), or uv (https://docs.astral.sh/uv/). Neither was found." >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON); this takes about a minute, once ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --require-hashes -r $<
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --editable .
endif
	@touch $@
