"""What of a content a calendar server keeps: equal here means equal to this provider."""

from dataclasses import replace

from metonic_apple.contentlines import clean
from metonic_apple.reading import inherited
from metonic_core.model.content import Content, Group, ordered
from metonic_core.model.series import Override
from metonic_core.model.when import is_same_span


def likeness(group: Group, content: Content) -> object:
    """The group's value without what servers normalise: line ends, and white space before them."""
    plain = replace(
        content,
        title=_plain(content.title),
        location=_plain(content.location),
        notes=_plain(content.notes),
    )
    return replace(plain, overrides=ordered(_override(o, plain) for o in content.overrides)).get(group)


def _plain(text: str) -> str:
    return "\n".join(part.rstrip() for part in clean(text).rstrip().split("\n"))


def _override(override: Override, series: Content) -> Override:
    """Only what really differs from the series; a cancelled occurrence has nothing besides."""
    if override.is_cancelled:
        return Override(override.slot, is_cancelled=True)
    when = override.when
    is_usual = (
        when is None
        or type(when) is not type(series.when)
        or is_same_span(when, inherited(series.when, override.slot))
    )
    return Override(
        override.slot,
        when=None if is_usual else when,
        title=_differing(override.title, series.title),
        location=_differing(override.location, series.location),
    )


def _differing(text: str | None, usual: str) -> str | None:
    return None if text is None or _plain(text) == usual else _plain(text)
