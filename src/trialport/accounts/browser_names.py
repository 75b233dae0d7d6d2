"""What people call a browser, from what it calls itself."""

import re

# The first that fits: most browsers also claim to be the older ones further down.
_BROWSERS = (
    (re.compile(r"\bEdgA?/"), "Edge"),
    (re.compile(r"\bOPR/"), "Opera"),
    (re.compile(r"\bSamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"\b(?:Firefox|FxiOS)/"), "Firefox"),
    (re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS)/"), "Chrome"),
    (re.compile(r"\bVersion/[\d.]+ .*Safari/"), "Safari"),
)
_SYSTEMS = (
    (re.compile(r"\biPhone\b"), "iPhone"),
    (re.compile(r"\biPad\b"), "iPad"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\bMacintosh\b"), "Mac"),
    (re.compile(r"\bCrOS\b"), "ChromeOS"),
    (re.compile(r"\bLinux\b"), "Linux"),
)
_LONGEST = 40


def browser_name(user_agent: str) -> str:
    """Return a short name such as `Firefox, Windows`; the beginning of the text itself when no browser is known in it.

    The text comes from the browser and may claim anything: it helps to know one's own sessions apart, no more.
    """
    found = next((name for pattern, name in _BROWSERS if pattern.search(user_agent)), None)
    if found is None:
        return user_agent[:_LONGEST]
    system = next((name for pattern, name in _SYSTEMS if pattern.search(user_agent)), None)
    return f"{found}, {system}" if system else found
