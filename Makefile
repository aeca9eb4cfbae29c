# kanmon: everything runs in .venv, made when it is missing. No network at run time; only the installation needs one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OUT ?= out
SECONDS_OF_FUZZ ?= 300
TESTED ?= tests/graph tests/risk tests/datasets
PIP := python -m pip install --quiet --disable-pip-version-check
# Files are checked against their hashes where they are known for this Python and system; elsewhere their versions are pinned.
HASHES = constraints/$(shell $(PYTHON) -c 'import platform, sys; print(f"cp{sys.version_info.major}{sys.version_info.minor}-{sys.platform}-{platform.machine()}")').txt

.PHONY: demo test lint data kernels fuzz soak bench docs notebooks pictures constraints test-lowest test-newest licences sbom clean

$(STAMP): pyproject.toml constraints.txt $(wildcard constraints/*.txt)
	$(PYTHON) -m venv $(VENV)
	if [ -f $(HASHES) ]; then \
	  $(BIN)/$(PIP) --require-hashes --no-deps --requirement $(HASHES) && \
	  $(BIN)/$(PIP) --no-deps --no-build-isolation --editable .; \
	else $(BIN)/$(PIP) --constraint constraints.txt --editable '.[plot,parquet,notebook,dask,docs,test]'; fi
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/kanmon assess --out $(OUT)/assessment --force
	$(BIN)/kanmon audit datasets/data/demo_company/audit.xlsx --out $(OUT)/audit --force
	$(BIN)/python scripts/first_use.py --warm
	@echo
	@echo "Open $(OUT)/assessment/explorer.html and $(OUT)/audit/report.html in a browser."

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

data: $(STAMP)
	$(BIN)/python scripts/build_world.py
	$(BIN)/python scripts/build_measures.py
	$(BIN)/python scripts/build_country_names.py

# The code of loops that comes with the package, of their source as it stands.
kernels: $(STAMP)
	$(BIN)/python scripts/build_kernels.py

fuzz: $(STAMP)
	POLARS_MAX_THREADS=1 $(BIN)/python scripts/fuzz.py --seconds $(SECONDS_OF_FUZZ)

soak: $(STAMP)
	POLARS_MAX_THREADS=1 $(BIN)/python scripts/fuzz.py --seconds 3600
	$(BIN)/python scripts/soak.py --scenarios 10000 --audits 1000

bench: $(STAMP)
	@for file in benchmarks/[a-z]*.py; do grep -q __main__ $$file && { echo "== $$file"; $(BIN)/python $$file || exit 1; }; done; true

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

notebooks: $(STAMP)
	$(BIN)/python scripts/build_notebooks.py

pictures: $(STAMP)
	$(BIN)/python scripts/pictures.py

# The newest versions that fit together, here and under PYTHONS (python3.12 python3.13 python3.14); look at the difference,
# run the tests, commit it.
constraints: $(STAMP)
	$(BIN)/python scripts/packages.py lock $(PYTHONS)

# The lowest versions that pyproject.toml admits, and the newest that there are, each in an environment of its own.
test-lowest: $(STAMP)
	$(BIN)/python scripts/packages.py lowest $(OUT)/lowest.txt
	$(PYTHON) -m venv $(OUT)/lowest
	$(OUT)/lowest/bin/$(PIP) --constraint $(OUT)/lowest.txt '.[plot,parquet,notebook,dask]' pytest hypothesis openpyxl packaging
	$(OUT)/lowest/bin/python -m pytest --quiet $(TESTED)

test-newest:
	$(PYTHON) -m venv $(OUT)/newest
	$(OUT)/newest/bin/$(PIP) --upgrade '.[plot,parquet,notebook,dask,test]'
	$(OUT)/newest/bin/python -m pytest --quiet $(TESTED)

licences: $(STAMP)
	$(BIN)/python scripts/packages.py licences

sbom: $(STAMP)
	$(BIN)/python scripts/packages.py sbom $(OUT)/sbom.cdx.json

clean:
	rm -rf $(VENV) $(OUT) site build dist *.egg-info
