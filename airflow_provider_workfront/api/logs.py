"""Loggers of this package: what others wrote, such as a name or a label in Workfront, forges no line of a log."""

from __future__ import annotations

import logging

from airflow_provider_workfront.api.errors import printable


class PrintableArguments(logging.Filter):
    """Escape control characters in the texts that a message is filled with; the message itself is ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let each record pass, its texts escaped; what is no text, such as an error, writes itself."""
        if isinstance(record.args, tuple):
            record.args = tuple(printable(each) if type(each) is str else each for each in record.args)
        return True


_PRINTABLE = PrintableArguments()


class Lines(str):
    """Several lines that are escaped already, one by one: they are logged as they are."""

    __slots__ = ()


def get_logger(name: str) -> logging.Logger:
    """Return the logger of this name, whose texts are escaped.

    :param name: as for `logging.getLogger`
    """
    logger = logging.getLogger(name)
    logger.addFilter(_PRINTABLE)
    return logger
