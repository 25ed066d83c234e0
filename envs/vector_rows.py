"""What `gymnasium.make_vec` calls: `vector_env` by the number of its rows.

    import mpgenie
    envs = gymnasium.make_vec("mpgenie/Tag-v0", num_envs=128, players=2)    # 64 worlds
    envs = gymnasium.make_vec("mpgenie/Tag1-v0", num_envs=128)              # 128 worlds of one

Everything else is as in `vector_env`; `num_envs` is what `envs.num_envs` will be.
"""

from typing import Any

from mpgenie.errors import ConfigError

from .rows import whole_count
from .vector import PlanetVectorEnv, vector_env


def rows_env(num_envs: int, players: int = 2, **options: Any) -> PlanetVectorEnv:
    """Worlds for so many rows, each a player.

    Args:
        num_envs: How many rows; a multiple of `players`.
        players: How many players in each world.
        **options: As of `vector_env`.

    Raises:
        ConfigError: If that leaves a world without some of its players, or an option is wrong.
    """
    rows, players = whole_count("num_envs", num_envs, 2**30), whole_count("players", players, 32)
    if rows % players:
        raise ConfigError(
            f"num_envs counts players, and a world has {players} of them: it must be a multiple "
            f"of {players}, got {rows}"
        )
    return vector_env(rows // players, players, **options)


def single_rows_env(num_envs: int, players: int = 1, **options: Any) -> PlanetVectorEnv:
    """So many worlds of one player.

    Raises:
        ConfigError: If there are to be others, or an option is wrong.
    """
    if players != 1:
        raise ConfigError(
            f"an id that ends in 1 has one player a world, got players={players!r}: leave the 1 "
            "out to make every player a row"
        )
    return rows_env(num_envs, 1, **options)
