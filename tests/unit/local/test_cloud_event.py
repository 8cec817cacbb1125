"""A Kafka record as the request a function gets."""

import base64
import json

import pytest

from knative.local.cloud_event import CloudEvent, Record, UndeliverableRecordError, from_record
from knative.local.delivery import Attempt
from knative.local.kafka_sink import dead_letter

CE = (("ce_specversion", b"1.0"), ("ce_id", b"e-1"), ("ce_source", b"/tasks/api"), ("ce_type", b"app.task.created.v1"))


def record(
    headers: tuple[tuple[str, bytes | None], ...] = (), value: bytes | None = b"{}", key: bytes | None = None
) -> Record:
    """A record at partition 3, offset 7 of task-events."""
    return Record("task-events", 3, 7, 1_700_000_000_123, key, value, headers)


@pytest.mark.rule("binary-mode")
def test_attributes_extensions_and_content_type_pass_unchanged() -> None:
    """What the producer wrote is what the function reads."""
    headers = (*CE, ("ce_partitionkey", b"t-1"), ("ce_sig", b"k1=abc"), ("content-type", b"application/json"))
    event = from_record(record(headers, b'{"a": 1}'), "audit-writer")
    request = event.http_headers()
    assert request["ce-id"] == "e-1"
    assert request["ce-type"] == "app.task.created.v1"
    assert request["ce-partitionkey"] == "t-1"
    assert request["ce-sig"] == "k1=abc"
    assert request["content-type"] == "application/json"
    assert event.data == b'{"a": 1}'


@pytest.mark.rule("position")
def test_partition_and_offset_are_always_added() -> None:
    """Topic, partition and offset identify a delivery."""
    request = from_record(record(CE), "audit-writer").http_headers()
    assert (request["ce-knativekafkapartition"], request["ce-knativekafkaoffset"]) == ("3", "7")


@pytest.mark.rule("request-headers")
def test_requests_prefer_a_reply_and_name_the_namespace() -> None:
    """As Knative's dispatcher sends them."""
    request = from_record(record(CE), "audit-writer").http_headers()
    assert (request["prefer"], request["kn-namespace"]) == ("reply", "default")


@pytest.mark.rule("key-and-headers-dropped")
def test_the_key_and_other_headers_of_an_event_do_not_reach_the_function() -> None:
    """A producer that wants the key seen sets ce_partitionkey."""
    request = from_record(record((*CE, ("x-trace", b"1")), key=b"task-1"), "audit-writer").http_headers()
    assert not {name for name in request if "key" in name or "trace" in name}


@pytest.mark.rule("structured-mode")
def test_a_structured_event_is_sent_in_binary_mode() -> None:
    """JSON, text and base64 data."""
    document = {"specversion": "1.0", "id": "e-2", "source": "/s", "type": "t", "count": 3, "data": {"a": 1}}
    headers = (("content-type", b"application/cloudevents+json; charset=utf-8"),)
    event = from_record(record(headers, json.dumps(document).encode()), "x")
    assert (event.attributes["id"], event.attributes["count"], event.content_type) == ("e-2", "3", "application/json")
    assert json.loads(event.data) == {"a": 1}
    document |= {"data_base64": base64.b64encode(b"\x00\x01").decode(), "datacontenttype": "application/octet-stream"}
    assert from_record(record(headers, json.dumps(document).encode()), "x").data == b"\x00\x01"


@pytest.mark.rule("plain-record")
def test_a_plain_record_becomes_an_event_of_its_own() -> None:
    """Identified by its position, described by its headers."""
    event = from_record(
        record((("X-Trace_Id", b"abc"), ("content-type", b"text/plain")), b"hello", b"k-1"), "audit-writer"
    )
    assert event.attributes == {
        "specversion": "1.0",
        "id": "partition:3/offset:7",
        "type": "dev.knative.kafka.event",
        "source": "/apis/v1/namespaces/default/kafkasources/audit-writer#task-events",
        "subject": "partition:3#7",
        "time": "2023-11-14T22:13:20.123Z",
        "key": "k-1",
        "partitionkey": "k-1",
        "kafkaheaderxtraceid": "abc",
        "kafkaheadercontenttype": "text/plain",
        "knativekafkapartition": "3",
        "knativekafkaoffset": "7",
    }
    assert (event.content_type, event.data) == ("text/plain", b"hello")


@pytest.mark.rule("plain-record")
@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ((), None),
        (CE[:3], b"{}"),
        ((("ce_specversion", b"1.0"), ("ce_id", None), *CE[2:]), b"{}"),
        ((("content-type", b"application/cloudevents+json"),), b"no json"),
        ((("content-type", b"application/cloudevents+json"),), b"[1]"),
        ((("content-type", b"application/cloudevents+json"),), b'{"specversion": "1.0"}'),
    ],
    ids=["tombstone", "no type", "empty id", "broken JSON", "a list", "attributes missing"],
)
def test_a_record_that_is_no_valid_event_is_a_plain_one(
    headers: tuple[tuple[str, bytes | None], ...], value: bytes | None
) -> None:
    """Consumers must refuse the type, not the request."""
    event = from_record(record(headers, value), "x")
    assert event.attributes["type"] == "dev.knative.kafka.event"


@pytest.mark.rule("undeliverable")
@pytest.mark.parametrize("value", [b"a\nb", b"\xff\xfe", b"a\x00b"], ids=["line break", "no UTF-8", "NUL"])
def test_a_header_http_cannot_carry_is_an_error(value: bytes) -> None:
    """The source drops such a record instead of sending a broken request."""
    with pytest.raises(UndeliverableRecordError):
        from_record(record((*CE, ("ce_note", value))), "x").http_headers()


@pytest.mark.rule("dead-letter")
def test_a_dead_letter_tells_where_and_how_it_failed() -> None:
    """The event stays what it was."""
    event = CloudEvent({"id": "e-1"}, "application/json", b"{}")
    letter = dead_letter(event, "http://127.0.0.1:1/audit-writer/", Attempt(422, b"x" * 2000))
    assert letter.attributes["id"] == "e-1"
    assert letter.attributes["knativeerrordest"] == "http://127.0.0.1:1/audit-writer/"
    assert letter.attributes["knativeerrorcode"] == "422"
    assert base64.b64decode(letter.attributes["knativeerrordata"]) == b"x" * 1024
    assert (letter.data, letter.content_type) == (b"{}", "application/json")


@pytest.mark.rule("dead-letter")
def test_a_dead_letter_without_an_answer_has_no_code() -> None:
    """The connection's error is its data."""
    letter = dead_letter(CloudEvent({}, None, b""), "http://127.0.0.1:1/", Attempt(None, error="refused"))
    assert "knativeerrorcode" not in letter.attributes
    assert base64.b64decode(letter.attributes["knativeerrordata"]) == b"refused"


@pytest.mark.rule("kne-headers")
def test_response_headers_kne_become_extensions() -> None:
    """A function says why in one word."""
    failure = Attempt(400, headers=(("Kne-Reason", "schema"), ("X-Other", "1")))
    letter = dead_letter(CloudEvent({}, None, b""), "http://127.0.0.1:1/", failure)
    assert letter.attributes["reason"] == "schema"
    assert "x-other" not in letter.attributes
