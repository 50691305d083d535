"""What a running site takes at a moment: of its processes, its database, Redis and its folders."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from redis import Redis

from benchmarks.figures import Figures

# Of `/proc/PID/smaps_rollup` (proc(5)). What is anonymous belongs to the process alone: other programs that come
# and go change the rest.
MEMORY = {"Rss": "rss_mib", "Pss": "pss_mib", "Anonymous": "anonymous_mib"}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
CONNECTIONS = """
    SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%')
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def read_process(pid: int) -> Figures:
    """Return memory, descriptors and threads of a process. Raises OSError if it has ended."""
    process = Path(f"/proc/{pid}")
    rows = [line.split() for line in (process / "smaps_rollup").read_text().splitlines()[1:]]
    memory = {MEMORY[name[:-1]]: int(size) / 1024 for name, size, *_unit in rows if name[:-1] in MEMORY}
    return {
        **memory,
        "descriptors": len(list((process / "fd").iterdir())),
        "threads": len(list((process / "task").iterdir())),
    }


def read_objects(metrics: Path, pid: int) -> Figures:
    """Return how many blocks of memory the process's objects take, as it writes to the folder `metrics`; {} before."""
    for path in metrics.glob(f"*-{pid}.prom"):
        values = dict(line.rsplit(maxsplit=1) for line in path.read_text().splitlines())
        return {"python_blocks": float(values["galley_python_blocks"])}
    return {}


def read_children(pid: int) -> Figures:
    """Return how many processes the process has started that still run, and what they take together."""
    sums: Figures = {"processes": 0, "pss_mib": 0, "descriptors": 0}
    for child in _descendants(pid):
        try:
            taken = read_process(child)
        except OSError:
            continue
        sums = {
            "processes": sums["processes"] + 1,
            **{name: sums[name] + taken[name] for name in ("pss_mib", "descriptors")},
        }
    return sums


def read_postgresql(connection: psycopg.Connection) -> Figures:
    """Return connections to the database of `connection`, its size, and the rows of each table."""
    with connection.cursor() as cursor:
        tables = [name for (name,) in cursor.execute(TABLES).fetchall()]
        counts = SQL(", ").join(SQL("(SELECT count(*) FROM {})").format(Identifier(name)) for name in tables)
        rows = cursor.execute(SQL("SELECT {}").format(counts)).fetchone() or ()
        connected, idle = cursor.execute(CONNECTIONS).fetchone() or (0, 0)
        [size] = cursor.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    return {
        "postgresql connections": connected,
        "postgresql idle_in_transaction": idle,
        "postgresql size_mib": size / (1 << 20),
        **{f"rows {name}": count for name, count in zip(tables, rows, strict=True)},
    }


def read_redis(redis: Redis) -> Figures:
    """Return connections, keys, channels and memory of Redis."""
    info = redis.info()
    return {
        "redis connections": info["connected_clients"],
        "redis keys": redis.dbsize(),
        "redis channels": info["pubsub_channels"],
        "redis used_mib": info["used_memory"] / (1 << 20),
    }


def read_folders(folders: Mapping[str, Path]) -> Figures:
    """Return how many files lie in each of `folders`, by their names, and how large they are."""
    figures: Figures = {}
    for name, folder in folders.items():
        sizes = list(_file_sizes(folder))
        figures |= {f"{name} files": len(sizes), f"{name} size_mib": sum(sizes) / (1 << 20)}
    return figures


def _file_sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                yield path.stat().st_size
        except FileNotFoundError:
            continue


def _descendants(pid: int) -> Iterator[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from _descendants(child)
