# Backup and restore (shared/recovery, knative/runbooks/Restore.md).
.PHONY: restore-drill
restore-drill: $(STAMP) ## lose the server, restore another from an encrypted backup, measure RPO and RTO (two minutes)
	@$(BIN)/python -m tests.recovery.drill
