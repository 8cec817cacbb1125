# Targets of the Helm chart and the registry; included by the Makefile.
HELM := .tools/bin/helm

.PHONY: chart chart-tools registry

chart-tools: ## build helm and promtool into .tools/bin (needs Go)
	@.ci/install-chart-tools.sh

chart: $(STAMP) chart-tools ## lint the chart, render every values file and check each object
	@$(HELM) lint --quiet knative/chart
	@for file in knative/chart/values-*.yaml; do test -e "$$file" || continue; $(HELM) lint --quiet knative/chart -f "$$file"; done
	@$(BIN)/python -m pytest tests/contract/chart tests/contract/test_registry.py

registry: $(STAMP) ## write the READMEs' tables of functions and of the chart's values
	@$(BIN)/python .ci/function_table.py --write
	@$(BIN)/python .ci/values_table.py --write

.PHONY: dashboards
dashboards: $(STAMP) ## write the Grafana dashboards from .ci/dashboards.py
	@$(BIN)/python .ci/dashboards.py --write

.PHONY: pictures
pictures: $(STAMP) chart-tools ## run the bundle under load with a real Prometheus and draw the dashboards, that of the autoscaler from a simulation (two minutes)
	@$(BIN)/python tests/load/observed_run.py
	@$(BIN)/python -m tests.load.simulated_run
