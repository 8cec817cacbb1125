"""A load generator of raw sockets for people who think between requests, and where wrk is not installed.

``python -m tests.bench.generator PORT CONNECTIONS SECONDS PAUSE`` with the requests in the file named by REQUESTS, one a line
as for wrk.lua. Prints one line of results.
"""

import asyncio
import json
import os
import random
import sys
import time
from pathlib import Path

from tests.bench.figures import percentile


def _requests() -> list[bytes]:
    made = []
    for line in Path(os.environ["REQUESTS"]).read_text().splitlines():
        method, path, token, body = line.split("\t")
        length = f"Content-Length: {len(body.encode())}\r\n" if body else ""
        made.append(
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\n{length}\r\n{body}".encode()
        )
    return made


class _Run:
    def __init__(self, port: int, seconds: float, pause: float) -> None:
        self.port, self.pause = port, pause
        self.ends_at = time.perf_counter() + seconds
        self.took: list[float] = []
        self.failed = 0

    async def user(self, requests: list[bytes], number: int, users: int) -> None:
        # People do not start at one moment.
        await asyncio.sleep(random.random() * self.pause)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        position = number
        while time.perf_counter() < self.ends_at:
            started = time.perf_counter()
            writer.write(requests[position % len(requests)])
            status = await _answer(reader)
            self.took.append(time.perf_counter() - started)
            self.failed += not 200 <= status < 300
            position += users
            if self.pause:
                await asyncio.sleep(self.pause)
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, rest = head.partition(b"content-length:")
    if rest:
        await reader.readexactly(int(rest.partition(b"\r\n")[0]))
    return int(head[9:12])


async def _main() -> None:
    port, users, seconds, pause = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    run = _Run(port, seconds, pause)
    requests = _requests()
    started = time.perf_counter()
    await asyncio.gather(*(run.user(requests, number, users) for number in range(users)))
    took = (time.perf_counter() - started) * 1e6
    result = {
        "requests": len(run.took), "microseconds": int(took), "failed": run.failed,
        "p50": int(percentile(run.took, 0.5) * 1e6), "p95": int(percentile(run.took, 0.95) * 1e6),
    }  # fmt: skip
    sys.stdout.write(f"RESULT {json.dumps(result)}\n")


if __name__ == "__main__":
    asyncio.run(_main())
