"""A world model elsewhere: everybody's last view, turned as its camera turns.  It learns nothing.

    mpgenie evaluate checkpoints/debug --cases out/cases
    python turned_views.py out/cases out/turned
    mpgenie evaluate --compare checkpoints/debug out/turned

It knows of mpgenie nothing but those files, and needs numpy and PyAV alone: a model in another
language would do the same.  Looking around it gets right, as far as the last view reaches; whatever
comes into view, walks or is built, it cannot know.
"""

import argparse
import json
from pathlib import Path

import av
import numpy as np

FIELD_OF_VIEW = 70.0
"""Degrees from the upper edge of a view to the lower one, as the game draws by default."""
LARGE = 4
"""How many times videos are enlarged, so that what they lose matters less."""


def turned(view: np.ndarray, down: float, right: float) -> np.ndarray:
    """A view (H, W, 3) after the camera has turned by so many degrees; its edges are drawn out."""
    height, width = view.shape[:2]
    focal = 0.5 * height / np.tan(np.radians(FIELD_OF_VIEW / 2.0))
    rows, columns = (shifted(n, focal, by) for n, by in ((height, down), (width, right)))
    return view[rows[:, None], columns]


def shifted(count: int, focal: float, degrees: float) -> np.ndarray:
    """Where pixels of a row or a column were before the camera turned along it."""
    middle = 0.5 * count
    angle = np.arctan((np.arange(count) + 0.5 - middle) / focal) + np.radians(degrees)
    seen = np.clip(angle, -1.5, 1.5)  # what lies behind is drawn from the edge
    return np.clip(np.tan(seen) * focal + middle, 0, count - 1).astype(int)


def told(shown: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Frames (N, P, H, W, 3) that follow those shown (T, P, H, W, 3).

    Args:
        shown: What was seen.
        camera: (T - 1 + N, P, 2) degrees down and right of each tick, from the first frame on.
    """
    so_far = camera[len(shown) - 1 :].cumsum(0)
    return np.stack(
        [
            np.stack([turned(view, *turns) for view, turns in zip(shown[-1], now, strict=True)])
            for now in so_far
        ]
    )


def save(frames: np.ndarray, path: Path) -> None:
    """Write frames (N, H, W, 3) as a video."""
    with av.open(str(path), "w") as video:
        stream = video.add_stream("libx264", 20, options={"crf": "10"})
        stream.height, stream.width = LARGE * frames.shape[1], LARGE * frames.shape[2]
        stream.pix_fmt = "yuv420p"
        for frame in frames.repeat(LARGE, 1).repeat(LARGE, 2):
            video.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        video.mux(stream.encode())


def main() -> None:
    """Tell of all cases in a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=Path, help="that `mpgenie evaluate --cases` wrote")
    parser.add_argument("videos", type=Path, help="a new folder")
    options = parser.parse_args()
    index = (options.cases / "index.json").read_text()
    options.videos.mkdir(parents=True, exist_ok=True)
    (options.videos / "index.json").write_text(index)  # says which cases these are
    for name in json.loads(index)["cases"]:
        shown = np.load(options.cases / name / "shown.npy")
        frames = told(shown, np.load(options.cases / name / "camera.npy"))
        place = options.videos / name
        place.mkdir(parents=True, exist_ok=True)
        for player in range(frames.shape[1]):
            save(frames[:, player], place / f"player_{player}.mp4")


if __name__ == "__main__":
    main()
