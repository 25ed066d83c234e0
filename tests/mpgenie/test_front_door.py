"""`import mpgenie` costs next to nothing, and every public name leads somewhere."""

import subprocess
import sys

import pytest

import mpgenie

HEAVY = ("numba", "torch", "moderngl", "pettingzoo", "gymnasium", "numpy", "av", "pyglet", "ray")


def answer(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_mpgenie_loads_nothing_heavy():
    code = f"import sys, mpgenie; print([m for m in {HEAVY} if m in sys.modules])"
    assert answer(code) == "[]"


def test_the_command_line_answers_help_without_loading_anything_heavy():
    code = (
        "import sys\nfrom mpgenie.cli import main\n"
        "try: main(['demo', '--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    assert answer(code).endswith("[]")


@pytest.mark.parametrize("name", mpgenie.__all__)
def test_every_public_name_can_be_reached(name):
    assert getattr(mpgenie, name) is not None
    assert name in dir(mpgenie)


def test_the_game_never_loads_a_learning_framework():
    code = (
        "import sys, mpgenie.envs.parallel, mpgenie.envs.aec, mpgenie.envs.single\n"
        "print([m for m in ('torch', 'ray', 'flask', 'fastapi', 'aiohttp') if m in sys.modules])"
    )
    assert answer(code) == "[]"


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'paralel_env'"):
        mpgenie.paralel_env  # noqa: B018
