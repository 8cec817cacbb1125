"""What controllers do on a cluster, in a thread: Jobs finish, and Knative makes revisions and reports their traffic. No pod runs.

Knative's rules that matter to a release: a changed template makes a revision, ``latestRevision`` means the newest that is ready, and a named
revision must exist. A revision of an image whose digest is among ``broken`` never gets ready.
"""

import contextlib
import datetime as dt
import json
import ssl
import threading
import urllib.error
import urllib.request
from typing import Any, Self

from tests.cluster.server import ApiServer

PAUSE_SECONDS = 0.2
SERVICES = "/apis/serving.knative.dev/v1/services"
JOBS = "/apis/batch/v1/jobs"


class Controllers:
    """Acts on every namespace until the block ends."""

    def __init__(self, server: ApiServer) -> None:
        self.server = server
        self.broken: set[str] = set()
        self._revisions: dict[str, list[dict[str, Any]]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._tls = ssl.create_default_context(cafile=str(server.folder / "certificates/apiserver.crt"))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)

    def _work(self) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            # An object may change or go between the two calls; the next round sees it as it is then.
            with contextlib.suppress(urllib.error.HTTPError):
                for job in self._ask(JOBS)["items"]:
                    if "completionTime" not in job.get("status", {}):
                        self._finish(job)
                for service in self._ask(SERVICES)["items"]:
                    self._reconcile(service)

    def _finish(self, job: dict[str, Any]) -> None:
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        conditions = [
            {"type": kind, "status": "True", "lastTransitionTime": now} for kind in ("SuccessCriteriaMet", "Complete")
        ]
        status = {"startTime": now, "completionTime": now, "succeeded": 1, "conditions": conditions}
        self._report(JOBS, job, {"status": status | {"uncountedTerminatedPods": {}}})

    def _reconcile(self, service: dict[str, Any]) -> None:
        metadata, spec = service["metadata"], service["spec"]
        revisions = self._revisions.setdefault(metadata["uid"], [])
        if not revisions or revisions[-1]["template"] != spec["template"]:
            image = spec["template"]["spec"]["containers"][0]["image"]
            name = f"{metadata['name']}-{len(revisions) + 1:05d}"
            revisions.append({"name": name, "template": spec["template"], "digest": image.partition("@")[2]})
        ready = [revision["name"] for revision in revisions if revision["digest"] not in self.broken]
        names = {revision["name"] for revision in revisions}
        asked = spec["traffic"]
        good = bool(ready) and ready[-1] == revisions[-1]["name"]
        good &= all(entry.get("latestRevision") or entry["revisionName"] in names for entry in asked)
        traffic = [entry | {"revisionName": entry.get("revisionName", ready[-1] if ready else "")} for entry in asked]
        status = {
            "observedGeneration": metadata["generation"],
            "conditions": [{"type": "Ready", "status": "True" if good else "Unknown"}],
            "latestCreatedRevisionName": revisions[-1]["name"],
            "url": f"http://{metadata['name']}.{metadata['namespace']}.svc.cluster.local",
            "traffic": traffic,
        }
        status |= {"latestReadyRevisionName": ready[-1]} if ready else {}
        if service.get("status") != status:
            self._report(SERVICES, service, {"status": status})

    def _report(self, collection: str, item: dict[str, Any], change: dict[str, Any]) -> None:
        base, _, plural = collection.rpartition("/")
        metadata = item["metadata"]
        self._ask(
            f"{base}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}/status?fieldManager=controllers",
            change,
        )

    def _ask(self, path: str, change: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.server.token}", "Content-Type": "application/merge-patch+json"}
        body = None if change is None else json.dumps(change).encode()
        request = urllib.request.Request(  # noqa: S310 - loopback
            self.server.url + path, data=body, headers=headers, method="PATCH" if body else "GET"
        )
        with urllib.request.urlopen(request, timeout=30, context=self._tls) as reply:  # noqa: S310
            return json.load(reply)
