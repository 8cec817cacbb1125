"""Bad values are refused by `helm template`, before a cluster sees them."""

import pytest

from tests.contract.chart.rendering import VARIANTS, helm_template, needs_helm, of_kind, render

pytestmark = needs_helm

# (value set, words the refusal must contain)
REFUSED = [
    # Knative admits these four and then loses or repeats events.
    ('functions.audit-writer.delivery={"backoffDelay":"5s"}', "backoffDelay"),
    ('functions.audit-writer.delivery={"backoffPolicy":"Exponential"}', "backoffPolicy"),
    ('functions.audit-writer.delivery={"retry":-1}', "retry"),
    ('functions.audit-writer.delivery={"timeout":"PT0S"}', "timeout"),
    ('functions.audit-writer.delivery={"timeout":"PT"}', "timeout"),
    ('functions.audit-writer.delivery={"timeout":"P1DT"}', "timeout"),
    ('functions.audit-writer.delivery={"backoffDelay":"P0D"}', "backoffDelay"),
    ('functions.audit-writer.delivery={"retryAfterMax":"PT10S"}', "retryAfterMax"),
    ('functions.audit-writer.delivery={"timeout":"PT60S"}', "timeoutSeconds + 30 s = 90 s"),
    ("functions.audit-writer.timeoutSeconds=120", "timeoutSeconds + 30 s = 150 s"),
    ("functions.dead-letters.timeoutSeconds=120", "timeoutSeconds + 30 s = 150 s"),
    ('functions.audit-writer.ordering="Ordered"', "ordering"),
    ('functions.audit-writer.initialOffset="beginning"', "initialOffset"),
    ('functions.audit-writer.topics=["nowhere"]', "nowhere is not in kafka.topics"),
    ("functions.audit-writer.consumerGroup=null", "consumerGroup"),
    ("functions.audit-writer.scale.max=1", "24 events in flight"),
    ("functions.notifier.scale.max=3", "50 events in flight"),
    ("functions.dead-letters.scale.max=2", "50 events in flight"),
    # Autoscaling annotations.
    ('functions.tasks.scale.window="5s"', "window"),
    ('functions.tasks.scale.window="61m"', "window"),
    ('functions.tasks.scale.window="61.5s"', "window"),
    ('functions.tasks.scale.retention="2h"', "retention"),
    ("functions.tasks.scale.activation=1", "activation"),
    ("functions.tasks.scale.activation=30", "activation 30"),
    ("functions.tasks.scale.initial=0", "initial"),
    ("functions.tasks.scale.min=-1", "min"),
    ("functions.tasks.scale.min=30", "scale.max 20 is below scale.min 30"),
    ("functions.tasks.scale.targetUtilization=101", "targetUtilization"),
    ("functions.tasks.scale.panicThresholdPercentage=100", "panicThresholdPercentage"),
    ("functions.tasks.scale.target=0", "target"),
    ('functions.tasks.scale.metric="cpu"', "metric"),
    ('functions.tasks.scale.minScale="1"', "minScale"),
    # Limits of a revision.
    ("functions.tasks.timeoutSeconds=30", "timeoutSeconds"),
    ("functions.tasks.timeoutSeconds=601", "timeoutSeconds"),
    ("functions.tasks.responseStartTimeoutSeconds=120", "responseStartTimeoutSeconds"),
    ("functions.tasks.concurrency=0", "concurrency"),
    ("functions.tasks.concurrency=1001", "concurrency"),
    ('functions.tasks.env={"PORT":"8081"}', "PORT"),
    ('functions.tasks.env={"K_SERVICE":"x"}', "K_SERVICE"),
    ('functions.Tasks={"kind":"http","description":"x","routes":["/x"]}', "Tasks"),
    # The registry's own rules.
    ('functions.tasks.routes=["/api/tasks/"]', "routes"),
    ("functions.tasks.routes=null", "routes"),
    ('functions.tasks.topics=["task-events"]', "topics"),
    ("functions.audit-writer.public=true", "public"),
    ("functions.dead-letters.public=true", "event sink must not be public"),
    ('functions.outbox-relay.schedule="@every 10s"', "schedule"),
    ('functions.outbox-relay.schedule="* * *"', "schedule"),
    ('functions.housekeeping.schedule="61 3 * * *"', "61 is no minute"),
    ('functions.outbox-relay.schedule="*/10 * 24 * * *"', "24 is no hour"),
    ('backup.schedule="0 3 * 13 *"', "13 is no month"),
    ('functions.reminders.timeZone="Berlin"', "timeZone"),
    ("functions.outbox-relay.retries=3", "retries"),
    ('functions.tags.database="owner"', "database"),
    # The surroundings.
    ("secrets.create=true", "secrets.values lacks ACTION_KEY, CURSOR_KEY"),
    ('kafka.keda={"enabled":true,"minScale":20}', "maxScale 12 is below minScale 20"),
    ('kafka.securityProtocol="SASL_SSL"', "needs kafka.authSecretName"),
    ('kafka.securityProtocol="sasl_ssl"', "securityProtocol"),
    ('kafka.bootstrapServers=["broker"]', "bootstrapServers"),
    ('kafka.deadLetters.topic="elsewhere"', "kafka.deadLetters.topic"),
    ('kafka={"createTopics":true,"strimzi":{"enabled":true}}', "exclude each other"),
    ("database.connectionLimit=100", "database connections"),
    ('{"database":{"connectionLimit":9000},"functions":{"tags":{"scale":{"max":0}}}}', "no bound"),
    ('image.digest="sha256:abc"', "digest"),
    ("image.runAsUser=0", "runAsUser"),
    ('config.corsOrigins=["*"]', "corsOrigins"),
    ("unknown=1", "unknown"),
]


@pytest.mark.parametrize(("setting", "words"), REFUSED, ids=[setting for setting, _ in REFUSED])
def test_bad_value_is_refused(setting: str, words: str) -> None:
    """The refusal names the value."""
    result = helm_template(settings=(setting,))
    assert result.returncode != 0, f"rendered although {setting}"
    assert words in result.stderr


@pytest.mark.parametrize(
    "setting",
    [
        'functions.audit-writer.delivery={"backoffDelay":"PT0.5S","timeout":"PT1M30S","retry":0,"backoffPolicy":"linear"}',
        'functions.audit-writer.delivery={"timeout":"P1DT1H"}',
        'functions.tasks.scale={"window":"1h","retention":"0s","scaleDownDelay":"1m30s","activation":2,"targetBurstCapacity":-1}',
        'functions.outbox-relay.schedule="@hourly"',
        "functions.tasks.scale.max=0",
    ],
)
def test_good_value_is_taken(setting: str) -> None:
    """The edges of what is allowed render."""
    result = helm_template(settings=(setting,))
    assert result.returncode == 0, result.stderr


def test_kubernetes_too_old_is_refused() -> None:
    """Knative 1.22 needs Kubernetes 1.34."""
    result = helm_template(settings=())
    assert result.returncode == 0
    old = helm_template(kube_version="v1.33.0")
    assert old.returncode != 0
    assert "1.34" in old.stderr


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_connection_budget_is_what_the_pods_can_hold(variant: str) -> None:
    """Counted from the rendered Services: a pod's pool has a connection a thread and one more; exactly that many must be allowed."""
    total = 0
    for service in of_kind(render(*VARIANTS[variant]), "Service", "serving.knative.dev").values():
        revision = service["spec"]["template"]
        variables = {variable["name"] for variable in revision["spec"]["containers"][0].get("env", [])}
        if "DATABASE_URL" in variables:
            most = int(revision["metadata"]["annotations"]["autoscaling.knative.dev/max-scale"])
            total += most * (revision["spec"]["containerConcurrency"] + 1)
    assert total > 0
    enough = helm_template(*VARIANTS[variant], settings=(f"database.connectionLimit={total}",))
    assert enough.returncode == 0, enough.stderr
    short = helm_template(*VARIANTS[variant], settings=(f"database.connectionLimit={total - 1}",))
    assert f"functions could open {total} database connections" in short.stderr
