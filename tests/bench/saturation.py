"""Throughput and latency at 100 keep-alive connections: our function, the plan's stack, hello, and PostgreSQL alone.

Our functions run as the platform hosts them, the other servers with as many workers. Variants of one operation run in turn within
each round; the median round counts.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knative.local.ports import free_port
from tests.bench import pgbench
from tests.bench.figures import Figure, median
from tests.bench.load import GENERATOR, Call, Load, saturate
from tests.bench.programs import first_answer, program
from tests.bench.settings import BENCH_PYTHON, HERE, ROUNDS, SECONDS, THREADS, USERS, WORKERS
from tests.bench.stage import COMMON, RARER, Stage, user_id
from tests.support.environment import function_environment

_GOALS = {  # × pgbench, × FastAPI stack: (firm, edge)
    "list": ((0.30, 0.55), (2.5, 5.0)),
    "search": ((0.50, 0.75), (2.5, 3.7)),
    # Last: it leaves every user hundreds of tasks more, of words that the search looks for.
    "create": ((0.30, 0.50), (2.0, 3.5)),
}


def saturation(stage: Stage) -> list[Figure]:
    """Measure and return the ratios."""
    sys.stderr.write(
        f"bench: load generator: {GENERATOR}; pgbench: {pgbench.PGBENCH or 'not installed, column skipped'}\n"
    )
    loads = calls(stage)
    scripts = _scripts(stage)
    figures = []
    with our_server(stage) as ours, _hello(stage) as hello, _fastapi(stage) as fastapi:
        for operation, (of_pgbench, of_fastapi) in _GOALS.items():
            runs: dict[str, list[Load]] = {"ours": [], "fastapi": [], "hello": []}
            limits: list[float] = []
            for port in (ours, fastapi):
                if port:
                    saturate(port, loads[operation], 1, stage.directory)  # warm
            for _ in range(ROUNDS):
                runs["ours"].append(saturate(ours, loads[operation], SECONDS, stage.directory))
                limit = pgbench.transactions_per_second(stage, scripts[operation], SECONDS / 2)
                limits += [limit] if limit else []
                if fastapi:
                    runs["fastapi"].append(saturate(fastapi, loads[operation], SECONDS, stage.directory))
                runs["hello"].append(saturate(hello, [Call("GET", "/", "none")], SECONDS / 2, stage.directory))
            rate = {name: median(run.per_second for run in found) for name, found in runs.items() if found}
            late = {name: median(run.p95 for run in found) for name, found in runs.items() if found}
            limit = median(limits) if limits else None
            mine = f"{rate['ours']:.0f}/s p95 {late['ours']:.0f} ms"
            figures += [
                _ratio(f"{operation} × pgbench", rate["ours"], limit, of_pgbench, mine, "pgbench is not installed"),
                _ratio(f"{operation} × FastAPI + SQLModel", rate["ours"], rate.get("fastapi"), of_fastapi,
                       f"{rate.get('fastapi', 0):.0f}/s p95 {late.get('fastapi', 0):.0f} ms", "make bench-setup first"),
                Figure(f"{operation} × hello", rate["ours"] / rate["hello"], note=f"hello {rate['hello']:.0f}/s"),
            ]  # fmt: skip
            if operation == "list" and pgbench.PGBENCH:
                built = pgbench.transactions_per_second(stage, scripts["list as JSON"], SECONDS / 2)
                figures.append(
                    Figure("list × pgbench with our statement", rate["ours"] / (built or 1), note=f"{built:.0f}/s")
                )
    return figures


def calls(stage: Stage) -> dict[str, list[Call]]:
    """Return what each operation's load sends: every user in turn."""
    tokens = [stage.token(number) for number in range(1, USERS)]
    words = [f"{COMMON[n % len(COMMON)]} {RARER[n % len(RARER)]}" for n in range(len(tokens))]
    return {
        "list": [Call("GET", "/api/tasks?limit=50", token) for token in tokens],
        "search": [
            Call("GET", f"/api/tasks?limit=20&q={word.replace(' ', '+')}", token)
            for token, word in zip(tokens, words, strict=True)
        ],
        "create": [
            Call("POST", "/api/tasks", token, f'{{"title": "Call the {word} about the plan", "priority": "high"}}')
            for token, word in zip(tokens, words, strict=True)
        ],
    }


def _scripts(stage: Stage) -> dict[str, str]:
    """Return pgbench's scripts: our own statements, caught on their way to the database."""
    from shared.services import task_creation, task_lists, task_writes
    from shared.services.actor import Actor
    from shared.services.task_documents import TaskCreate

    caught: list[tuple[str, list[Any]]] = []

    def catch(sql: str, values: Any = (), **_options: Any) -> None:
        caught.append((sql, list(values)))

    from shared.domain.filters import TaskFilter

    with function_environment(stage.environment("app")) as patch:
        patch.setattr(task_lists, "fetch_json", catch)
        patch.setattr(task_writes, "fetch_json", catch)
        patch.setattr(task_creation, "publish_soon", lambda _ids: None)
        me = user_id(1)
        task_lists.list_tasks(me, task_lists.TaskQuestion(TaskFilter()))
        found = TaskFilter(text=f"{COMMON[3]} {RARER[3]}")
        task_lists.list_tasks(me, task_lists.TaskQuestion(found, "relevance", limit=20))
        task_creation.create_task(
            Actor(me, "api"),
            TaskCreate.model_validate({"title": "Call the dentist about the plan", "priority": "high"}),
        )
    listed, searched, (create, values) = caught
    fresh = create.replace("$17", "gen_random_uuid()").replace("VALUES ($1,", "VALUES (gen_random_uuid(),")
    return {
        "list": pgbench.plain_script(),
        "list as JSON": pgbench.script_of(*listed),
        "search": pgbench.script_of(*searched),
        "create": pgbench.script_of(fresh, values),
    }


def _ratio(what: str, mine: float, other: float | None, goals: tuple[float, float], note: str, missing: str) -> Figure:
    firm, edge = goals
    value = mine / other if other else None
    return Figure(what, value, firm=firm, edge=edge, higher_is_better=True, note=note if other else missing)


@contextlib.contextmanager
def our_server(stage: Stage) -> Iterator[int]:
    """Run our functions as the platform hosts them; yields the port."""
    port, log = free_port(), stage.directory / "ours.log"
    environment = {
        **stage.environment("app"), "BIND": f"127.0.0.1:{port}", "WORKERS": str(WORKERS), "THREADS": str(THREADS),
        "SYSTEM_PORT": str(free_port()), "LOG_LEVEL": "INFO",
    }  # fmt: skip
    with program([sys.executable, "-m", "knative.local.server", "web"], environment, log) as process:
        first_answer(port, "/healthz", {}, process, log)
        yield port


@contextlib.contextmanager
def _hello(stage: Stage) -> Iterator[int]:
    port, log = free_port(), stage.directory / "hello.log"
    command = [
        str(Path(sys.executable).parent / "functions-framework"),
        "--source",
        str(HERE / "hello" / "main.py"),
        "--target",
        "hello",
    ]
    environment = {"PORT": str(port), "WORKERS": str(WORKERS), "THREADS": str(THREADS)}
    with program(command, environment, log) as process:
        first_answer(port, "/", {}, process, log)
        yield port


@contextlib.contextmanager
def _fastapi(stage: Stage) -> Iterator[int]:
    """Run the plan's stack; yields 0 where its environment was not made."""
    if not BENCH_PYTHON.exists():
        yield 0
        return
    port, log = free_port(), stage.directory / "fastapi.log"
    command = [str(BENCH_PYTHON), "-m", "uvicorn", "tests.bench.fastapi_stack.main:app", "--port", str(port),
               "--workers", str(WORKERS), "--no-access-log", "--log-level", "warning"]  # fmt: skip
    with program(command, stage.environment("app"), log) as process:
        first_answer(port, "/healthz", {}, process, log)
        yield port
