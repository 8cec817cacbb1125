# k6 against the bundle. Knobs: LOAD_ONLY, LOAD_SECONDS, LOAD_SOAK_SECONDS, LOAD_PEOPLE.
.PHONY: load load-table load-smoke
K6_VERSION := v1.4.0
K6 := .tools/bin/k6
K6_STAMP := .tools/bin/.k6-$(K6_VERSION)

$(K6_STAMP):
	@command -v go >/dev/null || { echo "load: Go is not installed; k6 cannot be built" >&2; exit 1; }
	@echo "load: building k6 $(K6_VERSION) (a few minutes)"
	@mkdir -p .tools/bin && rm -f .tools/bin/.k6-*
	@GOBIN="$(CURDIR)/.tools/bin" CGO_ENABLED=0 go install -trimpath -ldflags "-s -w" go.k6.io/k6@$(K6_VERSION)
	@touch $@

load: $(STAMP) $(K6_STAMP) ## k6 scenarios against the bundle, 100 users of 1,000 tasks, floors as thresholds (five minutes)
	@$(BIN)/python -m tests.load

load-table: $(STAMP) $(K6_STAMP) ## the same, and write the table in tests/load/README.md
	@$(BIN)/python -m tests.load --write

load-smoke: $(STAMP) $(K6_STAMP) ## a minute of it, for CI
	@LOAD_ONLY=edit,burst LOAD_SECONDS=25 $(BIN)/python -m tests.load

.PHONY: capacity capacity-measure
capacity: $(STAMP) ## simulate a day of 1,000 to 10 million people and write the tables of knative/capacity/README.md
	@$(BIN)/python -m knative.capacity --write

capacity-measure: $(STAMP) ## measure what a request of each function costs, for the simulation
	@$(BIN)/python -m tests.load.costs
