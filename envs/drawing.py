"""Pictures of a batch of worlds: their scene, and a renderer for each size of frame.

Nothing is made before the first picture is asked for, so an environment that only observes numbers
never touches a renderer.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.rendering.appearance import Appearance
from mpgenie.envs.rendering.camera import (
    FIRST,
    THIRD,
    TOP,
    Views,
    first_person,
    focal_length,
    follow,
    new_views,
)
from mpgenie.envs.rendering.figures import Sight
from mpgenie.envs.rendering.hud import draw_hud
from mpgenie.envs.rendering.renderer import Renderer, make_renderer
from mpgenie.envs.rendering.scene import EVERYTHING, Scene
from mpgenie.envs.rendering.software import Frames, new_frames
from mpgenie.envs.scenarios.base import WORLD
from mpgenie.envs.simulation.world import Simulation

from .config import EnvConfig
from .warm_up import helper_for

KINDS = {"first": FIRST, "third": THIRD, "top": TOP}
"""Views that `render_view` knows: through the eyes, from behind, from above."""
_SIZES_KEPT = 4

Size = tuple[int, int]


class Drawing:
    """Draws the worlds of a simulation."""

    def __init__(self, config: EnvConfig, simulation: Simulation) -> None:
        self.config, self.simulation = config, simulation
        self._scene: Scene | None = None
        self._renderers: dict[Size, Renderer] = {}
        self._sight, self._size = EVERYTHING, config.resolution
        self._stale = True
        self._helper = helper_for(config)

    @property
    def name(self) -> str | None:
        """Which renderer draws the observations (or the first pictures); None until one does."""
        for renderer in self._renderers.values():
            return renderer.name
        return None

    def intrinsics(self) -> NDArray[np.float64]:
        """K of the observations' frames: from axes to pixels, whose middles lie at 0.5, 1.5, ..."""
        height, width = self.config.resolution
        focal = focal_length((self.config.appearance or Appearance()).fov, height)
        return np.array([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])

    def moved(self) -> None:
        """Say that the simulation has moved on since the last picture."""
        self._stale = True

    def new_frames(self, views: int, size: Size, passes: tuple[str, ...] = ("rgb",)) -> Frames:
        """Empty frames for so many views."""
        return new_frames(views, *size, self.config.players, passes)

    def draw(self, views: Views, frames: Frames, size: Size | None = None) -> None:
        """Draw views of the current tick into frames of a size (by default the observations')."""
        size = size or self.config.resolution
        renderer = self.renderer(size, len(views.world))
        scene = self._scene
        assert scene is not None
        if scene.state is not self.simulation.state:
            scene.state = self.simulation.state
        if views is not self._sight.views or size != self._size:
            self._sight, self._size = self._sight_of(views, size), size
            self._stale = True
        if self._stale:
            scene.update(self._sight)
            self._stale = False
        renderer.draw(views, frames)
        if self.config.hud and len(frames.rgb):
            for view, (w, slot) in enumerate(zip(views.world, views.slot, strict=True)):
                if slot >= 0:
                    self._lay_hud(int(w), int(slot), frames.rgb[view])

    def _lay_hud(self, w: int, slot: int, frame: NDArray[np.uint8]) -> None:
        assert self._scene is not None
        draw_hud(self._scene.state, self._scene.look.texel, w, slot, frame)

    def _sight_of(self, views: Views, size: Size) -> Sight:
        height, width = size
        half = 0.5 / focal_length((self.config.appearance or Appearance()).fov, height)
        return Sight(views, width * half, height * half, self.config.view_distance)

    def renderer(self, size: Size, views: int) -> Renderer:
        """The renderer for frames of a size; the observations' own is never let go."""
        if size in self._renderers:
            return self._renderers[size]
        config = self.config
        if self._scene is None:
            if self._helper is not None:
                self._helper.wait(self.simulation)
                self._helper = None
            self._scene = Scene(self.simulation.geometry, self.simulation.state, config.appearance)
            self._stale = True
        while len(self._renderers) >= _SIZES_KEPT:
            spare = next(kept for kept in self._renderers if kept != config.resolution)
            self._renderers.pop(spare).close()
        self._renderers[size] = make_renderer(
            config.renderer,
            self._scene,
            *size,
            views=views,
            view_distance=float(config.view_distance),
            day=self.simulation.rules.day,
        )
        return self._renderers[size]

    def picture(
        self, w: int, slot: int, kind: str, size: Size, hud: bool = False
    ) -> NDArray[np.uint8]:
        """One (H, W, 3) picture that follows a player of a world, with the hud if it is wanted."""
        views = new_views(1)
        if kind == "first":
            first_person(self.simulation.state, views, 0, w, slot)
        else:
            follow(self.simulation.state, views, 0, w, slot, KINDS[kind])
        frames = self.new_frames(1, size)
        self.draw(views, frames, size)
        picture: NDArray[np.uint8] = frames.rgb[0]
        if hud and not (self.config.hud and kind == "first"):
            self._lay_hud(w, slot, picture)
        return picture

    def first_person(self, slots: Sequence[int], w: int = WORLD) -> NDArray[np.uint8]:
        """(V, H, W, 3) what the players in some slots of a world see."""
        views = new_views(len(slots))
        for row, slot in enumerate(slots):
            first_person(self.simulation.state, views, row, w, slot)
        frames = self.new_frames(len(slots), self.config.resolution)
        self.draw(views, frames)
        seen: NDArray[np.uint8] = frames.rgb
        return seen

    def close(self) -> None:
        """Let go of every renderer."""
        while self._renderers:
            self._renderers.popitem()[1].close()
        self._scene = None
        if self._helper is not None:
            self._helper.close()
            self._helper = None
