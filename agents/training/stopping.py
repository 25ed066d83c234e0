"""Ctrl-C during long work: heard between two steps of it, so that it can be saved."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C and SIGTERM be heard between two updates; a second one is heard at once."""
    heard: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        if heard:
            raise KeyboardInterrupt("stopped at once: what was learnt since the last save is lost")
        heard.append(number)

    usual = {each: signal.signal(each, hear) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(heard)
    finally:
        for each, handler in usual.items():
            signal.signal(each, handler)
