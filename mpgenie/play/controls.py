"""What keys and mouse mean: from what a tick saw of them to a raw action, without a window.

Keys go by name: pyglet's, such as "W", "SPACE", "LSHIFT" or "NUM_4", and "MOUSE_LEFT" and
"MOUSE_RIGHT".  What was pressed and released within a tick counts as down for that tick, and what
the mouse moved since the last tick is a turn of this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mpgenie.agents.policy import Action
from mpgenie.envs.simulation.actions import BIT, FIRST_HOTBAR_BIT

SENSITIVITY = 0.15
"""Degrees that a pixel of the mouse turns, by default."""
TURN_LIMIT = 180.0
"""Degrees that a raw action may ask for; the game turns by at most 8.594 in a tick."""
SLOTS = 9
_SLOWEST, _FASTEST, _RUN_UP = 1.5, 6.0, 8  # degrees a tick, and ticks until a held key is fast


class Sample(NamedTuple):
    """What keyboard and mouse did in one tick."""

    down: frozenset[str] = frozenset()
    """Keys that were down at some time of it."""
    fresh: frozenset[str] = frozenset()
    """Those of them that were pressed in it."""
    right: float = 0.0
    """Pixels that the mouse moved to the right."""
    forth: float = 0.0
    """Pixels that it moved away from the person."""
    wheel: float = 0.0
    """Notches that its wheel turned away from the person."""


NOTHING = Sample()


class Inputs:
    """Keeps what happens to keyboard and mouse until a tick takes it."""

    def __init__(self) -> None:
        self.now = NOTHING
        """What the last tick took."""
        self._held: set[str] = set()
        self._fresh: set[str] = set()
        self._right = self._forth = self._wheel = 0.0

    def press(self, key: str) -> None:
        """A key or a button of the mouse went down."""
        self._held.add(key)
        self._fresh.add(key)

    def release(self, key: str) -> None:
        """It came up."""
        self._held.discard(key)

    def move(self, right: float, forth: float) -> None:
        """The mouse moved by so many pixels."""
        self._right += right
        self._forth += forth

    def scroll(self, notches: float) -> None:
        """The wheel turned."""
        self._wheel += notches

    def let_go(self) -> None:
        """Forget everything: the window lost the keyboard, or the game stood still."""
        self._held.clear()
        self.forget()

    def forget(self) -> None:
        """Forget what came since the last tick, but not what is held."""
        self._fresh.clear()
        self._right = self._forth = self._wheel = 0.0

    def take(self) -> Sample:
        """Hand over what came since the last call, as `now` too."""
        down, fresh = frozenset(self._held | self._fresh), frozenset(self._fresh)
        self.now = Sample(down, fresh, self._right, self._forth, self._wheel)
        self.forget()
        return self.now


@dataclass(frozen=True, kw_only=True)
class Bindings:
    """Which keys one person uses."""

    buttons: Mapping[str, tuple[str, ...]]
    """By name of the button: each of these keys presses it."""
    look: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys that turn the camera: `up`, `down`, `left`, `right`."""
    previous: tuple[str, ...] = ()
    """Keys that take the hotbar slot on the left in hand."""
    following: tuple[str, ...] = ()
    """Keys that take the one on the right in hand."""
    mouse: bool = False
    """Whether the mouse turns the camera and its wheel chooses a hotbar slot."""

    @property
    def keys(self) -> frozenset[str]:
        """All of them."""
        groups = [*self.buttons.values(), *self.look.values(), self.previous, self.following]
        return frozenset(key for group in groups for key in group)


LEFT_HAND = {
    "forward": ("W",), "left": ("A",), "back": ("S",), "right": ("D",), "jump": ("SPACE",),
    "sneak": ("LSHIFT",), "sprint": ("LCTRL",), "drop": ("G",), "attack": ("MOUSE_LEFT",),
    "use": ("MOUSE_RIGHT",), **{f"hotbar.{slot}": (f"_{slot}",) for slot in range(1, SLOTS + 1)},
}  # fmt: skip
FIRST = Bindings(buttons=LEFT_HAND, mouse=True)
"""Of the first of two people."""
SECOND = Bindings(
    buttons={
        "forward": ("UP",), "left": ("LEFT",), "back": ("DOWN",), "right": ("RIGHT",),
        "jump": ("RSHIFT", "NUM_0"), "sneak": ("RCTRL", "NUM_1"), "sprint": ("SLASH", "NUM_3"),
        "drop": ("PERIOD", "NUM_DECIMAL"), "attack": ("U", "NUM_7"), "use": ("O", "NUM_9"),
    },
    look={
        "up": ("I", "NUM_8"), "down": ("K", "NUM_5", "NUM_2"),
        "left": ("J", "NUM_4"), "right": ("L", "NUM_6"),
    },
    previous=("BRACKETLEFT", "NUM_SUBTRACT"),
    following=("BRACKETRIGHT", "NUM_ADD"),
)  # fmt: skip
"""Of the second."""
ALONE = Bindings(
    buttons=LEFT_HAND,
    look={"up": ("UP",), "down": ("DOWN",), "left": ("LEFT",), "right": ("RIGHT",)},
    previous=("BRACKETLEFT",),
    following=("BRACKETRIGHT",),
    mouse=True,
)
"""Of somebody who has the keyboard alone: the arrows turn the camera, should there be no mouse."""


def bindings_for(people: int) -> tuple[Bindings, ...]:
    """The bindings of each of so many people: one or two."""
    return (ALONE,) if people == 1 else (FIRST, SECOND)[:people]


def buttons_of(sample: Sample, bindings: Bindings) -> int:
    """The bit field of the buttons whose keys are down."""
    field = 0
    for button, keys in bindings.buttons.items():
        if not sample.down.isdisjoint(keys):
            field |= BIT[button]
    return field


def slot_wanted(sample: Sample, bindings: Bindings, held: int) -> int:
    """The hotbar slot, 0 to 8, that wheel and keys lead to from the one in hand."""
    steps = -round(sample.wheel) if bindings.mouse else 0  # towards oneself is to the right
    steps += len(sample.fresh.intersection(bindings.following))
    steps -= len(sample.fresh.intersection(bindings.previous))
    return (held + steps) % SLOTS


def key_turn(ticks: int) -> float:
    """Degrees that a key turns the camera in the tick that is its `ticks`-th: slow, then fast."""
    share = min(1.0, (ticks - 1) / _RUN_UP)
    return _SLOWEST + (_FASTEST - _SLOWEST) * share


def held_for(sample: Sample, bindings: Bindings, before: Mapping[str, int]) -> dict[str, int]:
    """For how many ticks each way of looking has been held, given the same a tick before."""
    return {
        way: before.get(way, 0) + 1
        for way, keys in bindings.look.items()
        if not sample.down.isdisjoint(keys)
    }


def camera_of(
    sample: Sample, bindings: Bindings, looking: Mapping[str, int], sensitivity: float
) -> tuple[float, float]:
    """The turn of the camera, (pitch, yaw) in degrees: pitch down, yaw right positive.

    Args:
        sample: Of this tick.
        bindings: The person's.
        looking: From `held_for`.
        sensitivity: Degrees for each pixel of the mouse.
    """
    turn = {way: key_turn(ticks) for way, ticks in looking.items()}
    pitch = turn.get("down", 0.0) - turn.get("up", 0.0)
    yaw = turn.get("right", 0.0) - turn.get("left", 0.0)
    if bindings.mouse:
        pitch -= sample.forth * sensitivity
        yaw += sample.right * sensitivity
    return _within(pitch), _within(yaw)


def action_of(
    sample: Sample,
    bindings: Bindings,
    *,
    held: int = 0,
    looking: Mapping[str, int] | None = None,
    sensitivity: float = SENSITIVITY,
) -> Action:
    """The raw action that a person's keys and mouse ask for.

    Args:
        sample: Of this tick.
        bindings: The person's.
        held: The hotbar slot in hand, 0 to 8.
        looking: From `held_for`; by default every key was pressed just now.
        sensitivity: Degrees for each pixel of the mouse.
    """
    looking = held_for(sample, bindings, {}) if looking is None else looking
    field = buttons_of(sample, bindings)
    if (slot := slot_wanted(sample, bindings, held)) != held:
        field |= 1 << (FIRST_HOTBAR_BIT + slot)
    pitch, yaw = camera_of(sample, bindings, looking, sensitivity)
    return Action(field, pitch, yaw)


def _within(degrees: float) -> float:
    return max(-TURN_LIMIT, min(TURN_LIMIT, degrees))
