"""Everything that the OpenGL renderer holds on the device: context, textures, programs, atlas.

Each object is held from making to dropping, so that `close` releases all of them and a test can
count them.  A context belongs to the thread and process that made it.
"""

import os
import threading
from importlib.resources import files
from typing import Any

import moderngl
import numpy as np

from mpgenie.envs.planet.blocks import WATER

from .gl_context import create_context, is_hardware
from .mesh import CORNER
from .records import ROW, Records
from .scene import Scene
from .sky import LIGHT, SKY_SIZE

SHADERS = {
    "face": (("view", "baking", "face_vertex"), ("view", "surface_fragment")),
    "plain": (("view", "baking", "face_vertex"), ("view", "surface_fragment")),
    "depth": (("view", "face_vertex"), ("nothing_fragment",)),
    "quad": (("view", "baking", "quad_vertex"), ("view", "surface_fragment")),
    "sky": (("rectangle", "sky_vertex"), ("sky_fragment",)),
    "star": (("rectangle", "star_vertex"), ("star_fragment",)),
}
"""The files of the vertex shader and of the fragment shader of each program."""


def shader_source(names: tuple[str, ...], *defined: str) -> str:
    """The GLSL of some files of `shaders/`, one after the other, as one shader."""
    head = "#version 330 core\n" + "".join(f"#define {word}\n" for word in defined)
    folder = files("mpgenie.envs.rendering") / "shaders"
    return head + "".join((folder / f"{name}.glsl").read_text() for name in names)


def lattice_codes() -> list[int]:
    """`mesh.CORNER` as bits for `face_vertex.glsl`, one number for each direction."""
    codes = []
    for base, wide, deep, along_u, along_v in CORNER:
        parts = (base, wide, wide + along_u, deep, deep + along_v)
        bits = [int(step) for part in parts for step in part]
        codes.append(sum(bit << place for place, bit in enumerate(bits)))
    return codes


class GlObjects:
    """The OpenGL objects of one renderer.

    Args:
        scene: What is drawn; its appearance and size of planet are uploaded once.
        records: How large the textures for records are to be.
        lens: (focal length, width, height) in pixels.
        view_distance: Metres.

    Raises:
        RendererError: If no OpenGL context can be made here.
    """

    def __init__(
        self, scene: Scene, records: Records, lens: tuple[float, float, float], view_distance: float
    ) -> None:
        self.process, self.thread = os.getpid(), threading.get_ident()
        self.held: list[Any] = []
        self.context, self.attempts = create_context()
        self.device = str(self.context.info["GL_RENDERER"])
        self.largest = int(self.context.info["GL_MAX_TEXTURE_SIZE"])
        """Pixels along an edge of a texture, at most."""
        self.threaded = not is_hardware(self.device) and os.environ["LP_NUM_THREADS"] != "0"
        self._scene, self._lens, self._view_distance = scene, lens, view_distance
        self._programs: dict[tuple[str, bool], tuple[Any, Any]] = {}
        self._atlas: tuple[Any, ...] = ()
        self.atlas_shape = (0, 0, False)
        """Width, height and whether there is an attachment for numbers."""
        self._indices: Any = None
        self._quads = 0
        self.data: Any = None
        self.views: Any = None
        self.skies: Any = None
        self._make_tables()
        self.make_data_room(records)
        self.make_view_room(records)
        self.make_indices(8192)

    def close(self) -> None:
        """Release everything; nothing in a process that inherited it."""
        if os.getpid() == self.process:
            with self.context:
                for thing in reversed(self.held):
                    thing.release()
            self.context.release()
        self.held = []

    @property
    def atlas(self) -> Any:
        """The framebuffer."""
        return self._atlas[-1]

    def textures(self) -> tuple[Any, ...]:
        """What shaders read, in the order of their texture units."""
        return self.data, self._corners, self._means, self._textures, self.skies

    def _hold(self, thing: Any) -> Any:
        self.held.append(thing)
        return thing

    def _drop(self, thing: Any) -> None:
        self.held.remove(thing)
        thing.release()

    def _texture(self, size: tuple[int, int], dtype: str) -> Any:
        texture = self._hold(self.context.texture(size, 4, dtype=dtype))
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return texture

    def _make_tables(self) -> None:
        """Upload what an appearance and a size of planet fix: textures and the lattice."""
        geometry, look = self._scene.geometry, self._scene.look
        count = len(look.texel)
        self._textures = self._hold(
            self.context.texture_array((16, 16, count), 4, look.texel.tobytes())
        )
        self._textures.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._means = self._texture((count, 1), "f4")
        means = np.zeros((count, 4), np.float32)
        means[:, :3] = look.mean / 255.0
        self._means.write(means.tobytes())
        edge = geometry.size + 1
        self._corners = self._texture((edge, 6 * edge), "f4")
        corners = np.zeros((6 * edge, edge, 4), np.float32)
        corners[..., :3] = geometry.corner.reshape(6 * edge, edge, 3)
        self._corners.write(corners.tobytes())

    def program(self, name: str, numbers: bool) -> tuple[Any, Any]:
        """A program and its vertex array, made when first needed."""
        if (name, numbers) not in self._programs:
            vertex, fragment = SHADERS[name]
            defined = (name.upper(), *(["NUMBERS"] if numbers else []))
            program = self._hold(
                self.context.program(
                    vertex_shader=shader_source(vertex, *defined),
                    fragment_shader=shader_source(fragment, *defined),
                )
            )
            self._set_constants(program)
            corners = self._hold(self.context.vertex_array(program, [], index_buffer=self._indices))
            self._programs[name, numbers] = program, corners
        return self._programs[name, numbers]

    def _set_constants(self, program: Any) -> None:
        light = [float(value) for value in self._scene.look.light]

        def three(name: str) -> tuple[float, ...]:
            return tuple(light[LIGHT[name] : LIGHT[name] + 3])

        values: dict[str, Any] = {
            "data": 0, "corners": 1, "mean_colour": 2, "textures": 3, "skies": 4,
            "size": self._scene.geometry.size, "lattice": lattice_codes(),
            "face_shade": light[LIGHT["face_shade"] : LIGHT["face_shade"] + 6],
            "sun_tint": three("sun_tint"), "moon_tint": three("moon_tint"),
            "lamp_tint": three("lamp_tint"), "ambient": light[LIGHT["ambient"]],
            "opacity": (light[LIGHT["water_opacity"]], light[LIGHT["glass_opacity"]]),
            "water": WATER, "distance_seen": self._view_distance,
            "lens": (self._lens[0], self._lens[1] * 0.5, self._lens[2] * 0.5),
        }  # fmt: skip
        for name, value in values.items():
            if name in program:
                program[name].value = value
        if "View" in program:
            program["View"].binding = 0

    def make_indices(self, quads: int) -> None:
        """Two triangles for each of so many quads, in vertex arrays made anew."""
        if quads <= self._quads:
            return
        self._quads = quads
        pattern = np.array([0, 1, 3, 1, 2, 3], np.uint32)
        indices = (np.arange(quads, dtype=np.uint32)[:, None] * 4 + pattern).astype(np.uint32)
        for program, corners in self._programs.values():
            self._drop(corners)
            self._drop(program)
        self._programs = {}
        if self._indices in self.held:
            self._drop(self._indices)
        self._indices = self._hold(self.context.buffer(indices.tobytes()))

    def make_view_room(self, records: Records) -> None:
        """The uniform blocks and sky rows of as many views as the records have room for."""
        for thing in (self.views, self.skies):
            if thing is not None:
                self._drop(thing)
        self.views = self._hold(self.context.buffer(reserve=records.block.nbytes))
        self.skies = self._texture((SKY_SIZE // 4, len(records.block)), "f4")

    def make_data_room(self, records: Records) -> None:
        """The texture of records."""
        if self.data is not None:
            self._drop(self.data)
        self.data = self._texture((ROW, len(records.data) // ROW), "u4")

    def exchange_buffer(self, former: Any, size: int) -> Any:
        """A buffer of so many bytes in place of a former one, or of None."""
        if former is not None:
            self._drop(former)
        return self._hold(self.context.buffer(reserve=size))

    def make_atlas(self, width: int, height: int, numbers: bool) -> None:
        """The framebuffer, as large as this pass needs or larger."""
        have_width, have_height, have_numbers = self.atlas_shape
        if width <= have_width and height <= have_height and have_numbers == numbers:
            return
        for thing in reversed(self._atlas):
            self._drop(thing)
        if have_numbers == numbers:
            width, height = max(width, have_width), max(height, have_height)
        context = self.context
        colour = [self._hold(context.texture((width, height), 4))]
        if numbers:
            colour.append(self._hold(context.texture((width, height), 4, dtype="i4")))
        depth = self._hold(context.depth_renderbuffer((width, height)))
        frame = self._hold(context.framebuffer(colour, depth))
        self._atlas = (*colour, depth, frame)
        self.atlas_shape = (width, height, numbers)

    def write_to(
        self, colour: tuple[bool, ...], numbers: tuple[bool, ...], depth: bool = True
    ) -> None:
        """Say which components of the two attachments, and whether depth, are written from now."""
        atlas = self._atlas[-1]
        atlas.depth_mask = depth
        atlas.color_mask = [colour, numbers] if self.atlas_shape[2] else colour
        atlas.use()  # a mask counts from the next use on
