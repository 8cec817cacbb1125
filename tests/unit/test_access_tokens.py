"""Access tokens: ours against PyJWT in both directions, and every known way to forge one."""

import base64
import hashlib
import hmac
import json
import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from shared import auth, clock
from shared.config import forget_settings
from shared.errors import Unauthenticated
from tests.support.environment import function_environment, function_variables

USER = uuid.UUID("018f2f3e-0000-7000-8000-000000000001")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture(scope="module", autouse=True)
def _environment():
    with function_environment({}):
        yield


@pytest.fixture(scope="module")
def key_id():
    """Give the id of the test environment's key."""
    return json.loads(function_variables()["JWT_PUBLIC_KEYS"])["keys"][0]["kid"]


@pytest.fixture
def forge(key_id):
    """Give a function that signs a token as PyJWT does, with claims and header changed (None leaves one out)."""

    def _forge(claims=None, header=None, key=KEY, algorithm="EdDSA"):
        now = int(time.time())
        payload = {
            "iss": "http://localhost:8080", "aud": "obsidianlist", "sub": str(USER), "jti": str(uuid.uuid4()), "iat": now, "nbf": now,
            "exp": now + 600, "scope": "tasks:read account",
        }  # fmt: skip
        payload = {name: value for name, value in {**payload, **(claims or {})}.items() if value is not None}
        headers = {"typ": "at+jwt", "kid": key_id, **(header or {})}
        return jwt.encode(payload, key, algorithm=algorithm, headers=headers)

    return _forge


def test_pyjwt_accepts_ours(key_id):
    """PyJWT verifies our token with the published key and reads the claims of RFC 9068."""
    token = auth.issue_access_token(USER, ["tasks:read", "account"], email="anna@example.com")
    keys = jwt.PyJWKSet.from_json(function_variables()["JWT_PUBLIC_KEYS"])
    header = jwt.get_unverified_header(token)
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": key_id}
    required = ["exp", "iat", "nbf", "sub", "aud", "iss", "jti"]
    options = {"require": required, "strict_aud": True}
    claims = jwt.decode(
        token,
        keys[header["kid"]],
        algorithms=["EdDSA"],
        audience="obsidianlist",
        issuer="http://localhost:8080",
        options=options,
    )
    assert claims["sub"] == str(USER)
    assert claims["scope"] == "tasks:read account"
    assert claims["exp"] - claims["iat"] == 600
    assert uuid.UUID(claims["jti"]).version == 7


def test_we_accept_pyjwts(forge):
    """A token that PyJWT signs with our key is verified here."""
    identity = auth.authenticate(f"Bearer {forge()}")
    assert (identity.user_id, identity.scopes, identity.origin) == (USER, {"tasks:read", "account"}, "web")
    assert auth.authenticate(f"bearer {forge()}").user_id == USER


@pytest.mark.parametrize(
    "claims",
    [
        *({name: None} for name in ("exp", "iat", "nbf", "sub", "aud", "iss", "jti", "scope")),
        {"aud": "another-service"},
        {"aud": ["obsidianlist", "another-service"]},
        {"iss": "http://localhost:8081"},
        {"sub": "not-a-uuid"},
        {"sub": ""},
        {"scope": ["tasks:read"]},
        {"exp": "4102444800"},
        {"exp": 4102444800.5},
        {"exp": True},
        {"exp": 0},
        {"exp": -1},
    ],
    ids=str,
)
def test_claims(forge, claims):
    """A missing, mistyped or foreign claim refuses the token, though its signature holds."""
    with pytest.raises(Unauthenticated):
        auth.authenticate(f"Bearer {forge(claims)}")


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -31), ("nbf", 3600), ("iat", 3600)])
def test_time_of_a_claim(forge, claim, seconds):
    """A token that is over, or not valid yet, is refused."""
    with pytest.raises(Unauthenticated):
        auth.authenticate(f"Bearer {forge({claim: int(time.time()) + seconds})}")


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"kid": "unknown"},
        {"kid": "../../../../dev/null"},
        {"kid": ""},
        {"kid": None},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        {"crit": ["exp"]},
        {"b64": False},
    ],
    ids=str,
)
def test_header(forge, header, key_id):
    """A header that names another type, key or place of a key refuses the token."""
    fields = {"alg": "EdDSA", "typ": "at+jwt", "kid": key_id, **header}
    token = _sign(
        json.dumps({name: value for name, value in fields.items() if value is not None}), _claims_of(forge()), KEY.sign
    )
    with pytest.raises(Unauthenticated):
        auth.authenticate(f"Bearer {token}")


@pytest.mark.parametrize("kid", [1, [], {}, True, 1.5])
def test_key_id_of_another_type(forge, kid):
    """A key id that is no text is no key id."""
    token = _sign(json.dumps({"alg": "EdDSA", "typ": "at+jwt", "kid": kid}), _claims_of(forge()), KEY.sign)
    with pytest.raises(Unauthenticated):
        auth.authenticate(f"Bearer {token}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "eddsa", "Ed25519", "HS256"])
def test_algorithm_is_not_the_callers_choice(forge, algorithm, key_id):
    """No algorithm but ours counts, with or without a signature, even one that our key made."""
    header = json.dumps({"alg": algorithm, "typ": "at+jwt", "kid": key_id})
    claims = _claims_of(forge())
    for sign in (KEY.sign, lambda _: b"", lambda _: b"\0" * 64):
        with pytest.raises(Unauthenticated):
            auth.authenticate(f"Bearer {_sign(header, claims, sign)}")


def test_public_key_as_secret(forge, key_id):
    """An HMAC made with the public key, in any of its writings, is no signature."""
    public = KEY.public_key()
    secrets = [
        public.public_bytes_raw(),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        base64.urlsafe_b64encode(public.public_bytes_raw()).rstrip(b"="),
    ]
    for secret in secrets:
        for algorithm in ("HS256", "EdDSA"):
            header = json.dumps({"alg": algorithm, "typ": "at+jwt", "kid": key_id})
            token = _sign(
                header, _claims_of(forge()), lambda text, secret=secret: hmac.digest(secret, text, hashlib.sha256)
            )
            with pytest.raises(Unauthenticated):
                auth.authenticate(f"Bearer {token}")


def test_other_keys(forge):
    """Another Ed25519 key, an RSA key and an elliptic curve key are not ours, whatever the header says."""
    others = [
        (Ed25519PrivateKey.generate(), "EdDSA"),
        (rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
    ]
    for key, algorithm in others:
        with pytest.raises(Unauthenticated):
            auth.authenticate(f"Bearer {forge(key=key, algorithm=algorithm)}")


@pytest.mark.parametrize(
    "header",
    [
        None, "", "Bearer", "Bearer ", "Basic YTpi", "Token x", "Bearer x", "Bearer a.b.c", "Bearer ..", "Bearer ....", "Bearer é.é.é",
        "Bearer " + "a" * 5000, "Bearer " + "a" * 1_000_000, "Bearer " + "." * 4000, "Bearer bnVsbA.bnVsbA.bnVsbA", "Bearer W10.W10.W10",
        "Bearer " + base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.AA",
    ],
    ids=lambda header: repr(header)[:30],
)  # fmt: skip
def test_no_token(header):
    """What is no token at all is refused with the way to ask, never with a failure."""
    with pytest.raises(Unauthenticated) as caught:
        auth.authenticate(header)
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")


def test_claims_that_are_no_object(key_id):
    """Signed JSON of another shape is refused."""
    header = json.dumps({"alg": "EdDSA", "typ": "at+jwt", "kid": key_id})
    for claims in ("null", "[]", '"x"', "1", "{}", "NaN", "", "\xff"):
        with pytest.raises(Unauthenticated):
            auth.authenticate(f"Bearer {_sign(header, claims, KEY.sign)}")


@given(data=st.data())
def test_no_changed_token_passes(data):
    """Changing any one character of header, claims or signature to one of another value refuses the token."""
    token = auth.issue_access_token(USER, ["account"])
    position = data.draw(st.integers(0, len(token) - 1))
    # The last character of each part carries bits that mean nothing; the ones before it all count.
    if token[position] == "." or position + 1 == len(token) or token[position + 1] == ".":
        return
    other = data.draw(st.sampled_from("abcXYZ019-_.=!").filter(lambda character: character != token[position]))
    with pytest.raises(Unauthenticated):
        auth.verify_access_token(token[:position] + other + token[position + 1 :])


def test_times():
    """A token holds ten minutes and half a minute for clocks that differ, not longer, also when it was seen before."""
    token = auth.issue_access_token(USER, ["account"])
    for seconds, holds in ((-29, True), (0, True), (599, True), (629, True), (631, False), (0, True), (-32, False)):
        with clock.shifted(seconds):
            if seconds == -32:
                auth._verified._entries.clear()
            if holds:
                assert auth.verify_access_token(token).user_id == USER
            else:
                with pytest.raises(Unauthenticated):
                    auth.verify_access_token(token)


def test_audiences_are_apart():
    """A token for one audience is none for another, also when it was verified a moment ago."""
    token = auth.issue_access_token(USER, ["tasks:read"], audience="http://localhost:8080/mcp")
    assert auth.verify_access_token(token, audience="http://localhost:8080/mcp").scopes == {"tasks:read"}
    with pytest.raises(Unauthenticated):
        auth.verify_access_token(token)
    ours = auth.issue_access_token(USER, ["tasks:read"])
    assert auth.verify_access_token(ours).user_id == USER
    with pytest.raises(Unauthenticated):
        auth.verify_access_token(ours, audience="http://localhost:8080/mcp")


def test_keys_rotate():
    """During a rotation both keys verify and the configured private key signs; a key taken out verifies no more."""
    old_token = auth.issue_access_token(USER, ["account"])
    old = json.loads(function_variables()["JWT_PUBLIC_KEYS"])["keys"]
    next_key = Ed25519PrivateKey.generate()
    public = base64.urlsafe_b64encode(next_key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    entry = {"kty": "OKP", "crv": "Ed25519", "kid": "next", "x": public, "alg": "EdDSA", "use": "sig"}
    seed = base64.b64encode(next_key.private_bytes_raw()).decode()
    with function_environment({"JWT_PRIVATE_KEY": seed, "JWT_PUBLIC_KEYS": json.dumps({"keys": [entry, *old]})}):
        new_token = auth.issue_access_token(USER, ["account"])
        assert jwt.get_unverified_header(new_token)["kid"] == "next"
        assert auth.verify_access_token(old_token).user_id == auth.verify_access_token(new_token).user_id == USER
    auth._verified._entries.clear()
    with function_environment({"JWT_PUBLIC_KEYS": json.dumps({"keys": [entry]})}):
        with pytest.raises(Unauthenticated):
            auth.verify_access_token(old_token)
        with pytest.raises(RuntimeError):
            auth.issue_access_token(USER, ["account"])


def test_without_private_key():
    """A function without the private key verifies and cannot sign."""
    token = auth.issue_access_token(USER, ["account"])
    with function_environment({}) as patch:
        patch.delenv("JWT_PRIVATE_KEY")
        forget_settings()
        assert auth.verify_access_token(token).user_id == USER
        with pytest.raises(RuntimeError):
            auth.issue_access_token(USER, ["account"])


def _claims_of(token):
    text = token.split(".")[1]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def _sign(header, claims, sign):
    signed = f"{_encode(header.encode())}.{_encode(claims.encode('latin-1'))}"
    return f"{signed}.{_encode(sign(signed.encode()))}"


def _encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
