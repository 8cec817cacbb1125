"""The API as one readable page, made from the OpenAPI document; no script, nothing from elsewhere."""

import base64
import hashlib
import html
from functools import lru_cache
from typing import Any

import orjson

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#6d5ae6}
body{font:15px/1.55 system-ui,sans-serif;margin:0 auto;max-width:66rem;padding:1.5rem}
h1{font-size:1.6rem;margin:.2rem 0}h2{margin:2.4rem 0 .4rem;font-size:1.15rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
code,.m{font:13px/1.4 ui-monospace,monospace}nav a{margin-right:1rem}a{color:var(--accent)}
details{border:1px solid var(--line);border-radius:8px;margin:.45rem 0;padding:.35rem .8rem}summary{cursor:pointer;display:flex;gap:.8rem}
.m{font-weight:700;min-width:4.2rem;color:var(--accent)}table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{border-bottom:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}pre{background:var(--soft);padding:.7rem;overflow:auto;border-radius:6px}
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; base-uri 'none'"


@lru_cache(maxsize=1)
def page(document: bytes) -> bytes:
    """Return the page for an OpenAPI document."""
    api = orjson.loads(document)
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    problems = api["components"].get("responses", {})
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            operation["responses"] = {
                status: problems.get(answer.get("$ref", "").rpartition("/")[2], answer)
                for status, answer in operation["responses"].items()
            }
            by_tag.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    sections = "".join(_section(tag, by_tag.get(tag["name"], [])) for tag in api["tags"] if by_tag.get(tag["name"]))
    links = "".join(f'<a href="#{tag["name"]}">{tag["name"]}</a>' for tag in api["tags"] if by_tag.get(tag["name"]))
    models = "".join(_model(name, schema) for name, schema in api["components"]["schemas"].items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>ObsidianList API</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<h1>ObsidianList API</h1><p>{_text(api['info']['description'])}</p>"
        f'<p><a href="/api/openapi.json">openapi.json</a></p><nav>{links}<a href="#schemas">schemas</a></nav>{sections}'
        f'<h2 id="schemas">Schemas</h2>{models}</body></html>'
    ).encode()


def _section(tag: dict[str, str], operations: list[tuple[str, str, dict[str, Any]]]) -> str:
    body = "".join(_operation(*operation) for operation in operations)
    return f'<h2 id="{tag["name"]}">{tag["name"]}</h2><p>{_text(tag["description"])}</p>{body}'


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{_text(p['name'])}</code></td><td>{p['in']}</td><td><code>{_text(_type(p['schema']))}</code></td>"
        f"<td>{_text(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", [])
    )
    table = f"<table><tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>{rows}</table>" if rows else ""
    body = ""
    if "requestBody" in operation:
        schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
        body = f"<p>Body: <code>{_link(schema)}</code></p>"
    answers = []
    for status, response in operation["responses"].items():
        schema = next(iter(response.get("content", {"": {"schema": {}}}).values()))["schema"]
        answers.append(
            f"<tr><td>{status}</td><td>{_text(response['description'])}</td><td><code>{_link(schema)}</code></td></tr>"
        )
    scope = (
        f"<p>Scope: <code>{_text(operation.get('x-scope') or 'any')}</code></p>"
        if "security" in operation
        else "<p>No token needed.</p>"
    )
    return (
        f'<details id="{_text(operation["operationId"])}"><summary><span class="m">{method}</span><code>{_text(path)}</code>'
        f"<span>{_text(operation['summary'])}</span></summary><p>{_text(operation.get('description', ''))}</p>{scope}{table}{body}"
        f"<table>{''.join(answers)}</table></details>"
    )


def _model(name: str, schema: dict[str, Any]) -> str:
    text = orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
    return f'<details id="schema-{_text(name)}"><summary><code>{_text(name)}</code></summary><pre>{_text(text)}</pre></details>'


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"] if option.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def _link(schema: dict[str, Any]) -> str:
    name = schema.get("$ref", "").rpartition("/")[2]
    return f'<a href="#schema-{name}">{name}</a>' if name else _text(_type(schema)) if schema else ""


def _text(value: str) -> str:
    return html.escape(str(value))
