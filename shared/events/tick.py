"""``python -m shared.events.tick URL``: one tick to a cron function, as its PingSource sends it. For an operator's pod (runbook MissedTick)."""

import sys
import urllib.error
import urllib.request
import uuid


def main(url: str) -> int:
    """Post the tick, print the answer; the exit status tells whether the function finished its run."""
    headers = {
        "ce-specversion": "1.0",
        "ce-type": "dev.knative.sources.ping",
        "ce-source": "/runbook",
        "ce-id": str(uuid.uuid4()),
        "content-type": "application/json",
    }
    request = urllib.request.Request(url, data=b"{}", headers=headers)  # noqa: S310 - the operator's own address
    try:
        with urllib.request.urlopen(request, timeout=300) as reply:  # noqa: S310
            status, body = reply.status, reply.read(4096)
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read(4096)
    sys.stdout.write(f"{status} {body.decode(errors='replace')}\n")
    return 0 if status < 300 else 1  # noqa: PLR2004 - what KafkaSource and PingSource take for success


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
