"""The conformance cases of CloudEvents through KafkaSource's double and through every consumer's door."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import Client

from knative.local.cloud_event import CloudEvent, Record, from_record
from knative.local.registry import load_registry
from shared import clock
from shared.config import forget_settings
from shared.db.engine import transaction
from shared.events.catalogue import TaskEvent, TaskSnapshot
from shared.events.envelope import attributes, kafka_headers
from tests.support.client import make_user

FILE = Path(__file__).parents[3] / "shared" / "cases" / "cloudevents.json"
CASES = (
    json.loads(FILE.read_text())
    if FILE.exists()
    else {"events": [], "features": {"kafka-protocol-binding.feature": ""}}
)
KAFKA = CASES["features"]["kafka-protocol-binding.feature"]
HERE = pytest.mark.skipif(
    not FILE.exists(), reason="the conformance cases (../shared/cases/cloudevents.json) are not beside this checkout"
)
CONSUMERS = sorted(load_registry().event_consumers())
REQUIRED = ("ce-id", "ce-source", "ce-type", "ce-specversion")


def record(headers: dict[str, str], data: str) -> Record:
    """Return a Kafka record."""
    pairs = tuple((name, value.encode()) for name, value in headers.items())
    return Record("task-events", 0, 1, 0, b"key", data.encode(), pairs)


def sent_attributes(event: CloudEvent) -> dict[str, str]:
    """Return an event's attributes without the record's position, which KafkaSource adds to each."""
    return {name: value for name, value in event.attributes.items() if not name.startswith("knativekafka")}


def table(text: str, title: str) -> dict[str, str]:
    """Return the rows of the table after a title, without its head."""
    rows = re.findall(r"^\s*\|([^|\n]+)\|([^|\n]+)\|$", text.split(title)[1].split("And ", maxsplit=1)[0], re.MULTILINE)
    return {name.strip(): value.strip() for name, value in rows[1:]}


def scenarios() -> list[Any]:
    """Return the scenarios of the Kafka binding: headers, payload, and the attributes they stand for; outlines by their examples."""
    found = []
    for text in re.split(r"\n\s*Scenario[^:]*:", KAFKA)[1:]:
        examples = (
            re.findall(r"^\s*\|\s*(application/\S.*?)\s*\|$", text.split("Examples:")[1], re.MULTILINE)
            if "Examples:" in text
            else [""]
        )
        for example in examples:
            filled = text.replace("<contentType>", example)
            payload = filled.split('"""')[1]
            found.append(
                pytest.param(
                    table(filled, "Kafka headers:"),
                    payload,
                    table(filled, "the attributes are:"),
                    id=example or "binary",
                )
            )
    return found


@HERE
@pytest.mark.parametrize(("headers", "payload", "expected"), scenarios())
def test_the_kafka_binding(headers: dict[str, str], payload: str, expected: dict[str, str]) -> None:
    """Binary and structured records become the same request: attributes and data survive."""
    event = from_record(record(headers, payload), "audit-writer")
    content_type = expected.pop("datacontenttype")
    assert sent_attributes(event) == expected
    assert (event.content_type, json.loads(event.data)) == (content_type, {"message": "Hello World!"})


@HERE
@pytest.mark.parametrize("case", CASES["events"], ids=lambda case: case["ContextAttributes"]["id"])
@pytest.mark.parametrize("mode", ["binary", "structured"])
def test_minimal_events_survive(case: dict[str, Any], mode: str) -> None:
    """Text, JSON of each kind and XML arrive as they were sent, in both modes."""
    values = {name: str(value) for name, value in case["ContextAttributes"].items()}
    content_type = values.pop("datacontenttype")
    data = case["Data"]
    if mode == "binary":
        sent = record({"content-type": content_type, **{f"ce_{name}": value for name, value in values.items()}}, data)
    else:
        is_json = content_type.startswith("application/json")
        document = {**values, "datacontenttype": content_type, "data": json.loads(data) if is_json else data}
        sent = record({"content-type": "application/cloudevents+json"}, json.dumps(document))
    event = from_record(sent, "audit-writer")
    assert (sent_attributes(event), event.content_type) == (values, content_type)
    arrived = event.data.decode()
    assert (json.loads(arrived) == json.loads(data)) if "json" in content_type else (arrived == data)


def signed() -> tuple[dict[str, str], bytes]:
    """Return an event of ours as KafkaSource posts it."""
    user, task = make_user(), uuid4()
    data = (
        TaskEvent(task_id=task, user_id=user, version=1, task=TaskSnapshot(title="t", status="open"))
        .model_dump_json()
        .encode()
    )
    values = attributes(
        event_id=clock.uuid7(), name="task.created", user_id=user, aggregate_id=task, sequence=1, time=clock.now(), data=data
    )  # fmt: skip
    event = from_record(
        record({name: value.decode() for name, value in kafka_headers(values)}, data.decode()), "audit-writer"
    )
    return event.http_headers(), event.data


def inbox() -> int:
    """Count what any consumer is done with or tried."""
    with transaction(None) as connection:
        statement = "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM consumer_attempts)"
        return int(connection.exec_driver_sql(statement).scalar_one())


@pytest.mark.usefixtures("system_env")
@pytest.mark.parametrize("name", CONSUMERS)
def test_every_consumer_refuses_what_is_no_event_and_takes_one_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing or wrong attribute is 400 and changes nothing; the same id twice is one effect; and no key of people's requests is asked for."""
    for key in ("CURSOR_KEY", "JWT_PUBLIC_KEYS", "JWT_PRIVATE_KEY"):
        monkeypatch.delenv(key)
    forget_settings()
    folder = name.replace("-", "_")
    client = Client(getattr(import_module(f"functions.{folder}.main"), folder).wsgi)
    headers, data = signed()
    before = inbox()
    for attribute in REQUIRED:
        without = {key: value for key, value in headers.items() if key != attribute}
        assert client.post("/", headers=without, data=data).status_code == 400, attribute
        for wrong in ("", "0.3", "\u00e9vil"):
            status = client.post("/", headers=headers | {attribute: wrong}, data=data).status_code
            assert status == 400, (attribute, wrong)
    structured = json.dumps({"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": {}})
    assert client.post("/", data=structured, content_type="application/cloudevents+json").status_code == 400
    assert client.post("/", data="[]", content_type="application/cloudevents-batch+json").status_code == 400
    assert inbox() == before
    answers = [client.post("/", headers=headers, data=data).json["outcome"] for _ in range(2)]
    assert answers[1] == "duplicate"
    assert inbox() == before + 1
