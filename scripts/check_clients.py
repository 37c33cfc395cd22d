"""Run three public Workfront clients, unchanged, against a simulator; `make test-clients` installs them.

Ends with 1 if a method fails that is not listed in EXPECTED with the reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from airflow_provider_workfront.simulator import Options, Simulator, running

HERE = Path(__file__).parent / "clients"
GONE = "login with a name and a password is gone"
EXPECTED = {
    ("workfront-api", "login"): GONE,
    ("workfront-api", "uploadFileContent"): "under Node 20 it does not send multipart/form-data",
    ("python-workfront", "Session.login"): GONE,
    ("workfrontapi-plus", "login"): GONE,
    ("workfrontapi-plus", "share_obj contribute"): "it sends coreAction CREATE, which no version has",
    ("workfrontapi-plus", "make_update_as_user"): GONE,
}


def main(folder: Path) -> int:
    """Try each client with a simulator of its own, and print what it could do."""
    failed = 0
    commands = {
        "workfront-api": ["node", str(HERE / "javascript.cjs")],
        "python-workfront": [str(folder / "venv/bin/python"), str(HERE / "python_clients.py"), "python-workfront"],
        "workfrontapi-plus": [str(folder / "venv/bin/python"), str(HERE / "python_clients.py"), "workfrontapi-plus"],
    }
    for client, command in commands.items():
        found = _tried(command, {**os.environ, "NODE_PATH": str(folder / "node_modules")})
        good = sum(outcome == "ok" for outcome in found.values())
        print(f"{client}: {good} of {len(found)} methods")
        for method, outcome in found.items():
            if outcome != "ok":
                reason = EXPECTED.get((client, method))
                failed += reason is None
                print(f"  {'expected' if reason else 'FAILED  '} {method}: {reason or outcome}")
    return 1 if failed else 0


def _tried(command: list[str], environment: dict[str, str]) -> dict[str, str]:
    simulator = Simulator(Options(repeated_lists=True))
    admin = simulator.world.admin_id
    with running(simulator) as server:
        arguments = [server.url, simulator.sessions.open(admin), simulator.world.objects("USER")[admin]["username"]]
        command = [*command, *arguments]
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
