"""The rules of Knative's sources that the one-machine platform keeps, each with where it comes from.

Documentation as data: ``tests/unit/local/test_rules.py`` fails when a rule has no test marked with its name. To check a rule
against a real cluster, send the same record there and compare. Files are of knative-extensions/eventing-kafka-broker (EKB,
1.23) and knative/eventing; in EKB the dispatcher is ``data-plane/dispatcher/src/main/java/.../dispatcher``.

Not kept, because one dispatcher on one machine cannot show it: consumers are assigned by StickyAssignor and a rebalance
forgets the retries made so far (EKB#3746); the HTTP header ``traceparent`` of the dispatcher's own spans.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule."""

    name: str
    what: str
    source: str


RULES = (
    Rule(
        "binary-mode",
        "A record with ce_ headers passes unchanged as a CloudEvent in HTTP binary mode, its content-type with it.",
        "impl/consumer/CloudEventDeserializer.java, http/WebClientCloudEventSender.java",
    ),
    Rule(
        "structured-mode",
        "A record of type application/cloudevents+json is unpacked and sent in binary mode too.",
        "impl/consumer/CloudEventDeserializer.java",
    ),
    Rule(
        "position",
        "Every event carries knativekafkapartition and knativekafkaoffset.",
        "impl/consumer/KafkaConsumerRecordUtils.java",
    ),
    Rule("request-headers", "Every request has Prefer: reply and Kn-Namespace.", "impl/WebClientCloudEventSender.java"),
    Rule(
        "key-and-headers-dropped",
        "The key and the headers of a record that is a CloudEvent reach the function only as ce_ headers.",
        "impl/consumer/CloudEventDeserializer.java",
    ),
    Rule(
        "plain-record",
        "Any other record becomes a dev.knative.kafka.event with id, source, subject, time, key and kafkaheader extensions.",
        "impl/consumer/InvalidCloudEventInterceptor.java",
    ),
    Rule(
        "undeliverable",
        "A record no request can carry is discarded and its offset committed.",
        "impl/RecordDispatcherImpl.java dispatch; EKB#2732",
    ),
    Rule(
        "one-request-a-record",
        "Records are never batched; the answer's body counts for nothing.",
        "NoopResponseHandler.java",
    ),
    Rule(
        "retried",
        "5xx, 404, 408, 409, 429, a refused connection and a timeout are retried.",
        "core/.../RetryPolicy, impl/WebClientCloudEventSender.java",
    ),
    Rule(
        "not-retried",
        "Every other status from 300 on goes to the dead letter sink at once; a redirect is not followed.",
        "impl/WebClientCloudEventSender.java",
    ),
    Rule("retry-after-ignored", "Retry-After changes nothing.", "impl/WebClientCloudEventSender.java"),
    Rule(
        "backoff",
        "Pauses are delay x 2^n (exponential) or delay x n (linear), n from 1, without cap or jitter.",
        "impl/WebClientCloudEventSender.java computeRetryPolicy",
    ),
    Rule(
        "ordered",
        "One event in flight per partition; retries hold back their partition and no other.",
        "impl/consumer/OrderedConsumerVerticle.java",
    ),
    Rule(
        "unordered",
        "Up to max.poll.records (50) events in flight; a failing one holds back none.",
        "impl/consumer/UnorderedConsumerVerticle.java",
    ),
    Rule(
        "dead-letter",
        "The dead letter is the event with knativeerrordest, knativeerrorcode, knativeerrordata (base64 of 1024 bytes).",
        "impl/RecordDispatcherMutatorChain.java, knative/eventing attributes/knative_error.go",
    ),
    Rule(
        "kne-headers",
        "A response header Kne-<name> of the failure becomes the extension <name> of the dead letter.",
        "impl/RecordDispatcherImpl.java",
    ),
    Rule("dead-letter-retry", "The dead letter sink gets the same retries.", "http/HttpConsumerVerticleFactory.java"),
    Rule(
        "lost-when-both-fail",
        "When the dead letter sink fails too, the offset is committed and the event is lost.",
        "impl/consumer/OffsetManager.java failedToSendToDeadLetterSink",
    ),
    Rule(
        "contiguous-offsets",
        "Only offsets before which everything is finished are committed.",
        "impl/consumer/OffsetManager.java",
    ),
    Rule(
        "commit-interval",
        "Offsets are committed every 5 s and when partitions are given up.",
        "config-kafka-source-data-plane auto.commit.interval.ms",
    ),
    Rule(
        "redelivery",
        "After a crash everything since the last commit is delivered again.",
        "impl/consumer/OffsetManager.java",
    ),
    Rule(
        "earliest", "A new group begins at the earliest record (initialOffset of the registry).", "spec.initialOffset"
    ),
    Rule(
        "poll-interval",
        "max.poll.interval.ms is 2 x 50 x the longest delivery, so a slow function causes no rebalance.",
        "impl/consumer ConsumerVerticleContext.maxProcessingTimeMs",
    ),
    Rule(
        "ping-schedule",
        "Five cron fields, six with seconds, and descriptors; @every is refused; times are of the source's zone.",
        "knative/eventing pkg/apis/sources/v1/ping_validation.go, robfig/cron v3",
    ),
    Rule(
        "ping-event",
        "A tick is a dev.knative.sources.ping with a new id, which its retries keep, and no subject.",
        "knative/eventing pkg/adapter/mtping/runner.go",
    ),
    Rule(
        "ping-retry",
        "Five retries from 50 ms, doubling, on 404, 413, 425, 429, 502, 503, 504 and no answer; never on 500.",
        "knative/eventing pkg/kncloudevents retries.go",
    ),
    Rule(
        "ping-no-catch-up",
        "Ticks missed while the source is down are not made up for; ticks may overlap.",
        "knative/eventing pkg/adapter/mtping/runner.go",
    ),
)
