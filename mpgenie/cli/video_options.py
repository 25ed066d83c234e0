"""What commands that draw a video share: options, where files go, and who draws."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpgenie.errors import ConfigError, RendererError

TICKS_PER_SECOND = 20


def size(text: str) -> tuple[int, int]:
    """Read "640x360" as (height, width), both even as video wants them."""
    width, x, height = text.partition("x")
    if not (x and width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write it like 640x360")
    if not all(32 <= int(edge) <= 1920 and int(edge) % 2 == 0 for edge in (width, height)):
        raise argparse.ArgumentTypeError(f"{text!r}: width and height are even, from 32 to 1920")
    return int(height), int(width)


def add_video_options(parser: argparse.ArgumentParser, output: str, view: tuple[int, int]) -> None:
    """Add `--renderer`, `--view`, `--output`, `--sheet` and `--force`.

    Args:
        parser: Of the command.
        output: The video by default.
        view: (height, width) of each view by default.
    """
    add = parser.add_argument
    add(
        "--renderer",
        choices=("auto", "opengl", "software"),
        default="auto",
        help="auto: OpenGL wherever a context can be made (%(default)s)",
    )
    what = f"of each view ({view[1]}x{view[0]})"
    add("--view", type=size, default=view, metavar="WxH", help=what)
    video = "the video (%(default)s)"
    add("--output", type=Path, default=Path(output), metavar="FILE", help=video)
    add("--sheet", type=Path, metavar="FILE", help="the picture (beside the video)")
    add("--force", action="store_true", help="overwrite files that are not ours")


def check_video_options(options: argparse.Namespace) -> Path:
    """The picture's file, once nothing is wrong with how long it takes and where files go.

    Raises:
        ConfigError: If something is.
    """
    if options.seconds is not None and options.seconds < 1:
        raise ConfigError(f"--seconds must be at least 1, got {options.seconds}")
    if options.output.is_dir():
        raise ConfigError(f"--output names the video, but {options.output} is a folder")
    sheet: Path = options.sheet or options.output.with_suffix(".png")
    if sheet == options.output:
        raise ConfigError(f"video and picture need a file each, got {sheet} for both")
    return sheet


def refuse_to_overwrite(path: Path, *, force: bool) -> None:
    """Overwrite what was made by us, and say so; leave other files alone.

    Raises:
        ConfigError: If there is such a file and it is not one of ours.
    """
    from mpgenie import pictures

    if not path.exists():
        return
    if not force and not pictures.made_by_us(path):
        raise ConfigError(
            f"{path} exists and was not made by mpgenie; "
            "name another file with --output, or say --force"
        )
    print(f"replacing {path}")


def with_renderer(make: Callable[[str], Any], wanted: str) -> tuple[Any, str]:
    """What is made with the renderer that is wanted, and a line to print if not by OpenGL.

    Args:
        make: Makes it, given the name of a renderer.
        wanted: `opengl`, `software`, or `auto`: OpenGL wherever a context can be made.
    """
    if wanted != "auto":
        return make(wanted), ""
    try:
        return make("opengl"), ""
    except RendererError as error:
        return make("software"), f"no OpenGL here ({error}); drawing with the software renderer"
