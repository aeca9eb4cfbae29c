# kanmon: everything runs in .venv, made when it is missing. No network at run time; only the installation needs one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OUT ?= out
SECONDS_OF_FUZZ ?= 300

.PHONY: demo test lint data fuzz soak bench docs notebooks pictures clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,dask,docs]'
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/kanmon assess --out $(OUT)/assessment --force
	$(BIN)/kanmon audit datasets/data/demo_company/audit.xlsx --out $(OUT)/audit --force
	@echo
	@echo "Open $(OUT)/assessment/explorer.html and $(OUT)/audit/report.html in a browser."

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

data: $(STAMP)
	$(BIN)/python scripts/build_world.py
	$(BIN)/python scripts/build_measures.py
	$(BIN)/python scripts/build_country_names.py

fuzz: $(STAMP)
	$(BIN)/python scripts/fuzz.py --seconds $(SECONDS_OF_FUZZ)

soak: $(STAMP)
	$(BIN)/python scripts/fuzz.py --seconds 3600

bench: $(STAMP)
	@for file in benchmarks/[a-z]*.py; do grep -q __main__ $$file && { echo "== $$file"; $(BIN)/python $$file || exit 1; }; done; true

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

notebooks: $(STAMP)
	$(BIN)/python scripts/build_notebooks.py

pictures: $(STAMP)
	$(BIN)/python scripts/pictures.py

clean:
	rm -rf $(VENV) $(OUT) site build dist *.egg-info
