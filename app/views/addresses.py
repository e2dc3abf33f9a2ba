"""Where a visitor may be sent back to: only to a page of this site."""

from urllib.parse import urlsplit

LONGEST = 2000


def safe_local(path: str | None) -> str | None:
    """Return a path of this site as it came, or None for anything that leads away.

    Browsers read `//host`, `/\\host` and addresses with tabs or line ends in them as
    other sites, so all of these are turned down rather than repaired.
    """
    if not path or len(path) > LONGEST:
        return None
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return None
    if any(ord(character) <= 32 or ord(character) == 127 for character in path):
        return None
    try:
        parts = urlsplit(path)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else path
