# reviewmine: one target a stage. `make` prints this help.
# A bare Python is enough: the first target that needs it makes .venv and fills it from uv.lock.

PYTHON ?= python3
EXP ?= demo
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced
# Installed by hand packages in the surrounding Python must not leak in, nor a virtual environment that is active. Compiled
# modules are kept: without them every process compiles the libraries anew, ten seconds before it does anything.
unexport PYTHONPATH VIRTUAL_ENV PYTHONDONTWRITEBYTECODE
export UV_PROJECT_ENVIRONMENT := $(VENV)

.DEFAULT_GOAL := help
.PHONY: help setup demo train run test test-long lint check lab notebooks mlflow bench bench-corpus bench-discovery bench-million bench-classifier bench-service bench-score bench-labels bench-router bench-insights clean

help: ## print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv from uv.lock

$(STAMP): uv.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --locked --extra lab --extra serve --extra sign --quiet
	@touch $@

demo: $(STAMP) ## run the main job on the shipped sample: reviews to report, bundle and MLflow run
	$(BIN)/reviewmine run experiments/demo.yaml

train: $(STAMP) ## train experiments/$(EXP).yaml (EXP=demo): bundle, card, summary.md, MLflow version; fails below the gates
	$(BIN)/reviewmine train experiments/$(EXP).yaml --summary experiments/runs/$(EXP)/summary.md

run: $(STAMP) ## run the whole chain of experiments/$(EXP).yaml
	$(BIN)/reviewmine run experiments/$(EXP).yaml

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -q -m "not long" -n 2 --no-loadscope-reorder

test-long: $(STAMP) ## run the tests that CI has no time for: a thousand cases, ten kills, the labels notebook, MLflow as a server of models, Spark (Java 17)
	$(BIN)/uv sync --locked --extra lab --extra serve --extra sign --extra spark --quiet
	$(BIN)/python -m pytest -q -m long

lint: $(STAMP) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test ## lint and test

lab: $(STAMP) ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

notebooks: $(STAMP) ## write the .ipynb pairs anew from their .py files
	$(BIN)/jupytext --to ipynb --update-metadata '{"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}' notebooks/*.py

mlflow: $(STAMP) ## open the MLflow page on 127.0.0.1:5000
	MLFLOW_DISABLE_TELEMETRY=true $(BIN)/mlflow server --host 127.0.0.1 --port 5000 --backend-store-uri sqlite:///experiments/mlflow.db --artifacts-destination experiments/mlartifacts

bench: bench-corpus bench-discovery bench-classifier bench-router ## all benchmarks: ours beside what people use today, on $${REVIEWMINE_DATA}

bench-discovery: $(STAMP) ## measure topics beside BERTopic, NMF and k-means, proposals of taxonomy gaps, time and memory
	$(BIN)/python experiments/benchmarks/discovery.py
	$(BIN)/python experiments/benchmarks/gaps.py
	$(BIN)/python experiments/benchmarks/discovery_scale.py

bench-million: $(STAMP) ## measure discovery of 1,000,000 statements
	$(BIN)/python experiments/benchmarks/discovery_scale.py 1000000

bench-classifier: $(STAMP) ## measure the classifier beside TF-IDF with LinearSVC and LR, fastText (FASTTEXT_PYTHON=...), the majority; its scale and features
	$(BIN)/python experiments/benchmarks/classifier.py
	$(BIN)/python experiments/benchmarks/classifier_scale.py
	$(BIN)/python experiments/benchmarks/features.py

bench-corpus: $(STAMP) ## measure field split, null answers, cuts and speed, beside spaCy and razdel
	PYTHONPATH=tests $(BIN)/python experiments/benchmarks/corpus.py

bench-service: $(STAMP) ## measure messages a second and p99 of the service over loopback, a bundle swapped in the middle
	$(BIN)/python experiments/benchmarks/service.py

bench-score: $(STAMP) ## measure scoring of 2,000,000 messages: seconds, rows a second, memory of all processes
	$(BIN)/python experiments/benchmarks/scoring.py

bench-router: $(STAMP) ## measure start, one message, memory and batches of the router beside joblib, skops and fastText (FASTTEXT_PYTHON=...); the same answers on every path
	$(BIN)/python experiments/benchmarks/router.py
	PYTHONPATH=tests $(BIN)/python experiments/benchmarks/paths.py

bench-labels: $(STAMP) ## measure labels of rules alone, the queue beside random reviews, the audit on injected noise (cleanlab beside it where installed)
	$(BIN)/python experiments/benchmarks/labels_weak.py
	$(BIN)/python experiments/benchmarks/labels_queue.py --plain
	$(BIN)/python experiments/benchmarks/labels_audit.py

bench-insights: $(STAMP) ## measure alerts on injected surges beside a Z rule, the intervals of impact, and a million scored reviews to the page
	$(BIN)/python experiments/benchmarks/insights_alerts.py
	$(BIN)/python experiments/benchmarks/insights_impact.py
	$(BIN)/python experiments/benchmarks/insights_scale.py

clean: ## remove everything that is rebuilt: runs, caches, .venv
	rm -rf experiments/runs experiments/mlflow.db experiments/mlartifacts experiments/.mlflow.lock data/interim data/processed
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
