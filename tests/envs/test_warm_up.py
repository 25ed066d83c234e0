"""On a cold cache a second process compiles the renderer; without it all goes on, only slower."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from mpgenie.envs import warm_up
from mpgenie.envs.config import EnvConfig
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.planet.planet import PlanetConfig
from mpgenie.envs.simulation.world import Simulation
from mpgenie.envs.warm_up import Helper, compile_tick, helper_for

OPTIONS = {"planet": "flat", "size": 16, "mobs": False, "renderer": "software"}


@pytest.fixture
def cold(monkeypatch):
    """A machine with two processors that has never compiled the renderer."""
    monkeypatch.setattr(warm_up, "_is_cold", lambda: True)
    monkeypatch.setattr(warm_up, "_processors", lambda: 2)


@pytest.fixture
def helper():
    helper = Helper()
    yield helper
    helper.close()


@pytest.fixture
def simulation():
    return Simulation(PlanetConfig(size=8))


def test_the_helper_compiles_all_that_a_first_episode_draws_with():
    code = """
        import sys
        from mpgenie.envs.kernels import Kernel
        from mpgenie.envs.warm_up import compile_renderer
        import mpgenie

        def compiled():
            modules = [m for name, m in sys.modules.items() if name.startswith("mpgenie.envs.ren")]
            kernels = {k for m in modules for k in vars(m).values() if isinstance(k, Kernel)}
            return {(k.__qualname__, str(s)) for k in kernels for s in k._outer.signatures}

        compile_renderer()
        before = compiled()
        env = mpgenie.parallel_env(renderer="software", size=16)
        env.reset(seed=0)
        env.step({player: env.action_space(player).sample() for player in env.agents})
        assert before
        assert not compiled() - before, compiled() - before
        env.close()
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, env=environment)


def test_compiling_a_tick_moves_nothing(simulation):
    simulation.reset(0, 1)
    before = simulation.state_hash(0)
    compile_tick(simulation)
    assert simulation.state_hash(0) == before


def test_a_helper_ends_by_itself_when_all_is_compiled(helper, simulation):
    helper.wait(simulation)
    assert helper._process.returncode == 0


def test_a_helper_ends_with_the_process_that_it_helps(helper):
    helper._process.stdin.close()  # as happens when that dies
    assert helper._process.wait(60) == 1


def test_pictures_come_without_the_helper_too(cold):
    env = parallel_env(**OPTIONS)
    env._drawing._helper._process.kill()
    frames, _ = env.reset(seed=1)
    assert np.ptp(frames["player_0"]) > 0
    assert env._drawing._helper is None
    env.close()


def test_an_interrupted_wait_ends_the_helper(helper, simulation, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(warm_up, "compile_tick", interrupt)
    with pytest.raises(KeyboardInterrupt):
        helper.wait(simulation)
    assert helper._process.returncode is not None


def test_closing_an_environment_ends_its_helper(cold):
    env = parallel_env(**OPTIONS)
    process = env._drawing._helper._process
    env.close()
    assert process.returncode is not None


@pytest.mark.usefixtures("cold")
class TestNobodyHelps:
    @pytest.mark.parametrize(
        "options", [{"renderer": "opengl"}, {"observe": "state"}], ids=["opengl", "no picture"]
    )
    def test_what_it_does_not_compile(self, options):
        assert helper_for(EnvConfig(**options)) is None

    def test_when_the_cache_is_warm(self, monkeypatch):
        monkeypatch.setattr(warm_up, "_is_cold", lambda: False)
        assert helper_for(EnvConfig(renderer="software")) is None

    def test_on_a_single_processor(self, monkeypatch):
        monkeypatch.setattr(warm_up, "_processors", lambda: 1)
        assert helper_for(EnvConfig(renderer="software")) is None

    def test_where_python_cannot_be_started(self, monkeypatch):
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        assert helper_for(EnvConfig(renderer="software")) is None

    def test_inside_a_frozen_program(self, monkeypatch):
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        assert helper_for(EnvConfig(renderer="software")) is None


def test_the_cache_is_cold_until_the_renderer_is_kept(tmp_path, monkeypatch):
    warm_up.compile_renderer()
    assert not warm_up._is_cold()
    monkeypatch.setattr("mpgenie.envs.kernels.cache_folder", lambda _: tmp_path)
    assert warm_up._is_cold()
