"""A TCP proxy that breaks connections: pass, blackhole (bytes vanish, nobody is told), reset, cut after some bytes.

Used between our code and PostgreSQL, Kafka, mail and push servers. What was swallowed stays lost: such a connection is reset when the proxy
heals. A Kafka broker tells its clients where it is, so in its answers the proxy writes its own address: nobody goes round it.
"""

import asyncio
import socket
import struct
import threading
from contextlib import suppress


class Proxy:
    """Forwards 127.0.0.1:``port`` to a port behind it until ``close``."""

    def __init__(self, target: int) -> None:
        self.mode = "pass"
        self.cut_after = 0
        self.port = 0
        self._target = target
        self._there = _broker_address(target)
        self._damaged: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)

    def heal(self) -> None:
        """Pass again; connections that lost bytes are reset."""
        self.mode = "pass"
        self._loop.call_soon_threadsafe(self._reset_damaged)

    def close(self) -> None:
        """Stop."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, ready: threading.Event) -> None:
        self._server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._here = _broker_address(self.port)
        ready.set()
        self._loop.run_forever()

    async def _stop(self) -> None:
        self._server.close()
        for writer in self._open:
            _reset(writer)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(tasks, timeout=5) if tasks else None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        if self.mode == "reset":
            _reset(writer)
            return
        behind, to_behind = await asyncio.open_connection("127.0.0.1", self._target)
        self._open.add(to_behind)
        await asyncio.gather(self._pump(reader, to_behind, writer), self._pump(behind, writer, writer, answers=True))

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
        *,
        answers: bool = False,
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if self.mode == "blackhole":
                    self._damaged.add(client)
                    continue
                if self.mode == "reset" or (self.mode == "cut" and answers):
                    if self.mode == "cut":
                        sink.write(data[: self.cut_after])
                        await sink.drain()
                    break
                sink.write(data.replace(self._there, self._here) if answers else data)
                await sink.drain()
        if self.mode == "reset":
            _reset(client)
        sink.close()

    def _reset_damaged(self) -> None:
        while self._damaged:
            _reset(self._damaged.pop())


def _broker_address(port: int) -> bytes:
    """Return how Kafka's metadata names a broker on this machine: the host's text, then the port as four bytes."""
    return b"127.0.0.1" + struct.pack(">i", port)


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
