"""Whatever the bytes are, there is a clear error or the good frames with a report."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from scitorch.vision import DamagedVideoError, NotAVideoError, Video, VideoError, VideoIndex, VideoTooLargeError

File = Callable[[str], Path]


def test_what_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("once upon a time\n" * 500)
    for bad in (tmp_path / "empty.mp4", tmp_path / "text.mp4", b"", bytes(5000), random.Random(0).randbytes(20_000)):
        with pytest.raises(NotAVideoError):
            Video(bad)
    with pytest.raises(FileNotFoundError):
        Video(tmp_path / "missing.mp4")
    with pytest.raises(NotAVideoError, match="regular file"):
        Video(tmp_path)
    with pytest.raises(TypeError, match="not int"):
        Video(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="mode 'rb'"):
        Video(io.StringIO("text"))  # type: ignore[arg-type]


def test_lists_of_other_files_are_not_followed(video_file: File, tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    address = video_file("h264.ts")
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}\n#EXT-X-ENDLIST\n")
    (tmp_path / "list.txt").write_text(f"ffconcat version 1.0\nfile {address}\n")
    for name in ("list.m3u8", "list.txt"):
        with pytest.raises(NotAVideoError):
            Video(tmp_path / name)


@pytest.mark.parametrize("name", ["h264.mp4", "h264.mkv", "h264.ts", "mpeg4.avi", "vp9.webm", "fragments.mp4"])
def test_any_beginning_of_a_file(name: str, video_file: File) -> None:
    data = video_file(name).read_bytes()
    for share in (0.02, 0.3, 0.77):
        try:
            video = Video(data[: int(share * len(data))])
        except VideoError:
            continue
        assert video[:].shape[0] == len(video) > 0


@pytest.mark.parametrize("name", ["h264.mp4", "h264.ts", "hevc.mp4", "mpeg2.ts", "ffv1.mkv", "av1.mp4"])
def test_any_damage(name: str, video_file: File) -> None:
    generator = random.Random(name)
    for _ in range(4):
        data = bytearray(video_file(name).read_bytes())
        for _ in range(20):
            data[generator.randrange(len(data))] = generator.randrange(256)
        try:
            video = Video(bytes(data))
            for number in (len(video) // 2, 0, len(video) - 1):
                with contextlib.suppress(DamagedVideoError, IndexError):
                    assert video[number].shape[0] == 3
        except VideoError:
            continue


def test_damage_is_reported(video_file: File) -> None:
    video = Video(video_file("damaged.ts"))
    report = video.report
    assert not report.sound and report.damaged and report.counted
    assert Video(video_file("h264.mp4")).report.sound


def test_sizes_are_bounded(video_file: File) -> None:
    with pytest.raises(VideoTooLargeError, match="max_pixels=100"):
        Video(video_file("h264.mp4"), max_pixels=100)


def test_an_index_of_another_file(video_file: File) -> None:
    index = Video(video_file("h264.mp4")).index
    with pytest.raises(VideoError, match="another file"):
        Video(video_file("h264.mkv"), index=index)
    data = index.to_bytes()
    for bad in (b"", data[:-9], data[:60] + b"0" + data[60:], b"x" + data):
        with pytest.raises(VideoError, match="not an index"):
            VideoIndex.from_bytes(bad)


def test_arguments(video_file: File) -> None:
    path = video_file("h264.mp4")
    for wrong in (dict(threads=0), dict(backend="other"), dict(matrix="bt1"), dict(size=(0, 4))):
        with pytest.raises(ValueError):
            Video(path, **wrong)  # type: ignore[arg-type]
    video = Video(path)
    for call in (lambda: video[50], lambda: video[-51], lambda: video.at(-1.0), lambda: video.at(99.0)):
        with pytest.raises(IndexError):
            call()
    with pytest.raises(NotAVideoError, match="no sound"):
        video.audio(0, 1)
