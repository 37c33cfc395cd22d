"""A command of Airflow's command line on a thread of this process: the same parser and functions, no new Python."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Command:
    """Looks like a `Popen` with pipes, as far as the tests need it."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.returncode: int | None = None
        (self._in, stdin), (stdout, self._out), (stderr, self._err) = (os.pipe() for _ in range(3))
        self.stdin, self.stdout, self.stderr = os.fdopen(stdin, "w"), os.fdopen(stdout), os.fdopen(stderr)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def communicate(self, text: str = "", timeout: float = 60) -> tuple[str, str]:
        """Write, wait for the end, and return what was printed to both streams."""
        with self.stdin:
            self.stdin.write(text)
        self._thread.join(timeout)
        assert not self._thread.is_alive(), f"{self.arguments} did not end within {timeout} s"
        with self.stdout, self.stderr:
            return self.stdout.read(), self.stderr.read()

    def _run(self) -> None:
        from airflow.cli.cli_parser import get_parser

        before = sys.stdin
        with os.fdopen(self._in) as stdin, os.fdopen(self._out, "w") as out, os.fdopen(self._err, "w") as err:
            sys.stdin = stdin
            try:
                with redirect_stdout(out), redirect_stderr(err):
                    parsed = get_parser().parse_args(list(self.arguments))
                    parsed.func(parsed)
                self.returncode = 0
            except SystemExit as ended:  # as Python does at the end of a process
                self.returncode = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
                if isinstance(ended.code, str):
                    err.write(f"{ended.code}\n")
            finally:
                sys.stdin = before


@contextmanager
def command(*arguments: str) -> Iterator[Command]:
    """Run `airflow workfront ...`; its end is waited for."""
    made = Command("workfront", *arguments)
    try:
        yield made
    finally:
        if not made.stdin.closed:
            made.communicate()
