"""The catalogue of events against its documents, its samples and its topics."""

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from knative.local.events import FOLDER, build, schema_path
from shared.events.catalogue import BY_NAME, DEAD_LETTERS

SAMPLES = FOLDER / "samples"
RECORDED = [line.split("  ") for line in (SAMPLES / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]


def test_the_documents_are_in_step_with_the_catalogue():
    """AsyncAPI document and JSON Schemas are what the code generates (make events writes them)."""
    wrong = [str(path) for path, content in build().items() if not path.exists() or path.read_bytes() != content]
    assert wrong == []


def test_every_event_of_the_catalogue_has_a_topic_that_exists():
    """A topic that nobody declared would be made with one partition and default retention."""
    topics = yaml.safe_load((FOLDER / "topics.yaml").read_text(encoding="utf-8"))["topics"]
    assert {event_type.topic for event_type in BY_NAME.values()} | {DEAD_LETTERS} == set(topics)


@pytest.mark.parametrize(("digest", "name"), RECORDED, ids=[name for _, name in RECORDED])
def test_a_sample_never_changes_and_todays_code_takes_it(digest, name):
    """What any release ever published can still be consumed."""
    raw = (SAMPLES / name).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == digest, "a published sample was edited; add a new version instead"
    BY_NAME[Path(name).parts[0]].payload.model_validate_json(raw)


def test_every_version_of_every_event_has_a_recorded_sample():
    """A new event or version comes with a sample, recorded in SHA256SUMS."""
    wanted = {f"{t.name}/{version}.json" for t in BY_NAME.values() for version in range(1, t.schema_version + 1)}
    assert wanted <= {name for _, name in RECORDED}
    assert {str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("*/*.json")} == {name for _, name in RECORDED}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_the_newest_sample_fits_its_json_schema(name):
    """Consumers in other languages read the JSON Schema: it describes what is really sent."""
    event_type = BY_NAME[name]
    schema = json.loads(schema_path(event_type).read_bytes())
    sample = json.loads((SAMPLES / name / f"{event_type.schema_version}.json").read_bytes())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(sample)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_readers_ignore_what_a_newer_producer_adds(name):
    """The next release may add fields; this one must take its events."""
    sample = json.loads((SAMPLES / name / "1.json").read_bytes())
    BY_NAME[name].payload.model_validate_json(json.dumps({**sample, "added_later": {"x": 1}}))
