"""What players do and see, as Gymnasium spaces.

Actions, `action_mode="discrete"`: a MultiDiscrete of `COMPONENTS`, `NO_OP` of
the simulation's actions meaning "do nothing"; `"raw"`: a Dict of `buttons` (twenty, in the order of
`mpgenie.envs.simulation.actions.BUTTONS`) and `camera` (pitch and yaw in degrees, down and right
positive).  With `messages=K` either gains a component or key `message`, 0 = silence.

Observations by name (one name: that array; a tuple, or any with `messages`: a Dict of them):

    rgb           (H, W, 3) uint8
    depth         (H, W) float32, metres along the optical axis; the sky is at the view distance
    segmentation  (H, W) int32: 0 sky, block numbers, 1000 + entity id
    visible       (players,) int32, how many pixels of each player's figure the picture shows
    pose          (4, 4) float64, camera to planet, OpenCV axes (x right, y down, z forward)
    proprio       (19,) float32, see `PROPRIO`
    state         (536,) uint8, see `mpgenie.envs.state_observation`; needs no renderer
    messages      (players,) uint8, the token just heard from each player, 0 = none
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import BUTTONS, NVEC

from .config import EnvConfig
from .state_observation import STATE_SIZE

COMPONENTS = (
    "forward/back",
    "left/right",
    "jump",
    "sneak/sprint",
    "attack",
    "use",
    "drop",
    "hotbar",
    "camera pitch",
    "camera yaw",
    "message",
)
"""The components of a discrete action; `message` only with `messages=K`."""
CAMERA_LIMIT = 180.0
"""Degrees that a raw action may ask for; the simulation turns by at most 8.594 per tick."""

PROPRIO: dict[str, tuple[float, float]] = {
    "velocity_forward": (-10.0, 10.0),
    "velocity_right": (-10.0, 10.0),
    "velocity_up": (-10.0, 10.0),
    "pitch": (-90.0, 90.0),
    "heading_north": (-1.0, 1.0),
    "heading_east": (-1.0, 1.0),
    "altitude": (-64.0, 192.0),
    "alive": (0.0, 1.0),
    "on_ground": (0.0, 1.0),
    "in_water": (0.0, 1.0),
    "sneaking": (0.0, 1.0),
    "sprinting": (0.0, 1.0),
    "health": (0.0, 20.0),
    "held_slot": (0.0, 8.0),
    "held_item": (0.0, 255.0),
    "held_count": (0.0, 255.0),
    "digging": (0.0, 1.0),
    "attack_wait": (0.0, 255.0),
    "role": (0.0, 255.0),
}
"""The entries of `proprio` in order, with their bounds; velocities in metres per tick, the role an
index into the scenario's `roles`."""


def component_counts(messages: int) -> NDArray[np.int64]:
    """How many values each component of a discrete action has."""
    return np.array([*NVEC, messages + 1] if messages else NVEC, np.int64)


def action_space(config: EnvConfig) -> spaces.Space[Any]:
    """A new action space of one player."""
    if config.action_mode == "discrete":
        return spaces.MultiDiscrete(component_counts(config.messages))
    parts: dict[str, spaces.Space[Any]] = {
        "buttons": spaces.MultiBinary(len(BUTTONS)),
        "camera": spaces.Box(-CAMERA_LIMIT, CAMERA_LIMIT, (2,), np.float32),
    }
    if config.messages:
        parts["message"] = spaces.Discrete(config.messages + 1)
    return spaces.Dict(parts)


def observation_boxes(config: EnvConfig) -> dict[str, spaces.Box]:
    """A new Box for each thing that a player observes, by name."""
    height, width = config.resolution
    low, high = np.array(list(PROPRIO.values()), np.float32).T
    reach = config.view_distance
    far = 2.0 * config.size  # an eye is always nearer to the core than this
    makers: dict[str, Callable[[], spaces.Box]] = {
        "rgb": lambda: spaces.Box(0, 255, (height, width, 3), np.uint8),
        "depth": lambda: spaces.Box(0.0, reach, (height, width), np.float32),
        "segmentation": lambda: spaces.Box(0, 2**31 - 1, (height, width), np.int32),
        "visible": lambda: spaces.Box(0, height * width, (config.players,), np.int32),
        "pose": lambda: spaces.Box(-far - 64.0, far + 64.0, (4, 4), np.float64),
        "proprio": lambda: spaces.Box(low.copy(), high.copy(), dtype=np.float32),
        "state": lambda: spaces.Box(0, 255, (STATE_SIZE,), np.uint8),
    }
    boxes = {name: makers[name]() for name in config.observed}
    if config.messages:
        boxes["messages"] = spaces.Box(0, config.messages, (config.players,), np.uint8)
    return boxes


def observation_space(config: EnvConfig) -> spaces.Space[Any]:
    """A new observation space of one player."""
    boxes = observation_boxes(config)
    if len(boxes) == 1 and isinstance(config.observe, str):
        return boxes[config.observe]
    return spaces.Dict({**boxes})
