"""What the cluster's admission webhooks would say of an object, without a cluster.

Called by the chart tests on every rendered object. The rules are those of Knative 1.23 with default feature flags; the module agrees
with every recorded verdict of the real webhooks (test_admission.py). Kinds without a webhook of Knative's are let through: their CRD
schema or Kubernetes' own schema is the check.
"""

from collections.abc import Callable
from typing import Any

from tests.contract.chart.admission_service import service_refusals
from tests.contract.chart.admission_sources import kafka_sink_refusals, kafka_source_refusals, ping_source_refusals

Checker = Callable[[dict[str, Any]], list[str]]

CHECKERS: dict[tuple[str, str], Checker] = {
    ("serving.knative.dev/v1", "Service"): service_refusals,
    ("sources.knative.dev/v1", "KafkaSource"): kafka_source_refusals,
    ("sources.knative.dev/v1", "PingSource"): ping_source_refusals,
    ("eventing.knative.dev/v1alpha1", "KafkaSink"): kafka_sink_refusals,
}


def refusals(manifest: dict[str, Any]) -> list[str]:
    """Return why admission would refuse the object, in words; an empty list means it is admitted."""
    checker = CHECKERS.get((manifest["apiVersion"], manifest["kind"]))
    return checker(manifest) if checker else []
