"""What occurrences that differ only repeat of their series, as it was before somebody changed it."""

from collections.abc import Collection
from dataclasses import replace

from metonic_core.model.content import Content, ordered
from metonic_core.model.series import Override
from metonic_core.model.when import is_same_span


def without_repeated(content: Content, former: Collection[Content]) -> Content:
    """The content, in which no occurrence says by itself what its series said in a ``former`` state."""
    if not former or not content.overrides:
        return content
    return replace(content, overrides=ordered(_own(override, former) for override in content.overrides))


def _own(override: Override, former: Collection[Content]) -> Override:
    when, slot = override.when, override.slot
    is_usual = when is not None and any(
        type(one.when) is type(when) and is_same_span(when, one.when.moved_to(slot)) for one in former
    )
    return replace(
        override,
        when=None if is_usual else when,
        title=None if override.title in {one.title for one in former} else override.title,
        location=None if override.location in {one.location for one in former} else override.location,
    )
