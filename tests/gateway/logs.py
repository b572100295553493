"""Logging that is set up for a test, and as it was before afterwards."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

CHANGED = (
    "",
    "uvicorn",
    "uvicorn.access",
    "uvicorn.error",
    "dramatiq",
    "tortoise",
    "strawberry",
    "opentelemetry",
)


@contextmanager
def logging_as_before() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in CHANGED]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    raises, kind = logging.raiseExceptions, logging.getLoggerClass()
    try:
        yield
    finally:
        for logger, handlers, level, propagate in before:
            logger.handlers[:] = handlers
            logger.setLevel(level)
            logger.propagate = propagate
        logging.raiseExceptions = raises
        logging.setLoggerClass(kind)
        structlog.reset_defaults()
