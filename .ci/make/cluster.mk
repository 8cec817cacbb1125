# The chart and the deployment on a real Kubernetes API server, built from source once (a quarter of an hour); no container runs.
.PHONY: test-cluster
test-cluster: $(STAMP) chart-tools ## install every values file, release and roll back on a real API server with Pod Security and RBAC
	@.ci/install-cluster.sh || { test $$? = 3 && echo "test-cluster: NOT run; kubernetes-validate and the CRDs' schemas stand in (make chart)"; exit 0; }
	@$(BIN)/python -m pytest tests/cluster -rs
