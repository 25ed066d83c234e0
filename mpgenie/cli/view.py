"""Draw an episode anew from its seed and actions: from any camera, at any size.

Writes a video of all its players side by side, or, if FILE ends in .png, six moments of it.  What
the episode keeps as pictures is not needed.  Defaults stand in brackets.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

if TYPE_CHECKING:
    from mpgenie.pictures import Picture

EXAMPLES = """\
examples:
  mpgenie dataset view data 17
  mpgenie dataset view data 17 --camera third --resolution 640x360 --out big.mp4
  mpgenie dataset view data 17 --passes rgb,depth,segmentation --out moments.png
"""
MOMENTS = 6


def add_parser(commands: Any) -> None:
    """Add `view` to the commands of `mpgenie dataset`."""
    from .generate import numbers, words
    from .video_options import size

    parser = commands.add_parser(
        "view",
        help="draw an episode anew, from any camera",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="its folder")
    add("episode", metavar="EPISODE", help="its unit number, or the beginning of its content hash")
    cameras = ("ego", "third", "top")
    add("--camera", choices=cameras, default="ego", help="eyes, behind, above (ego)")
    add("--resolution", type=size, default=(240, 320), metavar="WxH", help="of each view (320x240)")
    add("--passes", type=words, default=("rgb",), metavar="A,B", help="rgb, depth, segmentation")
    add("--players", type=numbers, metavar="P", help="slots, such as 0,1 (all)")
    add("--out", type=Path, metavar="FILE", help=".mp4 or .png (out/episode-EPISODE.mp4)")
    add("--force", action="store_true", help="overwrite files that are not ours")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Play, draw and save."""
    from mpgenie import pictures
    from mpgenie.datasets.reading import open_dataset

    from .video_options import refuse_to_overwrite

    out = options.out or Path(f"out/episode-{options.episode}.mp4")
    if out.suffix not in (".mp4", ".png"):
        raise ConfigError(f"--out ends in .mp4 or .png, got {out}")
    refuse_to_overwrite(out, force=options.force)
    dataset = open_dataset(options.dataset)
    episode = dataset.load(dataset.find(options.episode)).episode()
    rows = _rows(options, episode)
    if out.suffix == ".png":
        every = max(1, (episode.length + 1) // MOMENTS)
        moments = [row for t, row in enumerate(rows) if t % every == every // 2][:MOMENTS]
        pictures.save_png(out, pictures.grid(moments, columns=1))
    else:
        with pictures.Video(out, frames_per_second=20) as video:
            for row in rows:
                video.add(row)
    header = episode.header
    print(f"{out}: {header.type}, {header.length + 1} frames of {options.camera}, {header.outcome}")
    return 0


def _rows(options: argparse.Namespace, episode: Any) -> Iterator["Picture"]:
    """One picture for each frame: the views of all players and passes side by side."""
    import numpy as np

    from mpgenie.datasets.pictures import StreamSpec
    from mpgenie.datasets.view import as_colours, render

    height, width = options.resolution
    specs = [
        StreamSpec(camera=options.camera, look=look, height=height, width=width)
        for look in options.passes
    ]
    known = len(episode.header.players)
    slots = list(range(known)) if options.players is None else list(options.players)
    if not slots or max(slots) >= known:
        raise ConfigError(f"--players are slots from 0 to {known - 1}, got {slots}")
    for drawn in render(episode, specs):
        views = [
            as_colours(frames[slot], spec.look)
            for slot in slots
            for spec, frames in zip(specs, drawn, strict=True)
        ]
        yield np.concatenate(views, axis=1)
