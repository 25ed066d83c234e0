"""Views per CPU-second, by renderer and resolution: the scene's culling and drawing, no game."""

from collections.abc import Iterator

import mpgenie

from .measure import Figure, Setting, rate

CASES = (
    ("views_64_software", "software", (64, 64)),
    ("views_160x120_software", "software", (120, 160)),
    ("views_64_opengl", "opengl", (64, 64)),
)
PLAYERS = 16


def figures(setting: Setting) -> Iterator[Figure]:
    """Draw what sixteen players on the default planet see, again and again."""
    for name, renderer, resolution in CASES:
        try:
            env = mpgenie.parallel_env(players=PLAYERS, resolution=resolution, renderer=renderer)
        except mpgenie.errors.RendererError as error:
            print(f"{name}: {error}")
            continue
        env.reset(seed=7)

        def draw(env=env, resolution=resolution) -> int:  # type: ignore[no-untyped-def]
            for player in env.agents:
                env.render_view(player, view="first", resolution=resolution)
            return PLAYERS

        yield rate(name, draw, setting)
        env.close()
