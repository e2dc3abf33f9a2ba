"""A ZIP of photos from outside: looked through by its directory, then read in bounds.

Nothing is unpacked to a disk and no name in it becomes a path. What the directory says
is settled before one byte of a file is read.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.services.photos.pictures import LARGEST_FILE

# What a ZIP can hold without its extension for more; 10,000 candidate numbers exist.
LARGEST_ARCHIVE = 4 * 1024**3 - 1
MOST_FILES = 10_000
MOST_UNPACKED = 4 * 1024**3
# Pictures are compressed already; a bomb has a thousand times its size.
RATIO = 50
# The directory of so many files has some 100 bytes for each. Python would read one of
# any size at once.
LARGEST_READ = 2 * 1024**2
CHUNK = 64 * 1024

_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# What Python's zipfile raises on bytes that are no good archive.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)


@contextmanager
def opened(stream: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open an archive; Refused when it is none, or larger than one can honestly be."""
    size = stream.seek(0, io.SEEK_END)
    if size > LARGEST_ARCHIVE:
        raise Refused(_l("This archive is larger than %(n)s GB.", n=4))
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(_Bounded(stream))  # type: ignore[arg-type]
    except BROKEN as problem:
        raise Refused(_l("This is not a ZIP archive, or a broken one.")) from problem
    with archive:
        files = archive.infolist()
        if not files:
            raise Refused(_l("This archive is empty."))
        if len(files) > MOST_FILES:
            raise Refused(_l("This archive has more than %(n)s files.", n=MOST_FILES))
        if sum(file.file_size for file in files) > MOST_UNPACKED:
            raise Refused(_l("Unpacked, this archive is larger than %(n)s GB.", n=4))
        if sum(file.compress_size for file in files) > size:
            raise Refused(_l("Files in this archive lie over each other."))
        yield archive


def wrong(file: zipfile.ZipInfo) -> Any:
    """Return what the directory says that is wrong with a file, or None."""
    if file.flag_bits & _ENCRYPTED:
        return _l("This file is encrypted.")
    mode = file.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or file.is_dir():
        return _l("This is not a file but a folder or a link.")
    if file.compress_type not in _KINDS:
        return _l("This file is compressed in a way that we do not read.")
    if file.file_size > LARGEST_FILE:
        return _l("This file is larger than %(n)s MB.", n=LARGEST_FILE >> 20)
    if file.file_size > RATIO * max(file.compress_size, CHUNK):
        return _l("This file unpacks to far more than a picture does.")
    return None


def content(archive: zipfile.ZipFile, file: zipfile.ZipInfo) -> bytes:
    """Return a file that `wrong` finds nothing about; Refused when it is damaged."""
    parts, length = [], 0
    try:
        with archive.open(file) as member:
            while part := member.read(CHUNK):
                length += len(part)
                if length > LARGEST_FILE:
                    raise ValueError("longer than its directory says")
                parts.append(part)
    except BROKEN as problem:
        raise Refused(_l("This file is damaged.")) from problem
    return b"".join(parts)


class _Bounded(io.RawIOBase):
    """A file that refuses to be read in pieces larger than an honest archive has."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if size > LARGEST_READ:
            raise ValueError("too much at once")
        read = self._stream.read(LARGEST_READ + 1 if size < 0 else size)
        if len(read) > LARGEST_READ:
            raise ValueError("too much at once")
        return read

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
