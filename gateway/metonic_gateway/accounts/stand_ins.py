"""What is asked instead of a provider's own servers, in a trial.

Plugins keep the provider's true addresses, and so does everything that is checked and stored; only where a
request really goes is another place.
"""

from collections.abc import Mapping

from yarl import URL


class StandIns:
    """``origins``: by the true origin (``https://www.example.com``), the one that stands in for it."""

    def __init__(self, origins: Mapping[str, str]) -> None:
        self._origins = {_origin(URL(true)): URL(other).origin() for true, other in origins.items()}

    def of(self, url: URL) -> URL:
        """Where a request for ``url`` (absolute) goes: the same path at the stand-in, if there is one."""
        other = self._origins.get(_origin(url))
        if other is None:
            return url
        return URL.build(
            scheme=other.scheme,
            authority=other.raw_authority,
            path=url.raw_path,
            query_string=url.raw_query_string,
            encoded=True,
        )

    def introduction(self, url: URL) -> Mapping[str, str]:
        """What tells whoever stands in for ``url`` where its links have to lead (RFC 7239)."""
        if _origin(url) not in self._origins:
            return {}
        return {"Forwarded": f'host="{url.raw_authority}";proto={url.scheme}'}


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme, url.raw_host, url.port


NONE = StandIns({})
