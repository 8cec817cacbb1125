# The official MCP conformance suite and inspector, and a model to test against, from tests/conformance (npm; it brings the Node.js it needs).
.PHONY: conformance
CONFORMANCE_STAMP := tests/conformance/node_modules/.package-lock.json

$(CONFORMANCE_STAMP): tests/conformance/package.json tests/conformance/package-lock.json
	@cd tests/conformance && npm ci --no-audit --no-fund --loglevel=error

conformance: $(STAMP) $(CONFORMANCE_STAMP) ## the official MCP conformance suite and inspector, and chat against a model that misbehaves
	@$(BIN)/python -m pytest tests/integration/mcp_server/test_conformance.py tests/integration/mcp_server/test_inspector.py tests/integration/chat/test_aimock.py
