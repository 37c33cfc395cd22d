"""Command lines of ours, read as Airflow reads them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from airflow_provider_workfront.cli import get_workfront_cli_commands


def parsed(*words: str) -> Namespace:
    """Read a command line as Airflow's parser does."""
    (group,) = get_workfront_cli_commands()
    parser = ArgumentParser()
    commands = parser.add_subparsers()
    for command in group.subcommands:
        sub = commands.add_parser(command.name)
        sub.set_defaults(func=command.func)
        for arg in command.args:
            arg.add_to_parser(sub)
    return parser.parse_args(words)
