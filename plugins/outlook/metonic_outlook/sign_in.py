"""How one signs in: the Microsoft identity platform (page "OAuth 2.0 authorization code flow").

Accounts of organizations and personal ones alike, so the app has to be registered for both.
"""

from metonic_core.spi import OAuth2

HOST = "graph.microsoft.com"
_LOGIN = "https://login.microsoftonline.com"

SIGN_IN = OAuth2(
    server=f"https://{HOST}",
    authorize_url=f"{_LOGIN}/common/oauth2/v2.0/authorize",
    token_url=f"{_LOGIN}/common/oauth2/v2.0/token",
    # Without profile an id_token has no oid, without offline_access there is no refresh token.
    scopes=("offline_access", "profile", "User.Read", "Calendars.ReadWrite"),
    issuer=f"{_LOGIN}/{{tenantid}}/v2.0",
    keys_url=f"{_LOGIN}/common/discovery/v2.0/keys",
    # Who is signed in to one account would get no choice.
    parameters={"prompt": "select_account"},
    # The `sub` is another one for each app, and counts only within its tenant.
    identity=("tid", "oid"),
    # Some refresh tokens are refused without (AADSTS90023).
    names_scopes=True,
    # Consent is the administrator's, also where the app is for users that they assign to it.
    admin_errors=("AADSTS90094", "AADSTS90095", "AADSTS50105"),
    withdrawal="Take it away there: of a personal account at https://account.live.com/consent/Manage, "
    "of one of an organization at https://myapps.microsoft.com.",
)
