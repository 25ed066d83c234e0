"""The game to judge by: it plays held-out episodes, goes back to any frame, and draws what if."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.coordination import Phase
from mpgenie.agents.bots.episodes import EPISODES
from mpgenie.agents.bots.episodes.episode import RULES, stage
from mpgenie.agents.bots.runner import run_plays
from mpgenie.agents.bots.senses import Senses
from mpgenie.agents.bots.vectors import Vector, turned, unit
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.studio import Studio
from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.rendering.camera import first_person_views, focal_length, new_views
from mpgenie.envs.simulation.world import Simulation

from .actions import Actions

Pictures = NDArray[np.uint8]
PLAYERS = 2
"""In every episode: one who acts, and one who looks on."""


class Sight(NamedTuple):
    """From where a player sees what."""

    depth: NDArray[np.float32]
    """(H, W) metres ahead; the view distance where there is sky."""
    eye: NDArray[np.float64]
    """(3,) in metres."""
    axes: NDArray[np.float64]
    """(3, 3) rows right, down, ahead."""
    focal: float
    """Pixels for a tangent of 1."""


@dataclass(frozen=True, eq=False)
class Take:
    """An episode that was played: T ticks and the T + 1 frames around them."""

    frames: Pictures
    """(T + 1, P, H, W, 3)."""
    actions: Actions
    """Of T ticks."""
    visible: NDArray[np.int32]
    """(T + 1, P, P) pixels of each player in each one's view of 64 x 64."""
    begin: bytes
    """The game as it was at frame 0."""
    facts: dict[str, Any]
    """What the script drew."""
    phases: Sequence[Phase]
    success: bool
    """Whether the script did all that it was meant to."""


class Game:
    """One world of two players.

    Args:
        resolution: (height, width) of frames.
        planet: The kind of planets.
        size: Of planets.
        view_distance: Metres.
    """

    def __init__(
        self,
        resolution: tuple[int, int] = (64, 64),
        planet: str = "normal",
        size: int = 96,
        view_distance: float = 48.0,
    ) -> None:
        config = PlanetConfig(kind=planet, size=size)  # type: ignore[arg-type]
        self.resolution = resolution
        rules = {**RULES, "player_damage": True}  # so that somebody can be struck down
        self.simulation = Simulation(config, players=PLAYERS, **rules)
        self._spec = StreamSpec(height=resolution[0], width=resolution[1])
        self._depth = replace(self._spec, look="depth")
        streams = [self._spec, self._depth]
        self._studio = Studio(self.simulation, streams, view_distance=view_distance)
        self._row = Actions.nothing(1, PLAYERS)

    def play(self, kind: str, seed: int, planet_seed: int) -> Take:
        """Play a scripted episode from its first tick to its last.

        Args:
            kind: A name of `EPISODES`.
            seed: Of the episode.
            planet_seed: Of the planet; odd ones are of planets that no split but `eval` uses.
        """
        play = stage(self.simulation, 0, EPISODES[kind], seed, planet=planet_seed)
        begin, rows = self.simulation.snapshot(0), list[Actions]()
        frames, visible = [self.seen()], [self._studio.visible(0).copy()]

        def on_tick(buttons: Any, camera: Any, message: Any) -> None:
            rows.append(Actions(buttons.copy(), camera.copy()))  # (1, P)
            frames.append(self.seen())
            visible.append(self._studio.visible(0).copy())

        run_plays(self.simulation, [play], on_tick)
        assert play.outcome is not None
        return Take(
            np.stack(frames), Actions.joined(rows), np.stack(visible), begin, play.facts,
            play.crew.phases, play.outcome.status == "success",
        )  # fmt: skip

    def beginning(self, seed: int, planet_seed: int) -> bytes:
        """The game at the beginning of an episode in which two face each other."""
        stage(self.simulation, 0, EPISODES["rotation"], seed, planet=planet_seed)
        return self.simulation.snapshot(0)

    def visible(self) -> NDArray[np.int32]:
        """(P, P) pixels of each player in each one's view of 64 x 64, as last seen."""
        return self._studio.visible(0)

    def replay(self, take: Take, actions: Actions) -> Take:
        """What an episode would have been with other actions of as many ticks."""
        self.simulation.restore(0, take.begin)
        frames, visible = [self.seen()], [self._studio.visible(0).copy()]
        for row in actions.ticks():
            self.step(row)
            frames.append(self.seen())
            visible.append(self._studio.visible(0).copy())
        return replace(take, frames=np.stack(frames), actions=actions, visible=np.stack(visible))

    def seen(self) -> Pictures:
        """(P, H, W, 3) what everybody sees now."""
        self._studio.draw()
        pictures: Pictures = self._studio.frames(self._spec, 0).copy()
        return pictures

    def sight(self, slot: int) -> Sight:
        """From where a player sees what."""
        self._studio.draw()
        views = new_views(PLAYERS)
        first_person_views(self.simulation.state, views)
        depth = self._studio.frames(self._depth, 0)[slot].copy()
        return Sight(depth, views.eye[slot], views.axes[slot], self.focal)

    @property
    def focal(self) -> float:
        """Pixels of views for a tangent of 1."""
        return focal_length(self._studio.scene.appearance.fov, self.resolution[0])

    def step(self, actions: Actions) -> None:
        """Make one tick with actions of (P,) players."""
        self._row.buttons[0], self._row.camera[0] = actions
        message = np.zeros((1, PLAYERS), np.uint8)
        self.simulation.step(self._row.buttons, self._row.camera, message)

    def go(self, snapshot: bytes, actions: Actions) -> bytes:
        """Go back to a snapshot, take a tape of (T, P) actions from there, and keep what is then.

        Args:
            snapshot: Where it begins.
            actions: T ticks.

        Returns:
            The snapshot after them.
        """
        self.simulation.restore(0, snapshot)
        for row in actions.ticks():
            self.step(row)
        return self.simulation.snapshot(0)

    def what_if(self, snapshot: bytes) -> "WhatIf":
        """The game at a snapshot, to be rearranged and looked at."""
        self.simulation.restore(0, snapshot)
        return WhatIf(self)

    def views_if(
        self, snapshot: bytes, slot: int, changes: Sequence[Callable[["WhatIf"], "WhatIf"]]
    ) -> Pictures:
        """(n, H, W, 3) what a player sees at a snapshot if it is changed in one way or another."""
        return np.stack([change(self.what_if(snapshot)).view(slot) for change in changes])

    def close(self) -> None:
        """Let go of the renderer."""
        self._studio.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class WhatIf:
    """The game as it stands, with the means to rearrange it.

    Args:
        game: At the moment in question.
    """

    def __init__(self, game: Game) -> None:
        self.game, self.simulation = game, game.simulation
        self.players = game.simulation.state.players
        self.senses = Senses(self.simulation, 0)

    def feet(self, slot: int) -> Vector:
        """Where a player stands."""
        place: Vector = self.players.position[0, slot].tolist()
        return place

    def heading(self, slot: int) -> Vector:
        """The unit tangent vector that a player faces."""
        way: Vector = self.players.heading[0, slot].tolist()
        return way

    def turn(self, slot: int, yaw: float, pitch: float = 0.0) -> Self:
        """Turn a player to the right and down, by degrees."""
        way = turned(unit(self.feet(slot)), self.heading(slot), yaw)
        self.players.heading[0, slot] = way
        self.players.pitch[0, slot] = np.clip(self.players.pitch[0, slot] + pitch, -90.0, 90.0)
        return self

    def stand(self, slot: int, point: Vector) -> Self:
        """Put a player on the ground at a point, looking as before."""
        cell = self.senses.footing(point)
        if cell >= 0:
            x, y, z = point
            ground = self.senses.bottom + (cell & 63)
            scale = ground / (x * x + y * y + z * z) ** 0.5
            point = x * scale, y * scale, z * scale
        self.players.position[0, slot] = point
        return self

    def without(self, slot: int) -> Self:
        """Take a player out of sight."""
        self.players.active[0, slot] = False
        return self

    def blocks(self, cells: Sequence[int], block: str) -> Self:
        """Let some cells hold a block."""
        for cell in cells:
            self.simulation.set_block(0, cell, block)
        return self

    def view(self, slot: int) -> Pictures:
        """(H, W, 3) what a player sees."""
        picture: Pictures = self.game.seen()[slot]
        return picture

    def sight(self, slot: int) -> Sight:
        """From where a player sees what."""
        return self.game.sight(slot)
