"""Where the bytes come from, and opening them any number of times, in any process."""

from __future__ import annotations

import ctypes
import hashlib
import io
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .errors import NotAVideoError, VideoError

if TYPE_CHECKING:
    from av.container import InputContainer

#: Demuxers that follow references to other files or addresses, or that take any text for a picture.
_REFUSED = frozenset(
    (
        "adf",
        "bin",
        "concat",
        "dash",
        "hls",
        "ffmetadata",
        "idf",
        "image2",
        "image2pipe",
        "imf",
        "lavfi",
        "rtp",
        "rtsp",
        "sap",
        "sdp",
        "sbg",
        "tedcaptions",
        "tmv",
        "txd",
        "tty",
        "vapoursynth",
        "xbin",
    )
)
_FINGERPRINT_BYTES = 1 << 16


def av_module() -> Any:
    """PyAV, or how to get it."""
    try:
        import av
    except ImportError as error:
        raise ImportError("video needs PyAV: pip install 'scitorch[vision]'") from error
    return av


class Source:
    """A path, bytes or a seekable binary file; each `open` is independent of all others."""

    def __init__(self, origin: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO) -> None:
        self._path: str | None = None
        self._bytes: bytes | None = None
        self._file: Any = None
        self._lock = threading.Lock()
        if isinstance(origin, (str, os.PathLike)):
            path = Path(origin)
            if not path.exists():
                raise FileNotFoundError(f"no such file: {path}")
            if not path.is_file():
                raise NotAVideoError(f"{path} is not a regular file")
            self._path = str(path)
        elif isinstance(origin, (bytes, bytearray, memoryview)):
            self._bytes = bytes(origin)
        elif hasattr(origin, "read") and hasattr(origin, "seek"):
            if not getattr(origin, "seekable", lambda: True)():
                raise ValueError("the file object cannot seek; read it and pass its bytes")
            if isinstance(origin, io.TextIOBase):
                raise TypeError("the file is open as text; open it with mode 'rb'")
            self._file = origin
        else:
            raise TypeError(f"a path, bytes or a binary file object is needed, not {type(origin).__name__}")
        self.size = self._measure()
        if self.size == 0:
            raise NotAVideoError(f"{self.name} is empty")

    @property
    def name(self) -> str:
        """How errors call it."""
        if self._path is not None:
            return self._path
        return "the given bytes" if self._bytes is not None else str(getattr(self._file, "name", "the given file"))

    @property
    def path(self) -> str | None:
        """The path, if it is one."""
        return self._path

    def read_all(self) -> bytes:
        """Everything, in memory."""
        return self._bytes if self._bytes is not None else bytes(self._reader().read())

    def open(self, **options: Any) -> InputContainer:
        """Open anew, from the start, at a file position of its own."""
        av = av_module()
        handle: Any = self._path if self._path is not None else self._reader()
        # a leading "file:" keeps names with a colon from being read as the name of a protocol
        address = f"file:{os.path.abspath(handle)}" if isinstance(handle, str) else handle
        try:
            container: InputContainer = av.open(
                address, "r", container_options={"format_whitelist": _allowed()}, metadata_errors="replace", **options
            )
        except (av.error.FFmpegError, ValueError) as error:
            raise NotAVideoError(
                f"{self.name} cannot be read as a video: {getattr(error, 'strerror', None) or error}"
            ) from error
        return container

    def fingerprint(self) -> str:
        """Size and a digest of both ends: enough to refuse an index that belongs to another file."""
        reader = self._reader() if self._path is None else open(self._path, "rb")  # noqa: SIM115
        try:
            digest = hashlib.sha256(reader.read(_FINGERPRINT_BYTES))
            reader.seek(max(0, self.size - _FINGERPRINT_BYTES))
            digest.update(reader.read(_FINGERPRINT_BYTES))
        finally:
            if self._path is not None:
                reader.close()
        return f"{self.size}-{digest.hexdigest()[:32]}"

    def _measure(self) -> int:
        if self._path is not None:
            return os.stat(self._path).st_size
        if self._bytes is not None:
            return len(self._bytes)
        position = self._file.tell()
        end = int(self._file.seek(0, os.SEEK_END))
        self._file.seek(position)
        return end

    def _reader(self) -> Any:
        return io.BytesIO(self._bytes) if self._bytes is not None else _OwnPosition(self._file, self._lock, self.size)

    def __getstate__(self) -> dict[str, Any]:
        if self._file is not None:
            raise VideoError("a video on an open file object cannot be sent to another process; give its path or bytes")
        return {"path": self._path, "bytes": self._bytes, "size": self.size}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._path, self._bytes, self.size = state["path"], state["bytes"], state["size"]
        self._file, self._lock = None, threading.Lock()


class _OwnPosition:
    """Reads a shared file at a position of its own; a plain file without moving the position that forks share."""

    def __init__(self, file: Any, lock: threading.Lock, size: int) -> None:
        self._file, self._lock, self._size, self._position = file, lock, size, 0
        raw = getattr(file, "raw", file)
        self._descriptor = raw.fileno() if isinstance(raw, io.FileIO) and hasattr(os, "pread") else None

    def read(self, count: int = -1) -> bytes:
        count = self._size - self._position if count < 0 else count
        if self._descriptor is not None:
            found = os.pread(self._descriptor, count, self._position)
        else:
            with self._lock:
                self._file.seek(self._position)
                found = self._file.read(count)
        self._position += len(found)
        return found

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._position = max(0, offset + {0: 0, 1: self._position, 2: self._size}[whence])
        return self._position

    def tell(self) -> int:
        return self._position

    def seekable(self) -> bool:
        return True


def leave_to_parent(container: object) -> None:
    """Never free what a forked child inherited: its decoding threads live in the parent, joining them would hang."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(container))


def _allowed() -> str:
    names = {part for name in av_module().formats_available for part in name.split(",")}
    return ",".join(sorted(names - _REFUSED))
