"""Which presses a picture can tell of at all: by pressing otherwise and looking.

Forward against a wall, or sprint while standing, changes nothing that anybody could see.  The game
is deterministic, so the question has an answer: an episode is played again up to a tick, one button
of one player is flipped in it, all else goes on as recorded, and that player's next frames are
drawn.  If they are equal byte by byte, no model can know the button from these frames.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mpgenie.datasets.replay import replay, simulation_for
from mpgenie.datasets.studio import Studio
from mpgenie.errors import ConfigError

from .corpus import STREAM
from .targets import BITS

if TYPE_CHECKING:
    from mpgenie.datasets.shards import Shard

REACH = 8
"""Frames after the press that are looked at."""


def telling_ticks(episode: "Shard", every: int, reach: int = REACH) -> list[int]:
    """Ticks to ask about: every so many, but none before which the world was rearranged."""
    length = episode.header.length
    arranged = {*episode["snapshots/tick"].tolist(), *episode["spawns"]["tick"].tolist()} - {0}
    return [
        t
        for t in range(0, length - reach + 1, every)
        if not any(t < each <= t + reach for each in arranged)
    ]


def identifiable(
    episode: "Shard",
    ticks: Sequence[int],
    *,
    asked: NDArray[np.bool_] | None = None,
    reach: int = REACH,
    stream: str = STREAM,
) -> NDArray[np.bool_]:
    """Which buttons could have been told from the frames that follow.

    Args:
        episode: With a lossless stream of what the software renderer drew.
        ticks: When, rising, as from `telling_ticks`.
        asked: (len(ticks), P, 20) which buttons are asked about; all by default.
        reach: How many frames after a tick are compared.
        stream: The stream.

    Returns:
        (len(ticks), P, 20) bool: whether it was asked, and flipping the button changes any of that
        player's frames.

    Raises:
        ConfigError: If the stream is lossy, or drawn otherwise.
    """
    recorded = episode.streams[stream]
    if recorded.spec.mode != "frames":
        raise ConfigError(f"{stream} is lossy: what the picture lost cannot be told from no change")
    players = len(episode.header.players)
    played = episode.episode()
    original = simulation_for(played)
    lanes = simulation_for(played, worlds=BITS)
    studio = Studio(lanes, [recorded.spec])
    buttons, camera, message = (
        np.asarray(episode[f"actions/{name}"])
        for name in ("requested_buttons", "requested_camera", "message")
    )
    found = np.zeros((len(ticks), players, BITS), np.bool_)
    wanted = {tick: row for row, tick in enumerate(ticks)}
    for frame in replay(played, original):
        if frame not in wanted:
            continue
        now = original.snapshot(0)
        until = min(frame + reach, episode.header.length)
        for p in range(players):
            row = wanted[frame]
            left = list(range(BITS)) if asked is None else np.flatnonzero(asked[row, p]).tolist()
            for lane in left:
                lanes.restore(lane, now)
            for t in range(frame, until if left else frame):
                keys = np.repeat(buttons[t : t + 1], BITS, 0)
                if t == frame:
                    keys[:, p] ^= np.uint32(1) << np.arange(BITS, dtype=np.uint32)
                lanes.step(
                    keys,
                    np.repeat(camera[t : t + 1], BITS, 0),
                    np.repeat(message[t : t + 1], BITS, 0),
                )
                studio.draw(left)
                truth = recorded.read(p, t + 1, t + 2)[0]
                same = [
                    lane
                    for lane in left
                    if np.array_equal(studio.frames(recorded.spec, lane)[p], truth)
                ]
                found[row, p, [lane for lane in left if lane not in same]] = True
                left = same
                if not left:
                    break
    studio.close()
    return found
