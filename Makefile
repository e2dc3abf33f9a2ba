# Esito: `make run` serves the demonstration board, `make test` tests everything.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
# What `pytest` gets beside its own options, such as WORKERS=4 or TESTS=tests/jobs;
# LANGUAGES=all walks each journey in each language on each database.
WORKERS ?= 3
TESTS ?= tests
LANGUAGES ?= one
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --languages $(LANGUAGES)

.DEFAULT_GOAL := help
.PHONY: help run test check bench format types messages

help:  ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: export HOST := $(HOST)
run: export PORT := $(PORT)
run: export ESITO_ENV ?= demo
# As app/serve.py does it: an IPv6 address is reached by a name.
NAMED = $(if $(findstring :,$(HOST)),localhost,$(HOST))
run: export ESITO_BASE_URL ?= http://$(if $(filter 0.0.0.0 ::,$(HOST)),127.0.0.1,$(NAMED)):$(PORT)
run: $(VENV)/requirements.stamp  ## serve the demonstration board, web and jobs
	@$(BIN)/flask --app app db upgrade
	@$(BIN)/flask --app app sync-roles
	@if [ "$$ESITO_ENV" = demo ]; then $(BIN)/flask --app app demo --if-empty; fi
	@exec $(BIN)/python app.py

test: $(VENV)/requirements-dev.stamp  ## test on SQLite, on PostgreSQL and in a browser
	@tests/prepare.sh
	$(PYTEST) --database sqlite $(TESTS)
	$(PYTEST) --database postgresql $(TESTS)

check: $(VENV)/requirements-dev.stamp  ## check format, lint and types, then test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

bench: $(VENV)/requirements-dev.stamp  ## measure against baselines of the same run
	$(BIN)/python -m bench

format: $(VENV)/requirements-dev.stamp  ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(VENV)/requirements-dev.stamp  ## put new words into the catalogues, compile them
	@mkdir -p instance
	@$(BIN)/pybabel --quiet extract --mapping babel.cfg --add-location file \
	  --sort-by-file --keywords '_l lazy_gettext lazy_ngettext:1,2' \
	  --output instance/messages.pot app
	@$(BIN)/pybabel --quiet update --input-file instance/messages.pot \
	  --output-dir app/translations --ignore-obsolete --no-fuzzy-matching \
	  --ignore-pot-creation-date
	@rm instance/messages.pot
	@$(BIN)/pybabel --quiet compile --directory app/translations

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Esito needs Python 3.11 or later: install it, or say make PYTHON=...'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo 'Python has no venv: install it (on Debian and Ubuntu: apt-get install python3-venv)'; exit 1; }
	@echo 'Making $(VENV) ...'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/%.stamp: %.txt $(BIN)/python
	@echo 'Installing $< ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# The tests' requirements include the service's own.
$(VENV)/requirements-dev.stamp: requirements.txt
