# The two commands of the README: `make demo` and `make test`. Both set up a private environment first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
READY := $(VENV)/.ready
RUN := $(VENV)/bin

.PHONY: demo test bench env lint types imports docs unit lock clean

demo: $(READY)
	rm -rf build/demo
	$(RUN)/cdg62-connect demo --sortie build/demo

test: $(READY)
	$(MAKE) --no-print-directory -j2 lint types imports docs
	$(MAKE) --no-print-directory unit

env: $(READY)

lint: $(READY)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

types: $(READY)
	$(RUN)/basedpyright

imports: $(READY)
	$(RUN)/lint-imports

# The site, in build/site: a dead link, a stale catalogue of errors or an undocumented public name fails.
docs: $(READY)
	$(RUN)/python docs/_outils/erreurs.py --verifier
	NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build --strict --quiet

# Last, so that a run closes with pytest's own summary line.
unit: $(READY)
	$(RUN)/python -m pytest -n 2

$(READY): requirements/dev.txt pyproject.toml
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Measures, never tests: see benchmarks/README.md.
bench: $(READY)
	$(RUN)/python benchmarks/exchange.py
	$(RUN)/python benchmarks/documents.py
	$(RUN)/python benchmarks/dossier.py
	$(RUN)/python benchmarks/pes.py

# Pins everything again, with hashes; needs uv.
lock:
	uv pip compile pyproject.toml requirements/dev.in --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) build dist
