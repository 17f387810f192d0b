# Each target sets up what it needs: packaging/setup.sh, which does nothing when all is there.
#   make run ARGS="…" hands arguments on; so do test, bench, demo and weights.

.DEFAULT_GOAL := help
# `make soak ARGS="--minutes 10"`, `make fuzz ARGS="--executions 1000000 TARGET"`,
# `make mutants ARGS="lenetpad.ink.raster*"`.
.PHONY: help setup run test lint coverage soak fuzz mutants bench bench-pictures bench-numbers bench-lines bench-hand bench-strangers demo texts weights number-weights seeds bundle smoke bare bench-bundle deb clean

ARGS =
# Tests run on every core. Each worker takes a run of neighbouring tests, which share what is made
# once for a module, and takes over the last ones of another when it has done its own. One that
# has torch needs a gigabyte. `make test WORKERS=` runs them one after the other.
WORKERS = --numprocesses auto --maxprocesses 8 --dist worksteal
# Data sets that are not in the repository, for `make weights`; it says where to get them.
INK =
IMAGES =
# Ink files of numbers that were written as such, for `make bench-numbers`.
NUMBERS =
BIN = .venv/bin

# Windows that nobody looks at. `make test QT_QPA_PLATFORM=xcb` shows them.
test coverage soak fuzz mutants bench demo: export QT_QPA_PLATFORM = offscreen

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## Debian's packages and .venv; every other target does this itself
	@sh packaging/setup.sh

run: setup ## the drawing pad
	$(BIN)/lenetpad $(ARGS)

test: setup ## all tests, offscreen
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

lint: setup ## ruff, mypy and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The tests of the rooms that are measured, and of those that use them.
COVERING = ink lenet values storage engine data training controllers fuzz

coverage: setup ## branches of ink, lenet, values, storage and engine that tests reach: 95 % at least
	$(BIN)/python -m pytest $(WORKERS) --cov --cov-report=term-missing:skip-covered \
	    $(ARGS) $(wildcard $(addprefix tests/,$(COVERING)))

soak: setup ## the real window in use for half an hour: nothing may grow
	$(BIN)/lenetpad soak $(ARGS)

fuzz: setup ## mutated files for every decoder (tests/fuzz)
	$(BIN)/python -m tests.fuzz $(ARGS)

mutants: setup ## do tests notice changed code? those that survive and why: tests/mutants.md
	$(BIN)/python -m mutmut run $(ARGS)
	$(BIN)/python -m mutmut results

bench: setup ## latency, start-up, memory, and training against a plain loop
	$(BIN)/lenetpad bench $(ARGS)

bench-pictures: setup ## how many of 600 pictures of digits are read, in 60 scenes
	$(BIN)/python -m lenetpad.tools.bench.pictures $(ARGS)

bench-numbers: setup ## how many numbers are read (INK="digits letters …" NUMBERS="…")
	$(BIN)/python -m lenetpad.tools.bench.numbers --ink $(INK) --numbers $(NUMBERS) $(ARGS)

bench-lines: setup ## how many numbers a network reads that slides over them (INK="…")
	$(BIN)/python -m lenetpad.tools.bench.lines --ink $(INK) $(ARGS)

bench-hand: setup ## what networks gain by learning ten drawings of a writer (INK="digits letters …")
	$(BIN)/lenetpad bench-hand --ink $(INK) $(ARGS)

bench-strangers: setup ## errors on ink that nothing is trained on, even and odd writers apart (INK="…")
	$(BIN)/python -m lenetpad.tools.bench.strangers --ink $(INK) $(ARGS)

demo: setup ## pictures of the program at work, into demo/
	$(BIN)/lenetpad demo --out demo $(ARGS)

# A translation is a copy of it, filled in with Qt Linguist: resources/translations/lenetpad_de.ts.
texts: setup ## all texts of the window, for translators, into build/lenetpad.ts
	@mkdir -p build
	@$(BIN)/pyside6-lupdate -tr-function-alias QT_TRANSLATE_NOOP+=marked \
	    -locations relative -no-obsolete $(shell git ls-files 'lenetpad/*.py') -ts build/lenetpad.ts

weights: setup ## train the shipped weights anew, into resources/weights/ (INK="…" IMAGES="…")
	$(BIN)/python packaging/make_weights.py --ink $(INK) --images $(IMAGES) \
	    --out resources/weights $(ARGS)

number-weights: setup ## learn anew how numbers are cut, resources/weights/numbers.json (INK="…")
	$(BIN)/python packaging/make_number_weights.py --ink $(INK) \
	    --out resources/weights/numbers.json $(ARGS)

seeds: setup ## train the weights "MNIST only" with five seeds, and report on them
	$(BIN)/python packaging/make_weights.py --only-paper --seeds 1 2 3 4 5 --out build/seeds $(ARGS)
	$(BIN)/lenetpad report build/seeds/*.safetensors

# The bundle's folder, as packaging/bundle.sh names it.
BUNDLE = dist/lenetpad-$(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' lenetpad/__init__.py)-linux-$(shell uname -m)$(if $(filter cuda,$(TORCH)),-cuda)

bundle: setup ## what people install, into dist/ (TORCH=cuda for NVIDIA; packaging/README.md)
	@sh packaging/bundle.sh

smoke: ## the finished bundle, driven as on a stranger's machine
	@sh packaging/smoke.sh $(BUNDLE)

bare: ## the finished bundle in a bare Debian 12 without Python (needs root and debootstrap)
	@sh packaging/bare_root.sh $(BUNDLE)

bench-bundle: ## how fast the finished bundle starts
	env -i HOME="$(CURDIR)/build/home" QT_QPA_PLATFORM=offscreen $(BUNDLE)/lenetpad bench --startup $(ARGS)

deb: ## the finished bundle as a Debian package
	@sh packaging/make_deb.sh $(BUNDLE)

clean: ## remove what was built; .venv stays (to redo the set-up: rm -r .venv)
	rm -rf build dist demo mutants .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find lenetpad tests packaging -name __pycache__ -prune -exec rm -rf {} +
