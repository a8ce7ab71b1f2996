"""Every frame, however it is reached, is the one that sequential decoding shows, with its time stamp."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import media
import pytest
import torch

from scitorch.vision import Video, VideoIndex

#: Real files of one long group of pictures are decoded again and again: a few jumps will do.
_JUMPS = {"bigbuckbunny.mp4": 6, "bikes.mp4": 20}

File = Callable[[str], Path]


def _digests(frames: torch.Tensor) -> list[str]:
    return [media.digest(frame.permute(1, 2, 0).contiguous().numpy()) for frame in frames]


def _check(video: Video, path: Path, jumps: int) -> None:
    expected = list(media.sequential(path))
    times, pictures = [t for t, _ in expected], [d for _, d in expected]
    assert len(video) == len(expected)
    assert _digests(video[:]) == pictures
    if None not in times:
        assert video.pts.tolist() == times
    chosen = random.Random(0).sample(range(len(video)), min(jumps, len(video)))
    for number in (0, len(video) - 1, *chosen):
        assert _digests(video[number][None]) == [pictures[number]], number
    repeated = [*chosen, *chosen[:3], len(video) - 1, 0]
    found = video.frames(repeated)
    assert _digests(found.data) == [pictures[i] for i in repeated]
    assert found.indices.tolist() == repeated
    assert found.pts.tolist() == video.pts[torch.tensor(repeated)].tolist()


@pytest.mark.parametrize("name", [*media.REAL, *media.MADE])
def test_equals_sequential_decoding(name: str, video_file: File) -> None:
    path = video_file(name)
    _check(Video(path), path, _JUMPS.get(name, 25))


@pytest.mark.parametrize("name", ["h264.mp4", "open_gop.ts", "hevc.mp4", "vp9.webm", "av1.mp4", "mpeg4.avi"])
def test_threads_change_nothing(name: str, video_file: File) -> None:
    path = video_file(name)
    _check(Video(path, threads=3), path, 12)


@pytest.mark.parametrize("name", ["h264.mp4", "open_gop.ts", "edit_list.mp4", "variable_rate.mkv", "mpeg2.mpg"])
def test_the_conformance_of_torchcodec(name: str, video_file: File) -> None:
    try:
        video = Video(video_file(name), backend="torchcodec")
    except ImportError as error:
        pytest.skip(str(error).splitlines()[0])
    _check(video, video_file(name), 12)


@pytest.mark.parametrize("name", ["h264.mp4", "mpeg4.avi", "edit_list.mp4"])
def test_every_way_in(name: str, video_file: File, tmp_path: Path) -> None:
    path = video_file(name)
    with path.open("rb") as file, path.open("rb", buffering=0) as raw:
        for video in (Video(path.read_bytes()), Video(file), Video(raw)):
            _check(video, path, 5)
    video = Video(path)
    video.index.save(tmp_path / "kept.index")
    _check(Video(path, index=VideoIndex.load(tmp_path / "kept.index")), path, 5)


def test_references_that_nobody_needs_are_left_out(video_file: File) -> None:
    video = Video(video_file("h264.mp4"))
    alone = video[9].clone()
    assert video[10].equal(video[10]) and video[9].equal(alone)
    assert video.frames([9, 3]).data[0].equal(alone)


@pytest.mark.parametrize("name", ["cut_open_gop.ts", "edit_list.mp4", "vp8_hidden.webm", "short.mkv"])
def test_most_files_need_no_decoding_to_be_indexed(name: str, video_file: File) -> None:
    assert not Video(video_file(name)).index.counted


def test_what_packets_do_not_tell_is_counted(video_file: File) -> None:
    report = Video(video_file("mpeg4.avi")).report
    assert report.counted and "no presentation times" in report.notes[0] and not report.damaged


@pytest.mark.slow
@pytest.mark.parametrize("name", media.MADE)
def test_every_single_frame_by_itself(name: str, video_file: File) -> None:
    path = video_file(name)
    # what a decoder makes up for lost data depends on all that it saw before: damage must be known beforehand
    expected, video = [d for _, d in media.sequential(path)], Video(path, verify=name in media.DAMAGED)
    order = list(range(len(expected)))
    random.Random(1).shuffle(order)
    assert all(_digests(video[i][None]) == [expected[i]] for i in order)
