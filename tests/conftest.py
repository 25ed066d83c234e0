"""What tests may ask of the machine: an EGL context (`opengl`) and a display (`window`).

Where one cannot be had the test is skipped, or fails if `MPGENIE_REQUIRE_GL=1` (as in CI).
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Without the JIT let kernels overflow and divide by zero in silence, as they do with it."""
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        for text in ("overflow", "divide by zero", "invalid value"):
            config.addinivalue_line("filterwarnings", f"ignore:{text} encountered:RuntimeWarning")


def missing(what: str) -> None:
    """Skip the test, or fail it where everything must be there."""
    if os.environ.get("MPGENIE_REQUIRE_GL") == "1":
        pytest.fail(f"MPGENIE_REQUIRE_GL=1, but {what}")
    pytest.skip(what)


@pytest.fixture(scope="session")
def egl_refusal() -> str | None:
    """Why no EGL context can be made here; None when one can."""
    import moderngl

    # As the OpenGL renderer does: Mesa's drawing threads do not survive a fork.
    os.environ.setdefault("LP_NUM_THREADS", "0")
    try:
        options: dict[str, Any] = {"backend": "egl"}
        moderngl.create_context(standalone=True, **options).release()
    except Exception as error:  # glcontext raises plain Exception
        return f"no EGL context can be made: {error}"
    return None


@pytest.fixture
def gl(egl_refusal: str | None) -> None:
    """Go on only where an EGL context can be made."""
    if egl_refusal is not None:
        missing(egl_refusal)


@pytest.fixture(scope="session")
def xvfb() -> Iterator[str | None]:
    """The name of a display: the one there is, else a virtual one of our own, else None."""
    if "DISPLAY" in os.environ:
        yield os.environ["DISPLAY"]
        return
    if shutil.which("Xvfb") is None:
        yield None
        return
    reader, writer = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        "1280x1024x24",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as numbers:
        number = numbers.readline().strip()
    yield f":{number}" if number else None
    server.terminate()
    server.wait(timeout=10)


@pytest.fixture
def display(xvfb: str | None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A display that windows open on."""
    if xvfb is None:
        missing("there is no display and no Xvfb")
    monkeypatch.setenv("DISPLAY", str(xvfb))
    return str(xvfb)


@pytest.fixture(autouse=True)
def needs_of_markers(request: pytest.FixtureRequest) -> None:
    """The markers `opengl` and `window` ask for the machine's part by themselves."""
    for marker, fixture in {"opengl": "gl", "window": "display"}.items():
        if request.node.get_closest_marker(marker):
            request.getfixturevalue(fixture)
