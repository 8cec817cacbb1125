"""Write the merged OpenAPI document of every function: ``python -m knative.local.openapi`` (``--check`` only compares).

The tasks function serves the file at /api/openapi.json: at run time no function may import another.
"""

import sys
from importlib import import_module
from pathlib import Path

import orjson

from knative.local.registry import load_registry
from shared.http.openapi import document

TARGET = Path(__file__).parents[2] / "shared" / "http" / "openapi.json"


def build() -> bytes:
    """Return the document of all functions of the registry."""
    routers = []
    for function in load_registry().functions:
        if function.kind == "http":
            module = import_module(f"functions.{function.folder}.main")
            routers.append(getattr(module, function.folder).router)
    return orjson.dumps(document(routers), option=orjson.OPT_INDENT_2) + b"\n"


def main() -> int:
    """Write or check the file; return the exit code."""
    built = build()
    if "--check" in sys.argv:
        if TARGET.read_bytes() != built:
            sys.stderr.write("shared/http/openapi.json is out of step: run make openapi\n")
            return 1
        return 0
    TARGET.write_bytes(built)
    sys.stdout.write(f"wrote {TARGET.name}: {len(built) // 1024} KiB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
