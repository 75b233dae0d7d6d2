"""The headers that tell a browser what our answers may do.

The gateway puts them on every answer; a route that needs another value sends its own, which wins.
"""

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    # The design system draws its small signs as data addresses.
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# Nothing here asks a browser for any of these.
_SWITCHED_OFF = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")


def content_security_policy(**changed: str) -> str:
    """Return the policy, with directives changed by name, as in `form_action="'self' https://login.example.org"`.

    A browser holds the redirects that follow a form against `form-action` too, so a form that leads to another
    server must name it.
    """
    policy = _POLICY | {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


SECURITY_HEADERS = {
    "Content-Security-Policy": content_security_policy(),
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it a browser sends `Origin: null` with our own forms, and forms are held against Origin.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _SWITCHED_OFF),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
