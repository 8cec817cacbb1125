"""Reduces a Debian-based image with Python to what a Python program links and reads; called by functions/Dockerfile, as root, in a build stage.

No shell, no package manager, no perl stay: nothing in them runs, and nothing in them can be used against us. dpkg's status keeps what is
left, so that a scanner of the image sees the truth. Standard library only: it runs on the image's own Python.
"""

import compileall
import re
import shutil
import sysconfig
from pathlib import Path

# Debian packages by name; libraries of the standard library's modules among them.
KEPT = re.compile(
    r"base-files|ca-certificates|gcc-[\d.]+-base|media-types|netbase|tzdata|zlib1g|python3.*"
    r"|lib(bz2|c6|c-bin|crypt1|expat|ffi|gcc-s|lzma|ncursesw|python|readline|sqlite3|ssl|stdc\+\+|tinfo|uuid|zstd).*"
)
DPKG = Path("/var/lib/dpkg")
# Character sets of the C library that Python has itself, caches, translations, and what only builds or installs.
LEFTOVERS = (
    "/usr/lib/*/gconv", "/usr/lib/*/perl*", "/usr/share/perl*", "/usr/share/man", "/usr/share/locale", "/usr/share/info", "/usr/share/lintian",
    "/usr/share/bug", "/usr/share/bash-completion", "/usr/share/zoneinfo/right", "/usr/share/zoneinfo/posix", "/usr/include",
    "/var/lib/apt", "/var/cache/*", "/var/log/*", "/usr/local/lib/python3*/site-packages/pip*", "/usr/local/bin/pip*", "/etc/alternatives",
)  # fmt: skip
# Never imported by a server, and large.
NOT_IMPORTED = ("ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "tkinter", "turtledemo")


def main() -> None:
    """Compile the standard library, then remove packages, leftovers and their records."""
    standard_library = Path(sysconfig.get_path("stdlib"))
    for name in NOT_IMPORTED:
        shutil.rmtree(standard_library / name, ignore_errors=True)
    # The official image has no byte code, and a read-only root could never keep any: each cold start would compile anew.
    compileall.compile_dir(standard_library, quiet=2, workers=0, rx=re.compile("site-packages|dist-packages"))
    stanzas = [stanza for stanza in (DPKG / "status").read_text(encoding="utf-8").split("\n\n") if stanza.strip()]
    kept = [stanza for stanza in stanzas if KEPT.fullmatch(_field(stanza, "Package"))]
    files = {line for stanza in kept for line in _files(stanza)}
    for stanza in stanzas:
        if stanza not in kept:
            for line in _files(stanza) - files:
                path = Path(line)
                if path.is_symlink() and path.is_dir():
                    continue  # /bin and its like
                if path.is_symlink() or path.is_file():
                    path.unlink()
            for record in (DPKG / "info").glob(f"{_field(stanza, 'Package')}[.:]*"):
                record.unlink()
    (DPKG / "status").write_text("\n\n".join(kept) + "\n", encoding="utf-8")
    (DPKG / "status-old").unlink(missing_ok=True)
    for pattern in LEFTOVERS:
        for path in Path("/").glob(pattern.lstrip("/")):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _field(stanza: str, name: str) -> str:
    found = re.search(rf"^{name}: (.+)$", stanza, re.MULTILINE)
    return found[1] if found else ""


def _files(stanza: str) -> set[str]:
    name, architecture = _field(stanza, "Package"), _field(stanza, "Architecture")
    for record in (f"{name}.list", f"{name}:{architecture}.list"):
        if (DPKG / "info" / record).exists():
            return set((DPKG / "info" / record).read_text(encoding="utf-8").splitlines())
    return set()


if __name__ == "__main__":
    main()
