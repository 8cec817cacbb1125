# Crash points and the prober; bounded, ends by itself. SEED (several with commas) and PROBER_SECONDS choose the prober's faults and length.
.PHONY: faults faults-short
FAULTS := $(BIN)/python -m pytest tests/faults -o log_cli=false -rPs --durations=0 --durations-min=20 --show-capture=stdout

faults: $(STAMP) ## break the product on purpose: kill -9 at the crash points, and a prober while everything is killed or stopped
	@$(FAULTS)

faults-short: $(STAMP) ## the same with three short probers of fixed seeds, as CI runs it
	@SEED=$(or $(SEED),11,22,33) PROBER_SECONDS=$(or $(PROBER_SECONDS),10) $(FAULTS)

.PHONY: rollout migrations-check test-previous
rollout: $(STAMP) ## roll the previous release's code over to this one and back under load, without a failed request
	@$(BIN)/python -m pytest tests/rollout -rPs

migrations-check: $(STAMP) ## new migrations must leave the previous release alive (expand, then contract)
	@$(BIN)/python .ci/migrations.py

test-previous: $(STAMP) ## the previous release's tests on this commit's schema, where it changed (PREVIOUS=commit)
	@$(BIN)/python -m tests.rollout.previous
