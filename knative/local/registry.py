"""The registry of functions, ``knative/chart/values.yaml``, as the one-machine platform reads it.

Called by every process of the platform and by the tests. What always holds: the chart's file is the only source; what an
entry does not say comes from ``defaults``, exactly as in the Helm templates.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import yaml

VALUES = Path(__file__).parents[1] / "chart" / "values.yaml"

_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


@dataclass(frozen=True)
class Delivery:
    """How a KafkaSource repeats a failed delivery."""

    retry: int
    backoff_policy: Literal["linear", "exponential"]
    backoff_delay_seconds: float
    timeout_seconds: float


@dataclass(frozen=True)
class Function:
    """One entry of the registry, its defaults filled in."""

    name: str
    kind: Literal["http", "consumer", "cron"]
    database: Literal["app", "system", "none"]
    concurrency: int
    timeout_seconds: int
    routes: tuple[str, ...]
    streaming: bool
    sink: str | None
    topics: tuple[str, ...]
    ordering: Literal["ordered", "unordered"]
    consumer_group: str | None
    schedule: str | None
    time_zone: str
    delivery: Delivery
    environment: tuple[tuple[str, str], ...]

    @property
    def folder(self) -> str:
        """The function's folder under ``functions/`` and the name of its entry point."""
        return self.name.replace("-", "_")

    def load(self) -> Any:
        """Import the function and return its WSGI application."""
        return getattr(import_module(f"functions.{self.folder}.main"), self.folder).wsgi


@dataclass(frozen=True)
class Source:
    """One KafkaSource: which records go to which function's path."""

    name: str
    topics: tuple[str, ...]
    consumer_group: str
    ordering: Literal["ordered", "unordered"]
    sink_path: str
    delivery: Delivery


@dataclass(frozen=True)
class Registry:
    """All functions, in the file's order, and the topic of the dead letters."""

    functions: tuple[Function, ...]
    dead_letter_topic: str
    dead_letter_group: str
    default_delivery: Delivery

    @cached_property
    def by_name(self) -> dict[str, Function]:
        """The functions by name."""
        return {function.name: function for function in self.functions}

    def event_consumers(self) -> dict[str, list[str]]:
        """Return the topics of each consumer: the value of EVENT_CONSUMERS."""
        return {function.name: list(function.topics) for function in self.functions if function.kind == "consumer"}

    def sources(self) -> tuple[Source, ...]:
        """Return a source per consumer and one from the dead letter topic to the function that is its sink."""
        consumers = [
            Source(
                name=function.name,
                topics=function.topics,
                consumer_group=function.consumer_group or f"obsidianlist-{function.name}",
                ordering=function.ordering,
                sink_path=f"/{function.name}/",
                delivery=function.delivery,
            )
            for function in self.functions
            if function.kind == "consumer"
        ]
        sinks = [
            Source(
                name=function.name,
                topics=(self.dead_letter_topic,),
                consumer_group=self.dead_letter_group,
                ordering="unordered",
                sink_path=f"/{function.name}{function.sink}",
                delivery=function.delivery,
            )
            for function in self.functions
            if function.sink
        ]
        return (*consumers, *sinks)


def load_registry(file: Path = VALUES) -> Registry:
    """Read the registry.

    Raises:
        KeyError, ValueError: for an entry the chart's schema would refuse.
    """
    values = yaml.safe_load(file.read_text())
    defaults = values["defaults"]
    return Registry(
        functions=tuple(_function(name, entry, defaults) for name, entry in values["functions"].items()),
        dead_letter_topic=values["kafka"]["deadLetters"]["topic"],
        dead_letter_group=values["kafka"]["deadLetters"]["consumerGroup"],
        default_delivery=_delivery(defaults["delivery"]),
    )


def seconds(duration: str) -> float:
    """Return the length of an ISO-8601 duration of days, hours, minutes and seconds.

    Raises:
        ValueError: not such a duration (``5s``, months, nothing after P or T).
    """
    match = _DURATION.fullmatch(duration)
    if not match or duration.endswith(("P", "T")):
        raise ValueError(f"{duration!r} is not an ISO-8601 duration like PT5S")
    parts = {unit: float(value or 0) for unit, value in match.groupdict().items()}
    return parts["days"] * 86400 + parts["hours"] * 3600 + parts["minutes"] * 60 + parts["seconds"]


def _function(name: str, entry: dict[str, Any], defaults: dict[str, Any]) -> Function:
    def value(key: str) -> Any:
        return entry.get(key, defaults.get(key))

    return Function(
        name=name,
        kind=entry["kind"],
        database=value("database"),
        concurrency=value("concurrency"),
        timeout_seconds=value("timeoutSeconds"),
        routes=tuple(entry.get("routes", ())),
        streaming=entry.get("streaming", False),
        sink=entry.get("sink"),
        topics=tuple(entry.get("topics", ())),
        ordering=value("ordering"),
        consumer_group=entry.get("consumerGroup"),
        schedule=entry.get("schedule"),
        time_zone=value("timeZone"),
        delivery=_delivery(defaults["delivery"] | entry.get("delivery", {})),
        environment=tuple((key, str(text)) for key, text in entry.get("env", {}).items()),
    )


def _delivery(values: dict[str, Any]) -> Delivery:
    return Delivery(
        retry=int(values["retry"]),
        backoff_policy=values["backoffPolicy"],
        backoff_delay_seconds=seconds(values["backoffDelay"]),
        timeout_seconds=seconds(values["timeout"]),
    )
