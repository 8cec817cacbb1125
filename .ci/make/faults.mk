# Crash points and the prober; bounded, ends by itself. SEED and PROBER_SECONDS choose the prober's faults and length.
.PHONY: faults
faults: $(STAMP) ## break the product on purpose: kill -9 at the crash points, and a prober while everything is killed or stopped
	@$(BIN)/python -m pytest tests/faults -o log_cli=false -rP --durations=0 --durations-min=20 --show-capture=stdout
