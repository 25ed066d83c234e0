"""How the planet looks: palette, textures, light, fog, sky and field of view, in one place.

Both renderers read the same `Appearance`.  Colours are 8-bit RGB and are mixed as they are, without
gamma.  A scenario may draw one at random with `Appearance.sampled` (domain randomisation, after
Tobin et al., IROS 2017); the default is the look of the game.
"""

from dataclasses import dataclass, replace

import numpy as np

Colour = tuple[int, int, int]

PALETTE: dict[str, Colour] = {
    "bedrock": (62, 62, 66),
    "stone": (127, 127, 131),
    "cobblestone": (118, 118, 120),
    "dirt": (134, 96, 67),
    "grass_top": (104, 159, 62),
    "grass_side": (134, 96, 67),
    "sand": (219, 207, 160),
    "red_sand": (190, 102, 33),
    "sandstone": (214, 199, 148),
    "sandstone_top": (222, 208, 158),
    "gravel": (131, 124, 120),
    "clay": (158, 164, 176),
    "snow": (242, 250, 252),
    "snowy_side": (134, 96, 67),
    "ice": (152, 186, 246),
    "water": (46, 92, 200),
    "oak_log": (104, 82, 50),
    "birch_log": (216, 212, 200),
    "log_top": (172, 138, 84),
    "oak_leaves": (62, 122, 38),
    "pine_leaves": (44, 92, 56),
    "planks": (168, 134, 80),
    "bricks": (152, 88, 72),
    "glass": (198, 228, 236),
    "torch": (248, 204, 96),
    "lamp": (250, 216, 140),
    "coal_ore": (127, 127, 131),
    "iron_ore": (127, 127, 131),
    "gold_ore": (127, 127, 131),
    "diamond_ore": (127, 127, 131),
    "cactus": (84, 126, 42),
    "cactus_top": (98, 142, 54),
    "red_wool": (176, 48, 42),
    "blue_wool": (52, 70, 168),
    "white_wool": (232, 234, 236),
    "obsidian": (34, 26, 52),
}
"""The mean colour of each block texture."""


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """Everything that decides how a planet looks and nothing that decides what happens on it."""

    fov: float = 70.0
    """Vertical field of view in degrees."""
    palette: tuple[tuple[str, Colour], ...] = tuple(PALETTE.items())
    """Mean colour of each block texture."""
    texture_seed: int = 1
    """Draws the patterns."""
    texture_contrast: float = 1.0
    """Scales how far a texel may differ from the mean colour; 0 is plain blocks."""
    face_shade: tuple[float, float, float, float, float, float] = (0.8, 0.8, 0.62, 0.62, 1.0, 0.5)
    """Brightness of faces by direction: the four sides, top, underside."""
    light_falloff: float = 0.82
    """Brightness lost per step of light level is one minus this."""
    ambient: float = 0.16
    """Brightness where no light comes at all."""
    occlusion: tuple[float, float, float, float] = (1.0, 0.78, 0.62, 0.5)
    """Brightness of a corner between no, one, two and three blocks."""
    moonlight: float = 0.34
    """Sky light by night, as a share of that by day."""
    sun_tint: Colour = (255, 252, 244)
    moon_tint: Colour = (150, 175, 255)
    lamp_tint: Colour = (255, 208, 146)
    zenith_day: Colour = (92, 150, 236)
    horizon_day: Colour = (176, 208, 244)
    zenith_night: Colour = (8, 11, 30)
    horizon_night: Colour = (26, 32, 62)
    dusk: Colour = (244, 142, 72)
    """Colour of the horizon around a low sun."""
    sun: Colour = (255, 250, 214)
    sun_size: float = 0.05
    """Half the width of the square sun, as the tangent of an angle."""
    fog_start: float = 0.55
    """Where fog begins, as a share of the view distance."""
    water: Colour = (34, 76, 160)
    water_opacity: float = 0.62
    underwater_distance: float = 14.0
    """How far one sees with the eye under water, in metres."""
    glass_opacity: float = 0.28

    def __post_init__(self) -> None:
        if not 20.0 <= self.fov <= 120.0:
            raise ValueError(f"fov must lie between 20 and 120 degrees, got {self.fov}")
        if not 0.0 <= self.texture_contrast <= 3.0:
            raise ValueError(f"texture_contrast must lie in [0, 3], got {self.texture_contrast}")

    @classmethod
    def sampled(cls, rng: np.random.Generator) -> "Appearance":
        """A look drawn at random around the default: colours, patterns, light, fog and lens."""

        def shifted(colour: Colour, by: int) -> Colour:
            drift = rng.integers(-by, by + 1, 3)
            pairs = zip(colour, drift, strict=True)
            red, green, blue = (min(255, max(0, int(part + change))) for part, change in pairs)
            return red, green, blue

        look = cls()
        return replace(
            look,
            fov=float(rng.uniform(60.0, 80.0)),
            palette=tuple((name, shifted(colour, 24)) for name, colour in look.palette),
            texture_seed=int(rng.integers(1, 2**31)),
            texture_contrast=float(rng.uniform(0.5, 1.5)),
            light_falloff=float(rng.uniform(0.78, 0.88)),
            ambient=float(rng.uniform(0.08, 0.2)),
            moonlight=float(rng.uniform(0.2, 0.45)),
            zenith_day=shifted(look.zenith_day, 30),
            horizon_day=shifted(look.horizon_day, 30),
            dusk=shifted(look.dusk, 30),
            fog_start=float(rng.uniform(0.35, 0.75)),
            water=shifted(look.water, 30),
            water_opacity=float(rng.uniform(0.5, 0.8)),
        )
