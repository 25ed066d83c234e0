"""What players do: bit fields of buttons and turns of the camera, as the game itself takes them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.simulation.actions import LEFT, RIGHT
from mpgenie.world_models.controls import Controls, from_fields


class Actions(NamedTuple):
    """Of players in some ticks; the leading axes (...) are the same for both."""

    buttons: NDArray[np.uint32]
    """(...) bit fields of `mpgenie.envs.simulation.actions.BUTTONS`."""
    camera: NDArray[np.float32]
    """(..., 2) degrees, pitch (down) and yaw (right)."""

    @classmethod
    def nothing(cls, *shape: int) -> Self:
        """Nobody does anything."""
        return cls(np.zeros(shape, np.uint32), np.zeros((*shape, 2), np.float32))

    @classmethod
    def joined(cls, parts: Sequence["Actions"]) -> Self:
        """One behind the other along the first axis."""
        return cls(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    @classmethod
    def stacked(cls, parts: Sequence["Actions"]) -> Self:
        """Side by side along a new first axis."""
        return cls(*(np.stack(each) for each in zip(*parts, strict=True)))

    def at(self, *index: int | slice) -> "Actions":
        """A part of them, indexed by the leading axes."""
        return Actions(self.buttons[index], self.camera[index])

    def ticks(self) -> Iterator["Actions"]:
        """One after the other along the first axis."""
        return (self.at(t) for t in range(len(self.buttons)))

    def without(self, buttons: int) -> "Actions":
        """The same with some buttons never pressed."""
        return Actions(self.buttons & ~np.uint32(buttons), self.camera)

    def mirrored(self) -> "Actions":
        """The same with left for right: steps aside and turns."""
        swapped = self.without(LEFT | RIGHT).buttons
        swapped |= np.where(self.buttons & LEFT, np.uint32(RIGHT), np.uint32(0))
        swapped |= np.where(self.buttons & RIGHT, np.uint32(LEFT), np.uint32(0))
        return Actions(swapped, self.camera * np.array([1.0, -1.0], np.float32))

    def controls(self) -> Controls:
        """(..., 22) as world models take them; see `mpgenie.world_models.controls`."""
        return from_fields(self.buttons, self.camera)
