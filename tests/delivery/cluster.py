"""A cluster's double at the edge that the deployment touches: ``kubectl`` and ``helm``, with Knative's answers to what they change.

Run as ``python cluster.py helm|kubectl ...`` by the wrappers that test_release.py puts into PATH. helm renders the chart for real; Knative's
part is done by its rules: a changed template makes a revision, ``latestRevision`` means the newest that is ready, percents must add up to
100, a named revision must exist. State lies in $CLUSTER/state.json; $CLUSTER/images.json says which image digests never get ready or answer wrongly.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(os.environ["CLUSTER"])
ROOT = Path(__file__).parents[2]
HELM = ROOT / ".tools" / "bin" / "helm"


def main() -> int:
    """Do what was asked; the exit status is the program's."""
    program, *arguments = sys.argv[1:]
    file = FOLDER / "state.json"
    state = json.loads(file.read_text()) if file.exists() else {"releases": [], "services": {}}
    verb = "helm" if program == "helm" else "kubectl"
    status = {
        "helm upgrade": upgrade, "helm rollback": rollback, "helm history": history,
        "kubectl get": get, "kubectl patch": patch, "kubectl wait": wait,
    }[f"{verb} {arguments[0]}"](state, arguments[1:])  # fmt: skip
    file.write_text(json.dumps(state, indent=1))
    with (FOLDER / "calls.txt").open("a") as calls:
        calls.write(f"{verb} {' '.join(arguments)}\n")
    return status


def upgrade(state: dict[str, Any], arguments: list[str]) -> int:
    """Render with the real helm and apply; with --wait it fails when a revision does not get ready."""
    skipped = {"--install", "--wait"}
    words, index = [], 0
    while index < len(arguments):
        if arguments[index] == "--timeout":
            index += 1
        elif arguments[index] not in skipped:
            words.append(arguments[index])
        index += 1
    apis = ["--api-versions", "monitoring.coreos.com/v1", "--api-versions", "external-secrets.io/v1"]
    done = subprocess.run(
        [HELM, "template", *words, "--kube-version", "v1.34.0", *apis], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return 1
    manifest = [
        item
        for item in yaml.safe_load_all(done.stdout)
        if item and item["kind"] == "Service" and "knative" in item["apiVersion"]
    ]
    return _release(state, manifest)


def rollback(state: dict[str, Any], arguments: list[str]) -> int:
    """Apply the objects of an earlier release as a new one."""
    number = int(arguments[1])
    return _release(state, next(each["manifest"] for each in state["releases"] if each["revision"] == number))


def history(state: dict[str, Any], _: list[str]) -> int:
    """Print the releases; without one helm fails."""
    if not state["releases"]:
        print("Error: release: not found", file=sys.stderr)
        return 1
    print(json.dumps([{"revision": each["revision"], "status": each["status"]} for each in state["releases"]]))
    return 0


def get(state: dict[str, Any], _: list[str]) -> int:
    """Print the Knative services."""
    print(json.dumps({"items": [_shown(name, service) for name, service in state["services"].items()]}))
    return 0


def patch(state: dict[str, Any], arguments: list[str]) -> int:
    """Change a service's traffic."""
    assert arguments[0] == "ksvc", arguments
    change = json.loads(arguments[arguments.index("--patch") + 1])
    _route(state["services"][arguments[1]], change["spec"]["traffic"])
    return 0


def wait(state: dict[str, Any], _: list[str]) -> int:
    """Succeed when every service is ready."""
    return 0 if all(_ready(service) for service in state["services"].values()) else 1


def _release(state: dict[str, Any], manifest: list[Any]) -> int:
    for each in state["releases"]:
        each["status"] = "superseded" if each["status"] == "deployed" else each["status"]
    for item in manifest:
        name = item["metadata"]["name"]
        service = state["services"].setdefault(name, {"revisions": [], "public": True})
        service["public"] = (
            item["metadata"].get("labels", {}).get("networking.knative.dev/visibility") != "cluster-local"
        )
        template = item["spec"]["template"]
        if not service["revisions"] or service["revisions"][-1]["template"] != template:
            image = template["spec"]["containers"][0]["image"]
            service["revisions"].append(
                {"name": f"{name}-{len(service['revisions']) + 1:05d}", "template": template, "image": image}
            )
        _route(service, item["spec"]["traffic"])
    ready = all(_ready(state["services"][item["metadata"]["name"]]) for item in manifest)
    number = len(state["releases"]) + 1
    state["releases"].append({"revision": number, "status": "deployed" if ready else "failed", "manifest": manifest})
    if not ready:
        print("Error: UPGRADE FAILED: timed out waiting for the condition", file=sys.stderr)
    return 0 if ready else 1


def _route(service: dict[str, Any], traffic: list[dict[str, Any]]) -> None:
    assert sum(entry.get("percent", 0) for entry in traffic) == 100, traffic
    names = {revision["name"] for revision in service["revisions"]}
    assert all(entry.get("latestRevision") or entry["revisionName"] in names for entry in traffic), (traffic, names)
    service["traffic"] = traffic


def _fault(revision: dict[str, Any]) -> str:
    faults = json.loads((FOLDER / "images.json").read_text())
    return str(faults.get(revision["image"].partition("@")[2], ""))


def _ready(service: dict[str, Any]) -> bool:
    return _fault(service["revisions"][-1]) != "never-ready"


def _latest(service: dict[str, Any]) -> dict[str, Any]:
    """Return the newest ready revision."""
    found: dict[str, Any] = next(each for each in reversed(service["revisions"]) if _fault(each) != "never-ready")
    return found


def _shown(name: str, service: dict[str, Any]) -> dict[str, Any]:
    latest, traffic = _latest(service), []
    by_name = {each["name"]: each for each in service["revisions"]}
    for entry in service["traffic"]:
        target = latest if entry.get("latestRevision") else by_name[entry["revisionName"]]
        url = {"url": _url(name, service, target)} if "tag" in entry else {}
        traffic.append({**entry, "revisionName": target["name"], **url})
    most = by_name[max(traffic, key=lambda entry: entry["percent"])["revisionName"]]
    return {
        "metadata": {"name": name},
        "status": {
            "conditions": [{"type": "Ready", "status": "True" if _ready(service) else "Unknown"}],
            "latestCreatedRevisionName": service["revisions"][-1]["name"],
            "latestReadyRevisionName": latest["name"],
            "traffic": traffic,
            "url": _url(name, service, most),
        },
    }


def _url(name: str, service: dict[str, Any], revision: dict[str, Any]) -> str:
    if not service["public"]:
        return f"http://{name}.obsidianlist.svc.cluster.local"
    return os.environ["WRONG_URL"] if _fault(revision) == "answers-wrongly" else os.environ["BUNDLE_URL"]


if __name__ == "__main__":
    raise SystemExit(main())
