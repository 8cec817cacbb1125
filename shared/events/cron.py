"""A cron function: PingSource only says "look"; the job does everything that is due by now.

Ticks are lost, come twice and overlap. So a job is level-triggered, guarded by its own lock, and takes nothing from the tick's body:
a tick needs no signature because it carries no information.
"""

from collections.abc import Callable
from typing import Any

import orjson

from shared import clock, metrics
from shared.errors import ObsidianListError, Unavailable
from shared.http.request import Reply, Request
from shared.http.router import Router
from shared.logging import get_logger

log = get_logger(__name__)
_LOCK = "SELECT pg_try_advisory_xact_lock(190232, hashtext(:name))"
_STARTED = (
    "INSERT INTO cron_runs AS c (function, started_at) VALUES (:name, now())"
    " ON CONFLICT (function) DO UPDATE SET started_at = now(), finished_at = NULL"
)
_FINISHED = "UPDATE cron_runs SET finished_at = now(), result = CAST(:result AS jsonb) WHERE function = :name"


class Cron:
    """One cron function.

    Args:
        name: its name in the registry.
        job: does the work and returns counts for the log; it must be safe to run twice at once.
        exclusive: whether a tick that finds another run at work does nothing.
    """

    def __init__(self, name: str, job: Callable[[], dict[str, Any]], *, exclusive: bool = True) -> None:
        self.name = name
        self._job = job
        self._exclusive = exclusive

    def entry_point(self) -> Callable[[Any], Any]:
        """Return the function for functions-framework: POST / is a tick."""
        router = Router(self.name)
        router.post("/", public=True, idempotent=False)(self._tick)
        return router.entry_point()

    def _tick(self, _request: Request) -> Reply:
        try:
            return Reply(self.run())
        except ObsidianListError:
            raise
        except Exception as error:
            # A PingSource repeats a tick after 503 and never after 500, and what failed once may do at the next try.
            log.exception("cron.failed", cron=self.name)
            raise Unavailable("The run failed; the tick is worth another try.") from error

    def run(self) -> dict[str, Any]:
        """Run the job once and return its counts, or ``{"skipped": True}`` while another run is at work."""
        from sqlalchemy import text

        from shared.db.ambient import joined
        from shared.db.engine import transaction

        # The lock's transaction stays open meanwhile and dies with the process; the job opens its own.
        with transaction(None) as guard:
            if self._exclusive and not guard.execute(text(_LOCK), {"name": self.name}).scalar_one():
                return {"skipped": True}
            guard.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            token = joined.set(None)
            try:
                with transaction(None) as connection:
                    connection.execute(text(_STARTED), {"name": self.name})
                result = self._job()
                with transaction(None) as connection:
                    connection.execute(
                        text(_FINISHED), {"name": self.name, "result": orjson.dumps(result, default=str).decode()}
                    )
            finally:
                joined.reset(token)
        metrics.CRON_LAST_TICK.set(self.name, value=clock.epoch_seconds())
        if any(result.values()):
            log.info("cron.done", cron=self.name, **result)
        return result
