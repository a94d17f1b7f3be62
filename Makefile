# The two commands of the README: `make demo` and `make test`. Both set up a private environment first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
READY := $(VENV)/.ready
RUN := $(VENV)/bin

.PHONY: demo test env lint types imports unit lock clean

demo: $(READY)
	rm -rf build/demo
	$(RUN)/cdg62-connect demo --sortie build/demo

test: lint types imports unit

env: $(READY)

lint: $(READY)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

types: $(READY)
	$(RUN)/basedpyright

imports: $(READY)
	$(RUN)/lint-imports

# Last, so that a run closes with pytest's own summary line.
unit: $(READY)
	$(RUN)/python -m pytest -n 2

$(READY): requirements/dev.txt pyproject.toml
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Pins everything again, with hashes; needs uv.
lock:
	uv pip compile pyproject.toml requirements/dev.in --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) build dist
