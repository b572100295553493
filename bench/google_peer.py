"""Google's own client, google-api-python-client, as most programs use it: an insert for each event."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from google.oauth2.credentials import Credentials
from googleapiclient import discovery
from googleapiclient.discovery_cache import get_static_doc


def insert_all(url: str, token: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    """One after the other, over a connection that is kept; ``url`` is the origin, with a slash."""
    document = {**json.loads(get_static_doc("calendar", "v3")), "rootUrl": url}
    with discovery.build_from_document(document, credentials=Credentials(token)) as client:  # type: ignore[no-untyped-call]
        for body in bodies:
            client.events().insert(calendarId="primary", sendUpdates="none", body=body).execute()
