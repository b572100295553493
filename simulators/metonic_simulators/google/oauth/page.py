"""The consent page: a plain form, for people and for tests."""

from html import escape

from metonic_simulators.google.oauth.consent import ALWAYS, Request
from metonic_simulators.google.people import User

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
{content}
</body></html>
"""
_FORM = """<form method="post" action="consent">
<input type="hidden" name="request" value="{key}">
<fieldset><legend>Account</legend>
{users}
</fieldset>
<fieldset><legend>What it may do</legend>
{scopes}
</fieldset>
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny">Deny</button>
</form>"""


def consent(key: str, request: Request, users: list[User], chosen: User | None) -> str:
    """``key`` names the request to which the form answers."""
    first = chosen or users[0]
    content = _FORM.format(
        key=escape(key),
        users="\n".join(_user(one, is_chosen=one is first) for one in users),
        scopes="\n".join(_scope(one) for one in request.scopes),
    )
    return _PAGE.format(title="A stand-in for Google: sign in", content=content)


def problem(code: str, message: str) -> str:
    return _PAGE.format(title=f"Error 400: {escape(code)}", content=f"<p>{escape(message)}</p>")


def _user(user: User, *, is_chosen: bool) -> str:
    mark = " checked" if is_chosen else ""
    return (
        f'<label><input type="radio" name="user" value="{escape(user.email)}"{mark}> '
        f"{escape(user.name)} ({escape(user.email)})</label><br>"
    )


def _scope(scope: str) -> str:
    fixed = " disabled" if scope in ALWAYS else ""
    return (
        f'<label><input type="checkbox" name="scope" value="{escape(scope)}" checked{fixed}> '
        f"{escape(scope)}</label><br>"
    )
