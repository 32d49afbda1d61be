# `make serve` and `make test` set everything up. See README.md.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make requirements"

RIGHT_PYTHON := "import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) \
	or sys.exit('The book needs Python 3.11 to 3.13; this is %d.%d. Name another: make PYTHON=python3.12 ...' % v)"

.PHONY: help serve build test audit pdf epub offline lab budget benchmark format requirements clean

help:
	@echo "make serve         build both editions and serve them (PORT=8000)"
	@echo "make build         build both editions into _build/site"
	@echo "make test          run every check, every notebook included"
	@echo "make audit         accessibility, weight and Lighthouse (ALL=1: each page)"
	@echo "make pdf           each edition as a PDF in _build/pdf"
	@echo "make epub          each edition as an EPUB in _build/epub"
	@echo "make offline       site, notebooks and packages in _build/offline, for a class (ARGS=...)"
	@echo "make lab           open JupyterLab on the book"
	@echo "make budget        measure time and memory of each notebook (PAGES=...: some)"
	@echo "make benchmark     99 % of MNIST: processor time of two recipes"
	@echo "make format        format code, in notebooks too"
	@echo "make requirements  compile the pinned requirements (UPGRADE=1: newest)"
	@echo "make clean         remove the environment and everything built"

# Older than the requirements means made anew: no leftovers from before.
# Where Python may not write bytecode, each import of Keras would compile it.
$(READY): requirements.txt requirements-tools.txt pyproject.toml
	@$(PYTHON) -c $(RIGHT_PYTHON)
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(VENV) $(BIN)/python -m uv pip install --quiet --compile-bytecode --requirement requirements.txt --editable .
	$(BIN)/python -m aibook.install
	$(BIN)/python -m website.katex
	@touch $(READY)

build: $(READY)
	$(BIN)/python -m website.build

serve: build
	$(BIN)/python -m website.serve --port $(PORT)

test: build
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadfile -rs

audit: build
	$(BIN)/python -m tests.audit

pdf epub: build
	$(BIN)/python -m website.export $@

offline: build
	$(BIN)/python -m website.offline $(ARGS)

lab: $(READY)
	$(BIN)/jupyter lab --notebook-dir book

budget: $(READY)
	$(BIN)/python -m tests.budget $(PAGES)

benchmark: $(READY)
	$(BIN)/python -m benchmarks.mnist

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

requirements: $(READY)
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements.in --output-file requirements.txt
	$(COMPILE) binder/requirements.in --constraint requirements.txt --output-file binder/requirements.txt
	$(COMPILE) requirements-tools.in --constraint requirements.txt --output-file requirements-tools.txt

clean:
	rm -rf $(VENV) _build .ruff_cache aibook.egg-info
