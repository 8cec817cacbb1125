# Figures: one table of ratios. Knobs: BENCH_QUICK=1, BENCH_SECONDS, BENCH_ROUNDS, BENCH_STARTS, BENCH_ONLY, BENCH_IMPORTS.
.PHONY: bench bench-quick bench-setup bench-lock
BENCH_STAMP := .tools/bench-venv/.installed

$(BENCH_STAMP): requirements-bench.lock $(STAMP)
	@test -x .tools/bench-venv/bin/python || $(PYTHON) -m venv .tools/bench-venv
	@$(BIN)/python -m uv pip sync -q --python .tools/bench-venv/bin/python --require-hashes requirements-bench.lock
	@touch $@

bench-setup: $(BENCH_STAMP) ## install the stack we compare with into .tools/bench-venv

bench-lock: $(STAMP) ## write requirements-bench.lock anew
	@$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url $(UPGRADE) --group pyproject.toml:bench -o requirements-bench.lock

bench: $(STAMP) $(BENCH_STAMP) ## measure everything, print one table of ratios (about 10 minutes)
	@$(BIN)/python -m tests.bench

bench-quick: $(STAMP) $(BENCH_STAMP) ## the same, smaller (about 3 minutes)
	@BENCH_QUICK=1 $(BIN)/python -m tests.bench
