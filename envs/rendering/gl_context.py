"""Ways to an OpenGL context without a window, tried one after the other.

Each `Attempt` says whether it worked and why not, here and in `mpgenie doctor`.
"""

import os
from dataclasses import dataclass
from typing import Any

from mpgenie.errors import RendererError

ON_THE_PROCESSOR = ("llvmpipe", "softpipe", "swrast", "software")
"""Words in the name of an OpenGL device that is no graphics processor."""
BACK_ENDS: dict[str, dict[str, Any]] = {"egl": {"backend": "egl"}, "x11": {}}
"""Arguments of `moderngl.create_context` for each way."""


@dataclass(frozen=True)
class Attempt:
    """One way to a context, and how it went."""

    back_end: str
    works: bool
    answer: str
    """The device where it works, else the reason."""


def is_hardware(device: str) -> bool:
    """Whether the name of an OpenGL device is that of a graphics processor."""
    return not any(word in device.lower() for word in ON_THE_PROCESSOR)


def try_back_end(back_end: str, require: int = 330) -> tuple[Any, Attempt]:
    """A new moderngl context made in one way, or None, and how it went.

    Args:
        back_end: A key of `BACK_ENDS`.
        require: The least version of OpenGL, times 100.
    """
    import moderngl

    # Mesa's drawing threads do not survive a fork, and gain little beside one process per core.
    os.environ.setdefault("LP_NUM_THREADS", "0")
    if back_end == "x11" and not os.environ.get("DISPLAY"):
        return None, Attempt(back_end, False, "DISPLAY is not set")
    arguments = BACK_ENDS[back_end]
    try:
        context = moderngl.create_context(require=require, standalone=True, **arguments)
    except Exception as error:  # glcontext and moderngl raise plain Exception
        return None, Attempt(back_end, False, str(error))
    return context, Attempt(back_end, True, str(context.info["GL_RENDERER"]))


def create_context(require: int = 330) -> tuple[Any, list[Attempt]]:
    """A new moderngl context, current in this thread, made in the first way that works.

    Args:
        require: The least version of OpenGL, times 100.

    Returns:
        The context, and what was tried up to it.

    Raises:
        RendererError: If none works; the message names every attempt and its reason.
    """
    attempts: list[Attempt] = []
    for back_end in BACK_ENDS:
        context, attempt = try_back_end(back_end, require)
        attempts.append(attempt)
        if attempt.works:
            return context, attempts
    reasons = "; ".join(f"{attempt.back_end}: {attempt.answer}" for attempt in attempts)
    raise RendererError(
        f"no OpenGL context can be made here ({reasons}). Use renderer='software', which needs no "
        "OpenGL, or see `mpgenie doctor` for what to install."
    )
