"""A small round voxel planet for several players, each seeing it through their own eyes.

`parallel_env` is the way in.  Names are looked up when they are first used, so `import mpgenie`
costs next to nothing: no numba, no OpenGL, not even numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .registries import register

if TYPE_CHECKING:
    from mpgenie.datasets.exports.export import export
    from mpgenie.datasets.reading import open_dataset
    from mpgenie.datasets.vpt_import import import_vpt
    from mpgenie.envs.aec import env
    from mpgenie.envs.parallel import PlanetEnv, parallel_env
    from mpgenie.envs.single import SinglePlayerEnv as gym_env
    from mpgenie.envs.vector import PlanetVectorEnv, vector_env
    from mpgenie.generation.generate import generate
    from mpgenie.generation.orchestrate import orchestrate
    from mpgenie.world_models.checkpoint import load_world_model
    from mpgenie.world_models.dream import DreamEnv, dream_env
    from mpgenie.world_models.dream_vector import DreamVectorEnv, dream_vector_env
    from mpgenie.world_models.evaluation.evaluating import evaluate_world_model

__version__ = "0.1.0"
__all__ = [
    "DreamEnv",
    "DreamVectorEnv",
    "PlanetEnv",
    "PlanetVectorEnv",
    "__version__",
    "dream_env",
    "dream_vector_env",
    "env",
    "evaluate_world_model",
    "export",
    "generate",
    "gym_env",
    "import_vpt",
    "load_world_model",
    "open_dataset",
    "orchestrate",
    "parallel_env",
    "vector_env",
]

_HOMES = {
    "DreamEnv": "mpgenie.world_models.dream:DreamEnv",
    "DreamVectorEnv": "mpgenie.world_models.dream_vector:DreamVectorEnv",
    "PlanetEnv": "mpgenie.envs.parallel:PlanetEnv",
    "PlanetVectorEnv": "mpgenie.envs.vector:PlanetVectorEnv",
    "dream_env": "mpgenie.world_models.dream:dream_env",
    "dream_vector_env": "mpgenie.world_models.dream_vector:dream_vector_env",
    "env": "mpgenie.envs.aec:env",
    "evaluate_world_model": "mpgenie.world_models.evaluation.evaluating:evaluate_world_model",
    "export": "mpgenie.datasets.exports.export:export",
    "generate": "mpgenie.generation.generate:generate",
    "gym_env": "mpgenie.envs.single:SinglePlayerEnv",
    "import_vpt": "mpgenie.datasets.vpt_import:import_vpt",
    "load_world_model": "mpgenie.world_models.checkpoint:load_world_model",
    "open_dataset": "mpgenie.datasets.reading:open_dataset",
    "orchestrate": "mpgenie.generation.orchestrate:orchestrate",
    "parallel_env": "mpgenie.envs.parallel:parallel_env",
    "vector_env": "mpgenie.envs.vector:vector_env",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mpgenie' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    found = globals()[name] = getattr(import_module(module), attribute)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


register()
