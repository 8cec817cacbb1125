# The web app (frontend/) and its tests. Needs Node.js 20 or newer.
.PHONY: web-test web-lint e2e
WEB_STAMP := frontend/node_modules/.installed-from

$(WEB_STAMP): frontend/package.json frontend/package-lock.json
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@printf %s "$$(sha256sum frontend/package-lock.json | cut -d' ' -f1)" > $@

web-test: $(WEB_STAMP) ## unit tests of the web app
	@cd frontend && npx --no-install vitest run

web-lint: $(WEB_STAMP) ## types, lint, circles and drift of the web app
	@cd frontend && npm run --silent api:check >/dev/null || { echo "web-lint: the API client is out of step with the OpenAPI document: cd frontend && npm run api"; exit 1; }
	@cd frontend && npx --no-install tsc --noEmit && npx --no-install eslint . --max-warnings 0
	@cd frontend && npm run --silent circles

e2e: $(STAMP) $(WEB_STAMP) ## the web app in a real browser against the real bundle, with axe, Lighthouse and the budgets
	@bash tests/e2e/run.sh
