"""Cluster and one machine read the registry alike: the same sources, schedules, environment and routes."""

import json
import re
from typing import Any

from knative.local.registry import load_registry, seconds
from tests.contract.chart.rendering import needs_helm, of_kind, render

pytestmark = needs_helm


def test_sources_are_the_same() -> None:
    """Topics, group, ordering, path at the function and the whole delivery of every KafkaSource."""
    on_cluster = {
        name: (
            tuple(source["spec"]["topics"]),
            source["spec"]["consumerGroup"],
            source["spec"]["ordering"],
            f"/{source['spec']['sink']['ref']['name']}{source['spec']['sink'].get('uri', '/')}",
            delivery(source["spec"]["delivery"]),
        )
        for name, source in of_kind(render(), "KafkaSource").items()
    }
    on_one_machine = {
        source.name: (
            source.topics,
            source.consumer_group,
            source.ordering,
            source.sink_path,
            (
                source.delivery.retry,
                source.delivery.backoff_policy,
                source.delivery.backoff_delay_seconds,
                source.delivery.timeout_seconds,
            ),
        )
        for source in load_registry().sources()
    }
    assert on_cluster == on_one_machine


def delivery(spec: dict[str, Any]) -> tuple[int, str, float, float]:
    """Return a KafkaSource's delivery in numbers."""
    return spec["retry"], spec["backoffPolicy"], seconds(spec["backoffDelay"]), seconds(spec["timeout"])


def test_schedules_are_the_same() -> None:
    """Schedule and zone of every PingSource."""
    on_cluster = {
        name: (source["spec"]["schedule"], source["spec"]["timezone"])
        for name, source in of_kind(render(), "PingSource").items()
    }
    registry = load_registry()
    assert on_cluster == {
        each.name: (each.schedule, each.time_zone) for each in registry.functions if each.kind == "cron"
    }


def test_functions_have_the_same_environment() -> None:
    """Consumers known to every function, threads, and the plain variables of each entry."""
    services = of_kind(render(), "Service", "serving.knative.dev/")
    registry = load_registry()
    for function in registry.functions:
        variables = services[function.name]["spec"]["template"]["spec"]["containers"][0]["env"]
        plain = {variable["name"]: variable["value"] for variable in variables if "value" in variable}
        assert json.loads(plain["EVENT_CONSUMERS"]) == registry.event_consumers()
        assert plain["THREADS"] == str(function.concurrency)
        assert plain["TIMEOUT_SECONDS"] == str(function.timeout_seconds)
        assert dict(function.environment).items() <= plain.items()


def test_routes_are_the_same() -> None:
    """Nginx of `web` and the one-machine gateway give each path to the same function."""
    configuration = of_kind(render(), "ConfigMap")["web"]["data"]["nginx.conf"]
    on_cluster = dict(re.findall(r"location = (\S+) \{\s+set \$function ([a-z-]+);", configuration))
    assert on_cluster == {route: function.name for function in load_registry().functions for route in function.routes}
