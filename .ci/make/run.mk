# The bundle on this machine. Settings: PORT, HOST, DATA_DIR, KAFKA, DATABASE_URL, KAFKA_BOOTSTRAP_SERVERS, WORKERS, THREADS.
.PHONY: run demo mail web test-kafka

run: $(STAMP) ## run everything on this machine (PORT=8080, DATA_DIR=.local)
	@exec $(BIN)/python -m knative.local

demo: $(STAMP) ## fill a running bundle with a demo account and 200 tasks
	@exec $(BIN)/python -m knative.local.demo

mail: $(STAMP) ## the last mails this machine kept instead of sending (TO=address): links for a forgotten password are there
	@$(BIN)/python -m knative.local.mail $(TO)

web: $(STAMP) ## build the web app if its sources changed
	@exec $(BIN)/python -m knative.local.web_build

test-kafka: $(STAMP) ## the event tests on a real Apache Kafka (Java 17+, Maven)
	TEST_KAFKA=apache TEST_KAFKA_DIR=$(or $(TEST_KAFKA_DIR),.local/test-kafka) $(BIN)/python -m pytest -m kafka tests/integration tests/faults
