"""Actions as they come from outside, checked whole and packed for the simulation.

Nothing is handed on unless every player's action is good, so a refused step changes nothing.
The packed arrays are made once and used again each tick.  An `ActionReader` takes one world's
actions by name, a `BatchReader` those of many worlds as arrays.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.bundle import Bundle, opened
from mpgenie.envs.kernels import kernel
from mpgenie.envs.simulation.actions import BUTTONS, NO_OP, discrete_table
from mpgenie.errors import ActionError

from .config import EnvConfig
from .spaces import CAMERA_LIMIT, COMPONENTS, component_counts

_INT64 = np.dtype(np.int64)


@kernel
def pack_discrete(bundle):  # type: ignore[no-untyped-def]
    """Pack rows of components; the first bad entry as `row * components + component`, else -1."""
    rows, counts, bits, turns, buttons, camera, message = opened(bundle)
    players, components = rows.shape
    for p in range(players):
        for c in range(components):
            if rows[p, c] < 0 or rows[p, c] >= counts[c]:
                return p * components + c
    for p in range(players):
        pressed = bits[0, rows[p, 0]]
        for c in range(1, 8):
            pressed |= bits[c, rows[p, c]]
        buttons[p] = pressed
        camera[p, 0] = turns[rows[p, 8]]
        camera[p, 1] = turns[rows[p, 9]]
        if components == 11:
            message[p] = rows[p, 10]
    return -1


@kernel
def pack_raw(bundle):  # type: ignore[no-untyped-def]
    """Pack raw actions; -1, or the first bad entry as `row * 32 + entry`.

    Entries count the buttons, then pitch, yaw and message.
    """
    pressed, turned, said, limit, tokens, buttons, camera, message = opened(bundle)
    players, names = pressed.shape
    for p in range(players):
        for k in range(names):
            if pressed[p, k] != 0 and pressed[p, k] != 1:
                return p * 32 + k
        for k in range(2):
            if not (-limit <= turned[p, k] <= limit):
                return p * 32 + names + k
        if said[p] < 0 or said[p] > tokens:
            return p * 32 + names + 2
    for p in range(players):
        word = np.uint32(0)
        for k in range(names):
            if pressed[p, k] == 1:
                word |= np.uint32(1) << np.uint32(k)
        buttons[p] = word
        camera[p, 0], camera[p, 1] = turned[p, 0], turned[p, 1]
        message[p] = said[p]
    return -1


class Packer:
    """Rows of actions, and the `buttons`, `camera` and `message` that they are packed into.

    Args:
        config: What an action is.
        worlds: How many worlds; row = world * players + slot.
    """

    def __init__(self, config: EnvConfig, worlds: int) -> None:
        players, rows = config.players, worlds * config.players
        self.buttons = np.zeros((worlds, players), np.uint32)
        self.camera = np.zeros((worlds, players, 2), np.float32)
        self.message = np.zeros((worlds, players), np.uint8)
        self._discrete = config.action_mode == "discrete"
        self._tokens = config.messages
        self._counts = component_counts(config.messages)
        bits, turns = discrete_table()
        self._rows = np.zeros((rows, len(self._counts)), np.int64)
        self._pressed = np.zeros((rows, len(BUTTONS)), np.int64)
        self._turned = np.zeros((rows, 2), np.float64)
        self._said = np.zeros(rows, np.int64)
        packed = (self.buttons.reshape(-1), self.camera.reshape(-1, 2), self.message.reshape(-1))
        self._discrete_bundle = Bundle((self._rows, self._counts, bits, turns, *packed))
        self._raw_bundle = Bundle(
            (self._pressed, self._turned, self._said, CAMERA_LIMIT, self._tokens, *packed)
        )
        self._keys = {"buttons", "camera"} | ({"message"} if config.messages else set())

    def _whose(self, row: int) -> str:
        """The name of a row in messages."""
        raise NotImplementedError

    def _pack(self) -> None:
        """Pack all rows, or refuse them all."""
        if self._discrete:
            wrong = pack_discrete(self._discrete_bundle)
            if wrong >= 0:
                self._refuse_component(*divmod(wrong, len(self._counts)))
        else:
            wrong = pack_raw(self._raw_bundle)
            if wrong >= 0:
                self._refuse_entry(*divmod(wrong, 32))

    def _refuse_component(self, row: int, component: int) -> NoReturn:
        raise ActionError(
            f"{self._whose(row)}: component {component} ({COMPONENTS[component]}) of the action "
            f"must lie between 0 and {self._counts[component] - 1}, "
            f"got {self._rows[row, component]}"
        )

    def _refuse_entry(self, row: int, entry: int) -> NoReturn:
        name = self._whose(row)
        if entry < len(BUTTONS):
            raise ActionError(
                f"{name}: button {entry} ({BUTTONS[entry]}) must be 0 or 1, "
                f"got {self._pressed[row, entry]}"
            )
        if entry == len(BUTTONS) + 2:
            raise ActionError(
                f"{name}: message must lie between 0 and {self._tokens}, got {self._said[row]}"
            )
        axis = entry - len(BUTTONS)
        raise ActionError(
            f"{name}: the camera's {('pitch', 'yaw')[axis]} must be a finite number of degrees "
            f"between -180 and 180, got {self._turned[row, axis]}"
        )

    def _check_keys(self, name: str, action: Any) -> None:
        if not isinstance(action, Mapping) or action.keys() != self._keys:
            got = sorted(map(str, action)) if isinstance(action, Mapping) else repr(action)
            raise ActionError(
                f"{name}: a raw action is a dictionary of {sorted(self._keys)}, got {got}"
            )


class BatchReader(Packer):
    """Reads the actions of all players of many worlds, as arrays with one row for each."""

    def __init__(self, config: EnvConfig, worlds: int) -> None:
        super().__init__(config, worlds)
        self._players = config.players

    def read(self, actions: Any) -> None:
        """Check and pack the actions of everybody.

        Raises:
            ActionError: If anything is wrong with any; it names the world, the player and the rule.
        """
        if self._discrete:
            self._rows[:] = self._array("actions", actions, self._rows.shape[1:], "iu")
        else:
            self._check_keys("step()", actions)
            buttons, camera = actions["buttons"], actions["camera"]
            self._pressed[:] = self._array("buttons", buttons, (len(BUTTONS),), "iub")
            self._turned[:] = self._array("camera", camera, (2,), "fiu")
            if self._tokens:
                self._said[:] = self._array("message", actions["message"], (), "iu")
        self._pack()

    def _array(
        self, what: str, value: Any, shape: tuple[int, ...], kinds: str
    ) -> NDArray[np.generic]:
        """The value as an array with one row of a shape for each player, or a refusal."""
        rows = len(self._rows)
        everybody = f"{what} of {rows // self._players} worlds x {self._players} players"
        try:
            return _numbers("step()", everybody, value, (rows, *shape), kinds)
        except ActionError:
            if isinstance(value, (list, tuple)) and len(value) == rows:
                for row, part in enumerate(value):  # one of them may be the culprit
                    _numbers(self._whose(row), what, part, shape, kinds)
            raise

    def _whose(self, row: int) -> str:
        world, slot = divmod(row, self._players)
        return f"world {world}, player_{slot}"


class ActionReader(Packer):
    """Reads one environment's actions by the names of its players."""

    def __init__(self, config: EnvConfig, agents: Sequence[str]) -> None:
        super().__init__(config, 1)
        self._agents = list(agents)
        self._slot = {agent: slot for slot, agent in enumerate(agents)}
        self._missing_is_idle = config.missing == "noop"
        self._idle = np.array([*NO_OP, 0][: len(self._counts)], np.int64)

    def _whose(self, row: int) -> str:
        return self._agents[row]

    def read(self, actions: Mapping[str, Any], living: Sequence[str]) -> None:
        """Check and pack one action for each living player; everybody else does nothing.

        Raises:
            ActionError: If anything is wrong with any of them; it names the player and the rule.
        """
        if type(actions) is not dict and not isinstance(actions, Mapping):
            raise ActionError(f"step() takes a dictionary of actions, got {actions!r}")
        if len(living) != len(self._agents) or actions.keys() != self._slot.keys():
            self._check_names(actions, living)
        if self._discrete:
            self._read_discrete(actions)
        else:
            self._read_raw(actions)
        self._pack()

    def _check_names(self, actions: Mapping[str, Any], living: Sequence[str]) -> None:
        unknown = [name for name in actions if name not in self._slot]
        finished = [name for name in actions if name in self._slot and name not in living]
        missing = [name for name in living if name not in actions]
        if self._missing_is_idle:
            missing = []
        wrong = [
            f"{word} {names}"
            for word, names in (("missing", missing), ("unknown", unknown), ("finished", finished))
            if names
        ]
        if wrong:
            raise ActionError(
                f"step() takes one action for each living player {list(living)}: "
                f"{', '.join(wrong)}.\n"
                "Players leave env.agents when they are finished, so build the actions from "
                'env.agents; with missing="noop" a living player may be left out.'
            )

    def _read_discrete(self, actions: Mapping[str, Any]) -> None:
        rows, shape = self._rows, self._idle.shape
        if len(actions) < len(self._agents):
            rows[:] = self._idle
        slots = self._slot
        for agent, action in actions.items():
            if type(action) is np.ndarray and action.dtype is _INT64 and action.shape == shape:
                rows[slots[agent]] = action
            else:
                rows[slots[agent]] = _numbers(agent, "the action", action, shape, "iu")

    def _read_raw(self, actions: Mapping[str, Any]) -> None:
        if len(actions) < len(self._agents):
            self._pressed[:], self._turned[:], self._said[:] = 0, 0.0, 0
        for agent, action in actions.items():
            self._check_keys(agent, action)
            slot = self._slot[agent]
            self._pressed[slot] = _numbers(
                agent, "buttons", action["buttons"], (len(BUTTONS),), "iub"
            )
            self._turned[slot] = _numbers(agent, "camera", action["camera"], (2,), "fiu")
            if self._tokens:
                self._said[slot] = _numbers(agent, "message", action["message"], (), "iu")


def _numbers(
    agent: str, what: str, value: Any, shape: tuple[int, ...], kinds: str
) -> NDArray[np.generic]:
    """The value as an array of one of the kinds of numbers and of the shape, or a refusal."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise ActionError(f"{agent}: {what} is not an array of numbers ({error})") from error
    if array.dtype.kind not in kinds:
        rule = "real" if "f" in kinds else "whole"
        raise ActionError(
            f"{agent}: {what} must be {rule} numbers, got {array.dtype} ({_short(value)})"
        )
    if array.shape != shape:
        raise ActionError(
            f"{agent}: {what} must have the shape {shape}, got {array.shape} ({_short(value)})"
        )
    if array.dtype.itemsize < 8 or array.dtype in (np.int64, np.float64):
        return array
    with np.errstate(over="ignore"):  # what is too great stays out of range
        widest = np.uint64(2**63 - 1)
        return np.minimum(array, widest) if array.dtype.kind == "u" else array.astype(np.float64)


def _short(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."
