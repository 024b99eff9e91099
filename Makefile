# make demo    set up, build sample evidence, run the whole job on it
# make test    set up, check style and types, run the tests
# make site    build the documentation as pages in build/site
# make endurance   run long series of tests whole, with several seeds, and mutants of the core
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   ?= demo
# Tests wait for browsers, servers and processes that they end: half as many again as there are processors keep them busy.
WORKERS ?= $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PATH := $(PATH):/usr/sbin:/sbin

.PHONY: demo release validation-pack known-answers site man screenshots test endurance lint format docs bench bench-largest lock clean setup

demo: setup
	$(BIN)/echoforensics demo $(DEMO)

test: setup
	@.ci/system-packages test
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# Long series whole, with several seeds, and mutants of the core; then a million altered files through every parser.
# Writes benchmarks/RESULTS-endurance.md and RESULTS-mutated.md. And deleted
# rows of made databases, recovered, missed and invented; writes benchmarks/RESULTS-recovered.md. And a review room under
# load; writes benchmarks/RESULTS-review.md and RESULTS-review-page.md. And all tests again, from
# the unpacked source distribution.
endurance: setup
	@.ci/system-packages test
	$(BIN)/python -m benchmarks.endurance
	$(BIN)/python -m benchmarks.mutated_inputs tests
	$(BIN)/python -m benchmarks.recovered_rows
	$(BIN)/python -m benchmarks.review
	$(BIN)/python -m benchmarks.review.page_share
	ECHOFORENSICS_ENDURANCE=1 $(BIN)/python -m pytest tests/release

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The table first: the pages are made of parsers, and one that states something else than the table is refused.
docs: setup
	$(BIN)/python -m parsers.registration.write
	$(BIN)/echoforensics parsers --pages docs/artefacts --schemas parsers/definitions
	$(BIN)/python .ci/manual_page.py

# The documentation as pages; a warning is an error.
site: setup
	$(BIN)/sphinx-build -W -n -q --keep-going -j auto docs build/site
	@echo "open build/site/index.html"

# What the selftest expects of the parsers, stated anew after a parser's version was raised; review the difference of
# echoforensics/selftest/data/parsers.jsonl. With INPUTS=--inputs the inputs are made anew too: some minutes.
known-answers: setup
	@.ci/system-packages test
	$(BIN)/python -m benchmarks.known_answers $(INPUTS)

# The files of a release, made from the last commit into dist/, signed with KEY (made by `openssl ecparam -name
# prime256v1 -genkey`); RELEASE.md among them says how they are checked. Without a key: make release KEY=none.
release: setup
	@test -n "$(KEY)" || { echo "name the release key: make release KEY=FILE, or KEY=none for files that are not signed" >&2; exit 1; }
	$(BIN)/python .ci/release $(if $(filter none,$(KEY)),--unsigned,--key $(KEY)) dist

# The validation pack alone, into dist/: truth sets, test cases, error rates, known limits. See docs/validation.md.
validation-pack: setup
	$(BIN)/python .ci/release --only validation-pack --unsigned dist

# The manual page, from the help of the commands; read it with man -l docs/man/echoforensics.1.
man: setup
	$(BIN)/python .ci/manual_page.py

# The pictures of the report and the review room in docs/screenshots, of the demo's case.
screenshots: setup
	@.ci/system-packages test
	$(BIN)/python .ci/screenshots.py

# Everything takes about two hours of an idle machine with two processors.
bench: setup
	@.ci/system-packages bench
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.plaso_store
	$(BIN)/python -m benchmarks.recordings
	$(BIN)/python -m benchmarks.listening
	$(BIN)/python -m benchmarks.containers
	$(BIN)/python -m benchmarks.pages --others
	$(BIN)/python -m benchmarks.review
	$(MAKE) --no-print-directory bench-largest

# Ten million rows of one kind, and as many written as Parquet and asked: about half an hour, and 12 GiB in the temporary folder.
bench-largest: setup
	$(BIN)/python -m benchmarks.scale.growth --kinds CSV --rows 10000000 --output benchmarks/RESULTS-largest.md
	$(BIN)/python -m benchmarks.large_cases.asking --rows 10000000

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock requirements-build.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; give one with PYTHON=..." >&2; exit 1; }
	@.ci/system-packages demo
	@echo "setting up $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --require-hashes -r requirements-build.lock
	@$(BIN)/pip install --quiet --require-hashes --no-build-isolation -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The locks are made with uv (https://docs.astral.sh/uv/), for every Python from 3.11 on.
lock:
	for name in requirements-build requirements; do \
	    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	        --no-header $$name.in -o $$name.lock; \
	done

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
