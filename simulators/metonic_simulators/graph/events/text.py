"""Bodies of events: kept as they were written, shown as HTML or as text.

https://learn.microsoft.com/en-us/graph/outlook-create-event-overview
"""

import re
from html import escape, unescape

from metonic_simulators.graph.mailbox import Body

_META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
_UNSAFE = re.compile(r"<(script|style|iframe|object)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_HANDLER = re.compile(r"\son\w+\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
_HEAD = re.compile(r"<head\b.*?</head\s*>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</(p|div|li|tr|h\d)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_PREVIEW = 255


def as_html(body: Body) -> str:
    """The whole page that is made of it; nothing of nothing."""
    content = str(body["content"])
    if not content:
        return ""
    if body["contentType"] == "text":
        lines = escape(content, quote=False).replace("\r\n", "\n").replace("\n", "<br>\r\n")
        inner = f'<div class="PlainText">{lines}</div>'
    else:
        inner = _HANDLER.sub("", _UNSAFE.sub("", content))
        inner = re.sub(r"</?(html|body)\b[^>]*>", "", _HEAD.sub("", inner), flags=re.IGNORECASE)
    return f"<html>\r\n<head>\r\n{_META}\r\n</head>\r\n<body>\r\n{inner.strip()}\r\n</body>\r\n</html>\r\n"


def as_text(body: Body) -> str:
    """With a line end more than was written."""
    content = str(body["content"])
    if not content:
        return ""
    if body["contentType"] == "text":
        lines = content.replace("\r\n", "\n")
    else:
        lines = _HEAD.sub("", _UNSAFE.sub("", content)).replace("\r\n", " ").replace("\n", " ")
        lines = unescape(_TAG.sub("", _BREAK.sub("\n", lines))).strip()
    return lines.replace("\n", "\r\n") + "\r\n"


def preview(body: Body) -> str:
    return as_text(body).strip()[:_PREVIEW]
