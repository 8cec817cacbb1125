"""RFC 8291 encryption against the RFC's own example and the vectors of web-push-libs/ecec."""

import base64
import json
from pathlib import Path
from typing import Any

import http_ece
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import WebPusher

CASES_FILE = Path(__file__).parents[4] / "shared" / "cases" / "webpush_vectors.json"
CASES = json.loads(CASES_FILE.read_text())["cases"] if CASES_FILE.exists() else []
pytestmark = pytest.mark.skipif(
    not CASES, reason="the vectors (../shared/cases/webpush_vectors.json) are not beside this checkout"
)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(_bytes(text), "big"), ec.SECP256R1())


def _of(*tables: str) -> list[Any]:
    return [pytest.param(case, id=case["desc"]) for case in CASES if case["table"] in tables]


def _decrypt(case: dict[str, Any]) -> bytes:
    payload = _bytes(case["payload"])
    if "ikm" in case:
        return bytes(http_ece.decrypt(payload, key=_bytes(case["ikm"]), version="aes128gcm"))
    return bytes(
        http_ece.decrypt(
            payload, private_key=_key(case["recvPrivKey"]), auth_secret=_bytes(case["authSecret"]), version="aes128gcm"
        )
    )


def test_the_example_of_the_rfc() -> None:
    """With the RFC's keys and salt our encryption is the RFC's message, byte for byte."""
    (case,) = (case for case in CASES if case["table"] == "rfc8291_appendix_a")
    body = http_ece.encrypt(
        case["plaintext_utf8"].encode(), salt=_bytes(case["salt"]), private_key=_key(case["as_private"]),
        dh=_bytes(case["ua_public"]), auth_secret=_bytes(case["auth"]), rs=case["record_size"], version="aes128gcm",
    )  # fmt: skip
    assert body == _bytes(case["body"])


@pytest.mark.parametrize("case", _of("rfc8291_appendix_a"))
def test_what_the_sender_makes_the_receiver_of_the_rfc_reads(case: dict[str, Any]) -> None:
    """The library call that ``send_push`` makes, with a key and salt of its own each time."""
    keys = {"p256dh": case["ua_public"], "auth": case["auth"]}
    bodies = [
        WebPusher({"endpoint": "https://push.example/1", "keys": keys}).encode(case["plaintext_utf8"].encode())["body"]
        for _ in range(2)
    ]
    assert bodies[0] != bodies[1]
    for body in bodies:
        read = http_ece.decrypt(
            body, private_key=_key(case["ua_private"]), auth_secret=_bytes(case["auth"]), version="aes128gcm"
        )
        assert read == case["plaintext_utf8"].encode()


@pytest.mark.parametrize("case", _of("webpush_aes128gcm_decrypt_ok_tests", "aes128gcm_ok_decrypt_tests"))
def test_valid_messages_are_read(case: dict[str, Any]) -> None:
    """What the vectors say is valid decrypts to their text."""
    assert _decrypt(case) == _bytes(case["plaintext"])


@pytest.mark.parametrize("case", _of("webpush_aes128gcm_encrypt_ok_tests"))
def test_messages_of_other_senders_are_read(case: dict[str, Any]) -> None:
    """The sender's side of a vector: its payload has this salt, this key and this record size."""
    payload = _bytes(case["payload"])
    assert payload[:16] == _bytes(case["salt"])
    assert int.from_bytes(payload[16:20], "big") == int(case["rs"])
    if int(case["padLen"]) == 0:
        made = http_ece.encrypt(
            _bytes(case["plaintext"]), salt=payload[:16], private_key=_key(case["senderPrivKey"]),
            dh=_bytes(case["recvPubKey"]), auth_secret=_bytes(case["authSecret"]), rs=int(case["rs"]), version="aes128gcm",
        )  # fmt: skip
        assert made == payload


@pytest.mark.parametrize("case", _of("webpush_aes128gcm_err_decrypt_tests", "aes128gcm_err_decrypt_tests"))
def test_broken_messages_are_refused(case: dict[str, Any]) -> None:
    """What was cut, padded wrongly or signed wrongly raises instead of giving text."""
    with pytest.raises((http_ece.ECEException, InvalidTag, ValueError)):
        _decrypt(case)
