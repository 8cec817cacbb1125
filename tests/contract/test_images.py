"""What the images leave out is what the code does not use."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_images_keep_every_amazon_service_that_the_code_asks_for() -> None:
    """boto3 reads a service's description from its own data, of which the image keeps a few."""
    sources = [
        path.read_text(encoding="utf-8") for folder in ("shared", "functions") for path in (ROOT / folder).rglob("*.py")
    ]
    asked = set(re.findall(r"""boto3\.(?:client|resource)\(\s*["']([a-z0-9-]+)""", "\n".join(sources)))
    kept = re.search(r'^amazon="([^"]+)"$', (ROOT / ".ci/images/slim.sh").read_text(encoding="utf-8"), re.MULTILINE)
    assert kept
    assert asked
    assert asked <= set(kept[1].split())


def test_images_are_built_from_locked_files_only() -> None:
    """Packages come by their hashes, and neither image runs as root."""
    functions = (ROOT / "functions/Dockerfile").read_text(encoding="utf-8")
    web = (ROOT / "frontend/Dockerfile").read_text(encoding="utf-8")
    installs = re.findall(r"pip\S* (?:-q )?(?:--python \S+ )?(?:install|wheel)[^&]+", functions)
    assert len(installs) == 3
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)
    assert re.search(r"npm ci\b", web)
    assert not re.search(r"npm install\b", web)
    users = [re.findall(r"^USER (\d+)", text, re.MULTILINE)[-1] for text in (functions, web)]
    assert "0" not in users
