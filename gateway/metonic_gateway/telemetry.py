"""Log lines that hold no secret and no text of an event, whoever writes them.

What is known to be harmless passes, all else is withheld: a key of the list below with a plain value, a
message that is a literal of the code that logs it, an exception's type and where it came from. The libraries
beneath (uvicorn, dramatiq, tortoise, strawberry) go through the same chain.
"""

import inspect
import logging
import math
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal, TextIO
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor

from metonic_core.spi.errors import ProviderError
from metonic_gateway.settings import SettingsError
from metonic_gateway.vault import VaultError

WITHHELD = "[withheld]"

KEYS = frozenset(
    """
    event level logger timestamp exception source
    run calendar link channel account provider user appointment mapping conflict intent operation generation
    reason code kind state trigger direction phase group error reference
    count read seen created updated deleted pulled sent written held skipped failed quarantined pending
    duration delay retry_after attempt next_sync_at since until
    method path status host port scheme
    plugin distribution version job queue topic worker task table rows corrected undo
    trace_id
    """.split()  # noqa: SIM905 - sixty-odd words read better by the line
)

# What these say is, by their contract, a sentence for people without secrets and without text of an event.
_PLAIN_SPOKEN = (ProviderError, SettingsError, VaultError)
_PLAIN_TYPES = (bool, int, float, UUID, datetime, timedelta, Enum, type(None))
# Names, ids, codes, paths: event text has spaces, tokens and envelopes are long.
_NAME = re.compile(r"[\w./:@+-]{0,100}")
_MINUTE_SECONDS = 60
_PLACEHOLDER = re.compile(r"%(?:%|[-#0 +]*\d*(?:\.\d+)?[a-zA-Z])")

_WATCHED = frozenset({"/metrics", "/healthz", "/readyz"})

# What uvicorn says below a warning is that it starts and stops, and pika in many lines that a connection is
# there or not: the service says both itself.
_LIBRARIES = {
    "uvicorn": logging.NOTSET,
    "uvicorn.access": logging.NOTSET,
    "uvicorn.error": logging.WARNING,
    "dramatiq": logging.NOTSET,
    "opentelemetry": logging.WARNING,
    "pika": logging.CRITICAL,
    "strawberry": logging.NOTSET,
    "tortoise": logging.NOTSET,
}


def set_up_logging(log_format: Literal["json", "console"], level: str, stream: TextIO | None = None) -> None:
    """Send every log line of this interpreter, through the one chain, to ``stream`` (standard error)."""
    stamps: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *stamps,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    output = logging.StreamHandler(stream or sys.stderr)
    output.addFilter(_OnceAMinute("opentelemetry"))
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamps,
            processors=[_keep_what_is_harmless, _renderer(log_format, output.stream)],
            pass_foreign_args=True,
            use_get_message=False,
        )
    )
    logging.basicConfig(handlers=[output], level=level.upper(), force=True)
    # A line that cannot be written would be printed raw, with its arguments.
    logging.raiseExceptions = False
    for name, least in _LIBRARIES.items():
        _hand_over(logging.getLogger(name), least)
    logging.getLogger("uvicorn.access").addFilter(_is_no_watcher)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose events are literals (``run_finished``) and whose keys are those of ``KEYS``."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


class _OnceAMinute(logging.Filter):
    """What that library says, whatever it is: it repeats itself as long as its collector is away."""

    _said_at = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        if not super().filter(record):
            return True
        is_heard = record.created - self._said_at > _MINUTE_SECONDS
        if is_heard:
            self._said_at = record.created
        return is_heard


def _hand_over(logger: logging.Logger, level: int) -> None:
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(level)


def _is_no_watcher(record: logging.LogRecord) -> bool:
    """Whoever watches comes several times a minute, and leaves no line.

    uvicorn's own switch for that is of the whole process, and there may be two servers in it.
    """
    match record.args:
        case (_, _, str(path), _, _):
            return path not in _WATCHED
    return True


def _renderer(log_format: Literal["json", "console"], stream: TextIO) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(default=str)
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)


def _keep_what_is_harmless(_logger: object, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event.pop("_record")
    is_ours = event.pop("_from_structlog")
    arguments = event.pop("positional_args", ())
    error = _exception_of(event.pop("exc_info", None))
    event.pop("stack_info", None)
    if record.name == "uvicorn.access":
        event.update(_access(arguments))
    else:
        event["event"] = _message(event["event"], record, () if is_ours else arguments)
    if event["event"] == WITHHELD:
        event["source"] = f"{record.filename}:{record.lineno}"
    kept = {key: _harmless(key, value) for key, value in event.items()}
    return kept | ({"exception": "\n".join(_explain(error))} if error else {})


def _access(arguments: object) -> dict[str, object]:
    """The request line without the caller and the query string, which may hold codes and tokens."""
    match arguments:
        case (_, method, str(path), _, status):
            return {"event": "request", "method": method, "path": path.partition("?")[0], "status": status}
    return {"event": WITHHELD}


def _message(text: object, record: logging.LogRecord, arguments: object) -> str:
    """Problem: libraries format values into their messages, and a text does not tell where it came from.

    Solution: only a text that stands as a literal in the function that logs it passes, and of its arguments
    only numbers.
    """
    if not isinstance(text, str) or text not in _literals_of_the_caller(record):
        return WITHHELD
    values = iter(arguments if isinstance(arguments, tuple) else ())
    return _PLACEHOLDER.sub(lambda found: _filled(found.group(), values), text) if arguments else text


def _filled(placeholder: str, values: Iterator[object]) -> str:
    if placeholder == "%%":
        return "%"
    value = next(values, None)
    return str(value) if isinstance(value, int | float) else WITHHELD


def _literals_of_the_caller(record: logging.LogRecord) -> tuple[object, ...]:
    """The constants of the function that is logging, which is still running above us on the stack."""
    frame = inspect.currentframe()
    while frame is not None:
        code = frame.f_code
        if (code.co_filename, code.co_name) == (record.pathname, record.funcName):
            return code.co_consts
        frame = frame.f_back
    return ()


def _harmless(key: str, value: object) -> object:
    if key in {"event", "timestamp"}:
        return value
    if key not in KEYS:
        return WITHHELD
    if isinstance(value, BaseException):
        return type(value).__name__
    is_name = isinstance(value, str) and _NAME.fullmatch(value) is not None
    return value if is_name or isinstance(value, _PLAIN_TYPES) else WITHHELD


def _exception_of(value: object) -> BaseException | None:
    """``exc_info`` may be an exception, the triple of ``sys.exc_info()``, or true for the present one."""
    match value:
        case BaseException():
            return value
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exc_info()[1]
    return None


def _explain(error: BaseException) -> Iterator[str]:
    """Types and places of an exception and its causes; the messages of unknown types stay here.

    They quote what they fell over: an SQL statement's parameters, a line of a calendar, a URL.
    """
    text = f": {error}" if isinstance(error, _PLAIN_SPOKEN) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{text}"
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield f"  {frame.f_code.co_filename}:{line} in {frame.f_code.co_name}"
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _explain(inner)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield "caused by"
        yield from _explain(cause)
