"""pg8000 without what it loads for occasions: X.509 parsing and dateutil, together a twentieth of a cold start.

scramp parses a certificate for channel binding, so only over TLS; pg8000 asks dateutil about timestamps that ISO 8601 cannot write. Both import
these at the top. While pg8000 is imported the two names are stand-ins, which fetch the real thing when they are used.
Imported by ``shared.db.connection`` before anything else of pg8000.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _Later:
    """A name of a module that is imported at its first use."""

    def __init__(self, module: str, name: str) -> None:
        self._place = module, name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._real(), attribute)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real()(*args, **kwargs)

    def _real(self) -> Any:
        module, name = self._place
        return getattr(import_module(module), name)


@contextmanager
def _stand_ins() -> Iterator[None]:
    names: dict[str, dict[str, Any]] = {
        "asn1crypto": {"pem": _Later("asn1crypto", "pem")},
        "asn1crypto.x509": {"Certificate": _Later("asn1crypto.x509", "Certificate")},
        # ParserError is a ValueError; naming that one catches it as well.
        "dateutil.parser": {"parse": _Later("dateutil.parser", "parse"), "ParserError": ValueError},
    }
    missing = {name: attributes for name, attributes in names.items() if name not in sys.modules}
    for name, attributes in missing.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        sys.modules[name] = module
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


if "pg8000" not in sys.modules:
    with _stand_ins():
        import pg8000
        import pg8000.dbapi  # noqa: F401 - loaded here so that nobody else does without the stand-ins
