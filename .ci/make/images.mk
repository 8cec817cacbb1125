# Images, bills of materials and the rehearsal of a deployment. Need buildah, mmdebstrap and root; IMAGES is where the images' names begin.
IMAGES ?= localhost/obsidianlist

.PHONY: images sbom lint-workflows test-delivery ci-local
images: $(STAMP) chart-tools ## build both images from Debian packages, start every function and web in them, print sizes and cold starts
	@.ci/images/build.sh $(IMAGES)/functions:dev $(IMAGES)/web:dev
	@$(BIN)/python -m tests.images $(IMAGES)/functions:dev $(IMAGES)/web:dev

sbom: ## CycloneDX bills of materials of the built images into .local/sbom (needs Go for syft)
	@.ci/install-delivery-tools.sh syft
	@.ci/images/sbom.sh $(IMAGES)/functions:dev $(IMAGES)/web:dev .local/sbom

lint-workflows: ## actionlint on the workflows, shellcheck on the scripts where it is installed
	@.ci/install-delivery-tools.sh actionlint
	@.tools/bin/actionlint
	@if command -v shellcheck >/dev/null; then shellcheck -S warning $$(git ls-files '*.sh' .ci/run); else echo "lint-workflows: shellcheck is not installed; scripts NOT checked"; fi

test-delivery: $(STAMP) chart-tools ## canary, verification and rollback by the deployment's scripts, against a bundle and a double of the cluster
	@$(BIN)/python -m pytest tests/delivery

ci-local: $(STAMP) chart-tools ## every stage of a release on this machine: build, registry, signatures, canary, rollback
	@.ci/deploy/rehearse.sh
