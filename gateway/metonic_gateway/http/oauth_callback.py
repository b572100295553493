"""Where a provider's page sends the browser back to; it only passes on what came with it.

Problem: whoever can make somebody else's browser come here would finish a sign-in in that person's name.
Solution: nothing is exchanged here. The frontend's page does it, with the token of its viewer, to whom the
state is bound (RFC 9700 4.7).
"""

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from yarl import URL

from metonic_core.spi.provider import OAuth2, Password
from metonic_gateway.accounts.oauth.authority import ADMIN_NEEDED, wants_admin
from metonic_gateway.accounts.oauth.beginning import state_id
from metonic_gateway.services import Services
from metonic_gateway.store import oauth_states

_ERROR = re.compile(r"[a-z_]{1,40}")
# The address holds the code: no cache and no page that is asked next may learn it.
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_UNKNOWN = (
    "There is no such sign-in, or it began more than ten minutes ago.\n"
    "Go back to where you came from, and begin again.\n"
)
_SEE_OTHER = 303
_BAD_REQUEST = 400


class OAuthCallback:
    """The endpoint ``/oauth/{provider}/callback``."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def answer(self, request: Request) -> Response:
        """303 to the frontend's page with ``code`` or ``error``, and ``state``; 400 where there is none."""
        state, name = request.query_params.get("state", ""), request.path_params["provider"]
        page = await oauth_states.page_of(state_id(state), name, self._services.clock())
        if page is None or page not in self._services.settings.pages:
            return PlainTextResponse(_UNKNOWN, _BAD_REQUEST, _HEADERS)
        provider = self._services.registry.providers.get(name)
        outcome = _outcome(request, provider.sign_in if provider else None)
        passed_on = URL(page, encoded=True).update_query({"state": state} | outcome)
        return RedirectResponse(str(passed_on), _SEE_OTHER, _HEADERS)


def _outcome(request: Request, sign_in: OAuth2 | Password | None) -> dict[str, str]:
    code, error = request.query_params.get("code"), request.query_params.get("error", "")
    if code:
        return {"code": code}
    description = request.query_params.get("error_description")
    if isinstance(sign_in, OAuth2) and wants_admin(sign_in, description):
        return {"error": ADMIN_NEEDED}
    return {"error": error if _ERROR.fullmatch(error) else "failed"}
