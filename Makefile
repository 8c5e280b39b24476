# Two commands do everything: `make assess` (the main job) and `make test` (the checks).
# Both set up .venv themselves; a second run finds it ready.

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.PHONY: assess test fast bench docs clean

assess: $(READY)
	$(VENV)/bin/contactline assess ukraine_2025 --out out/ukraine_2025

test: $(READY)
	$(VENV)/bin/ruff check src tests benchmarks
	$(VENV)/bin/ruff format --check src tests benchmarks
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/pytest -n 2 --dist loadfile

bench: $(READY)
	$(VENV)/bin/python benchmarks/archive_to_table.py
	$(VENV)/bin/python benchmarks/kernel.py
	$(VENV)/bin/python benchmarks/session.py

# Pinned versions with hashes come from requirements.lock; see docs/decisions/0001-lock-file.md.
$(READY): requirements.lock pyproject.toml
	@echo "setting up $(VENV) (once)"
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(VENV)/bin/python --require-hashes -r requirements.lock
	@$(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python --no-deps --editable .
	@touch $(READY)

clean:
	rm -rf $(VENV) out
