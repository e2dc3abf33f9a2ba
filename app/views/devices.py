"""What a browser calls itself, as far as its owner would recognise it."""

from flask_babel import gettext as _


def device(browser: str) -> str:
    """Return the names of a browser's program and machine."""
    known = [
        next((name for sign, name in signs if sign in browser), None)
        for signs in (_PROGRAMS, _MACHINES)
    ]
    return ", ".join(name for name in known if name) or _("Unknown browser")


# The first sign that is found decides: most browsers also name the ones they imitate.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
