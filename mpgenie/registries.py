"""Our ids in the registries of Gymnasium and PettingZoo, without importing either.

`import mpgenie` makes `gymnasium.make("mpgenie/Planet1-v0")` and
`pettingzoo.make("parallel", "mpgenie/Planet-v0")` work, whichever is imported first: a registry
that is loaded already gets our ids at once, another one right after its own import.  Gymnasium has
had no plug-in entry point since 1.0; without `import mpgenie` write
`gymnasium.make("mpgenie:mpgenie/Planet1-v0")`.  `gymnasium.make_vec` takes all ids, those of
PettingZoo too, and makes a `vector_env` of `num_envs` players.

A version goes up when dynamics, rewards or pixels change, scenario by scenario.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

SCENARIOS: dict[str, tuple[str, int, int]] = {
    "Planet": ("free_play", 0, 1),
    "Tag": ("tag", 0, 1),
    "Gather": ("gather", 0, 1),
    "CaptureTheFlag": ("capture_the_flag", 0, 2),
    "Duel": ("duel", 0, 2),
    "TeamFight": ("team_fight", 0, 2),
    "HideAndSeek": ("hide_and_seek", 0, 2),
    "Defend": ("defend", 0, 1),
    "Bridge": ("bridge", 0, 2),
    "Build": ("build", 0, 1),
    "Harvest": ("harvest", 0, 1),
}
"""For each name the scenario, its version and the fewest players it is for, as its config says."""


def ids() -> dict[str, str]:
    """The scenario of each PettingZoo id."""
    return {
        f"mpgenie/{name}-v{version}": scenario for name, (scenario, version, _) in SCENARIOS.items()
    }


def single_ids() -> dict[str, str]:
    """The scenario of each Gymnasium id: of those that one can play alone; the names end in 1."""
    return {
        f"mpgenie/{name}1-v{version}": scenario
        for name, (scenario, version, fewest) in SCENARIOS.items()
        if fewest == 1
    }


def _register_gymnasium(registration: Any) -> None:
    for name, scenario in single_ids().items():
        if name not in registration.registry:
            registration.register(
                id=name,
                entry_point="mpgenie.envs.single:SinglePlayerEnv",
                vector_entry_point="mpgenie.envs.vector_rows:single_rows_env",
                kwargs={"scenario": scenario},
            )
    for name, scenario in ids().items():
        if name not in registration.registry:
            registration.register(
                id=name,
                vector_entry_point="mpgenie.envs.vector_rows:rows_env",
                kwargs={"scenario": scenario},
            )


def _register_pettingzoo(registration: Any) -> None:
    for name, scenario in ids().items():
        for kind, registry, entry in (
            ("parallel", registration.parallel_registry, "mpgenie.envs.parallel:parallel_env"),
            ("aec", registration.aec_registry, "mpgenie.envs.aec:env"),
        ):
            if name not in registry:
                registration.register(kind, name, entry, kwargs={"scenario": scenario})


_REGISTRIES: dict[str, Callable[[Any], None]] = {
    "gymnasium.envs.registration": _register_gymnasium,
    "pettingzoo.env_registry.registration": _register_pettingzoo,
}


class _AfterImport(MetaPathFinder):
    """Lets a module be found as ever, and registers our ids when it has been loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _REGISTRIES:
            return None
        sys.meta_path.remove(self)  # or we would find ourselves
        try:
            spec = find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            spec.loader = _Registering(spec.loader, _REGISTRIES[name])
        return spec


class _Registering(Loader):
    """A module's own loader, and then a registration."""

    def __init__(self, loader: Loader, register: Callable[[Any], None]) -> None:
        self.loader, self.register = loader, register

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        self.register(module)


def register() -> None:
    """Put our ids into both registries, now or when they are loaded."""
    for name, put in _REGISTRIES.items():
        if name in sys.modules:
            put(sys.modules[name])
    if not any(isinstance(finder, _AfterImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterImport())
