"""All cameras of a batch of worlds: each stream's frames of a tick, and who sees whom.

One drawing serves all worlds and all passes of a camera and size.  Visibility is always counted in
views of 64 x 64 pixels by the software renderer, whatever is recorded besides, so that what an
episode contains does not depend on its video.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.rendering.camera import (
    THIRD,
    TOP,
    Views,
    first_person_views,
    focal_length,
    follow,
    new_views,
)
from mpgenie.envs.rendering.figures import Sight
from mpgenie.envs.rendering.hud import draw_hud
from mpgenie.envs.rendering.renderer import Renderer, make_renderer
from mpgenie.envs.rendering.scene import EVERYTHING, Scene
from mpgenie.envs.rendering.software import Frames, new_frames
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import ConfigError, StateError

from .pictures import StreamSpec
from .schema import Array

VISIBILITY_SIZE = (64, 64)
VIEW_DISTANCE = 48.0
_KINDS = {"third": THIRD, "top": TOP}

Size = tuple[int, int]


class _Shot(NamedTuple):
    """One camera and size, with every pass that is wanted of it."""

    camera: str
    size: Size
    passes: tuple[str, ...]


class Studio:
    """Draws what the recorders of one simulation's worlds record.

    Args:
        simulation: Whose worlds are drawn.
        streams: What is recorded; names must differ.
        view_distance: Metres.
        renderer: As in `make_renderer`; only "software" repeats bit for bit.
        hud: Whether crosshair, hotbar and health are laid over what the eyes see.

    Raises:
        ConfigError: If two streams are the same.
    """

    def __init__(
        self,
        simulation: Simulation,
        streams: Sequence[StreamSpec] = (),
        *,
        view_distance: float = VIEW_DISTANCE,
        renderer: str = "software",
        hud: bool = False,
    ) -> None:
        names = [spec.name for spec in streams]
        if len(set(names)) < len(names):
            raise ConfigError(f"each stream can be recorded once, got {names}")
        self.simulation, self.streams = simulation, tuple(streams)
        self.view_distance, self.renderer, self.hud = view_distance, renderer, hud
        self.scene = Scene(simulation.geometry, simulation.state)
        self._shots = _shots(self.streams)
        self._all = new_views(simulation.worlds * simulation.players)
        self._worlds: tuple[int, ...] = ()
        self._views: dict[str, Views] = {}
        self._frames: dict[_Shot, Frames] = {}
        self._renderers: dict[tuple[str, Size], Renderer] = {}
        self._sight: Sight = EVERYTHING

    def draw(self, worlds: Sequence[int] | None = None) -> None:
        """Draw the current tick of some worlds (all by default)."""
        wanted = tuple(range(self.simulation.worlds) if worlds is None else worlds)
        if wanted != self._worlds:
            self._choose(wanted)
        if self.scene.state is not self.simulation.state:
            self.scene.state = self.simulation.state
        self._aim()
        self.scene.update(self._sight)
        for shot in self._shots:
            name = "software" if "visible" in shot.passes else self.renderer
            self._renderer(name, shot.size).draw(self._views[shot.camera], self._frames[shot])
            if self.hud and shot.camera == "ego" and "rgb" in shot.passes:
                self._lay_hud(self._frames[shot].rgb)

    def frames(self, spec: StreamSpec, w: int) -> Array:
        """(P, H, W, 3) what the players of world `w` see in a stream; overwritten by `draw`."""
        for shot in self._shots:
            if (shot.camera, shot.size) == (spec.camera, (spec.height, spec.width)):
                if spec.look in shot.passes:
                    pictures: Array = getattr(self._frames[shot], spec.look)[self._rows(w)]
                    return pictures
        raise ConfigError(f"this studio does not draw {spec.name}")

    def visible(self, w: int) -> NDArray[np.int32]:
        """(P, P) pixels of each player in each player's 64 x 64 view."""
        shot = next(shot for shot in self._shots if "visible" in shot.passes)
        return self._frames[shot].visible[self._rows(w)]

    def close(self) -> None:
        """Let go of every renderer."""
        while self._renderers:
            self._renderers.popitem()[1].close()

    def _rows(self, w: int) -> slice:
        players = self.simulation.players
        if w not in self._worlds:
            raise StateError(f"the last call of `draw` left out world {w}")
        place = self._worlds.index(w)
        return slice(place * players, (place + 1) * players)

    def _choose(self, worlds: tuple[int, ...]) -> None:
        count = len(worlds) * self.simulation.players
        self._worlds = worlds
        self._views = {shot.camera: new_views(count) for shot in self._shots}
        self._frames = {
            shot: new_frames(count, *shot.size, self.simulation.players, shot.passes)
            for shot in self._shots
        }
        self._sight = EVERYTHING
        if set(self._views) == {"ego"}:
            fov = self.scene.appearance.fov
            tangents = [
                (0.5 * width / focal_length(fov, height), 0.5 * height / focal_length(fov, height))
                for height, width in (shot.size for shot in self._shots)
            ]
            widest, highest = (max(edge) for edge in zip(*tangents, strict=True))
            self._sight = Sight(self._views["ego"], widest, highest, self.view_distance)

    def _aim(self) -> None:
        state, players = self.simulation.state, self.simulation.players
        first_person_views(state, self._all)
        rows = np.concatenate([np.arange(players) + w * players for w in self._worlds])
        for camera, views in self._views.items():
            if camera == "ego":
                for name in Views._fields:
                    getattr(views, name)[:] = getattr(self._all, name)[rows]
                continue
            for v, row in enumerate(rows.tolist()):
                w, p = divmod(row, players)
                follow(state, views, v, w, p, _KINDS[camera])

    def _lay_hud(self, pictures: NDArray[np.uint8]) -> None:
        views = self._views["ego"]
        for picture, w, slot in zip(pictures, views.world, views.slot, strict=True):
            draw_hud(self.scene.state, self.scene.look.texel, int(w), int(slot), picture)

    def _renderer(self, name: str, size: Size) -> Renderer:
        if (name, size) not in self._renderers:
            self._renderers[name, size] = make_renderer(
                name,
                self.scene,
                *size,
                views=len(self._all.world),
                view_distance=self.view_distance,
                day=self.simulation.rules.day,
            )
        return self._renderers[name, size]


def _shots(streams: Sequence[StreamSpec]) -> tuple[_Shot, ...]:
    passes: dict[tuple[str, Size], list[str]] = {("ego", VISIBILITY_SIZE): ["visible"]}
    for spec in streams:
        passes.setdefault((spec.camera, (spec.height, spec.width)), []).append(spec.look)
    return tuple(_Shot(camera, size, tuple(looks)) for (camera, size), looks in passes.items())
