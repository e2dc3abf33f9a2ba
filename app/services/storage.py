"""Files beside the database: photos, whole or not at all, under names of nobody.

They lie in a folder or wherever else fsspec reaches, never below what the web server
hands out; a view reads them for somebody who may see them.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import fsspec
from flask import current_app
from fsspec.implementations.local import LocalFileSystem

from app.errors import NotFound, Refused

# A folder for the kind of file, and a random reference: no name can lead elsewhere.
_NAME = re.compile(r"[a-z]{1,20}/[A-Za-z0-9_-]{20,40}\.[a-z]{3,4}", re.ASCII)
# What a file is called until it is whole.
_PART = ".part"
# Bytes of a large file in memory at a time.
PIECE = 64 * 1024


def write(name: str, content: bytes) -> None:
    """Keep a file under a name; it is there whole, or not at all.

    It is written beside its place and moved there, which a folder does at once and an
    object store by a copy of its own.
    """
    files, path = _place(name)
    part = f"{path}.{secrets.token_hex(8)}{_PART}"
    files.makedirs(path.rpartition("/")[0], exist_ok=True)
    try:
        with files.open(part, "wb") as file:
            file.write(content)
        if isinstance(files, LocalFileSystem):
            # Only the service itself may read the faces of people.
            Path(part).chmod(0o600)
        files.mv(part, path)
    except BaseException:
        with suppress(Exception):
            files.rm_file(part)
        raise


def read(name: str) -> bytes:
    """Return the content of a file; NotFound, and a line in the log, if it is gone."""
    files, path = _place(name)
    try:
        return bytes(files.cat_file(path))
    except FileNotFoundError:
        current_app.logger.error("storage: %s is missing", name)
        raise NotFound("This file is missing.") from None


@contextmanager
def writing(name: str) -> Iterator[BinaryIO]:
    """Open a new file to be written bit by bit; what goes wrong leaves none behind.

    No file waits beside its place: where moving is a copy, one of a hundred megabytes
    would travel twice. The name must be new, and known to nobody before the block ends.
    """
    files, path = _place(name)
    files.makedirs(path.rpartition("/")[0], exist_ok=True)
    try:
        with files.open(path, "wb") as file:
            if isinstance(files, LocalFileSystem):
                Path(path).chmod(0o600)
            yield file
    except BaseException:
        with suppress(Exception):
            files.rm_file(path)
        raise


class Pieces:
    """A file that is read piece by piece, and closed by whoever asked for it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.file.read(PIECE):
            yield piece

    def close(self) -> None:
        """Close the file, read to its end or not."""
        self.file.close()


def opened(name: str) -> tuple[Pieces, int]:
    """Return a file piece by piece, and its size; NotFound if it is gone."""
    files, path = _place(name)
    try:
        file = files.open(path, "rb")
    except FileNotFoundError:
        current_app.logger.error("storage: %s is missing", name)
        raise NotFound("This file is missing.") from None
    return Pieces(file), int(files.size(path))


def size(name: str) -> int:
    """Return how many bytes a file has."""
    files, path = _place(name)
    return int(files.size(path))


def exists(name: str) -> bool:
    """Tell whether a file is kept under this name."""
    files, path = _place(name)
    return bool(files.exists(path))


def delete(name: str) -> bool:
    """Delete a file; return whether there was one."""
    files, path = _place(name)
    try:
        files.rm_file(path)
    except FileNotFoundError:
        return False
    return True


def kept(folder: str) -> Iterator[tuple[str, datetime | None]]:
    """Yield the name of each file in a folder, and when it was written if known.

    What was left half written by a process that died is among them.
    """
    files, root = _root()
    try:
        rows = files.ls(f"{root}/{folder}", detail=True)
    except FileNotFoundError:
        return
    for row in rows:
        if row["type"] == "file":
            name = str(row["name"]).replace("\\", "/").rpartition("/")[2]
            yield f"{folder}/{name}", _written(row)


def sweep(name: str) -> None:
    """Delete what `kept` named, also where it is half a file or none of ours."""
    files, root = _root()
    with suppress(FileNotFoundError):
        files.rm_file(f"{root}/{name}")


def check() -> str:
    """Write, read and delete a file; return where, or refuse with what is wrong."""
    url = current_app.config["ESITO_STORAGE_URL"]
    where = address(url)
    if urlsplit(url).scheme == "memory":
        raise Refused(f"{where}: what is kept in memory is gone with the process")
    name, content = f"doctor/{secrets.token_urlsafe(16)}.txt", secrets.token_bytes(16)
    try:
        write(name, content)
        held = read(name)
        delete(name)
    except OSError as problem:
        raise Refused(f"{where}: {problem.strerror or problem}") from problem
    except (ValueError, ImportError, Refused) as problem:
        raise Refused(f"{where}: {problem}") from problem
    if held != content:
        raise Refused(f"{where}: a file came back other than it was written")
    return f"{where} can be written and read"


def address(url: str) -> str:
    """Return a storage address without the user and the password in it."""
    head, found, rest = url.partition("://")
    return f"{head}://{rest.rpartition('@')[2]}" if found else url


def _place(name: str) -> tuple[Any, str]:
    if not _NAME.fullmatch(name):
        raise ValueError("not a name of a stored file")
    files, root = _root()
    return files, f"{root}/{name}"


def _root() -> tuple[Any, str]:
    return _opened(current_app.config["ESITO_STORAGE_URL"])


@cache
def _opened(url: str) -> tuple[Any, str]:
    # Without its memory of listings: other processes write beside this one.
    files, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    return files, str(root).rstrip("/")


def _written(row: dict[str, Any]) -> datetime | None:
    """Return when a file was written, however its file system says so."""
    for key in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = row.get(key)
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None
