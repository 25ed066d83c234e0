"""When long work stops, and when it is saved on the way.

Ctrl-C is heard between two steps, so that what was done can be saved.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SAVE_EVERY = 120.0
"""Seconds between two saves."""


class Pace:
    """The time that work takes, from now on.

    Args:
        minutes: How long it may take; None = for ever.
    """

    def __init__(self, minutes: float | None = None) -> None:
        self.minutes = minutes
        self._start = self._saved = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._start

    @property
    def left(self) -> float | None:
        """Minutes that are left, 0.0 at least; None = for ever."""
        return None if self.minutes is None else max(0.0, self.minutes - self.seconds / 60.0)

    @property
    def is_up(self) -> bool:
        """Whether the time is up."""
        return self.minutes is not None and self.seconds > 60.0 * self.minutes

    def save_is_due(self) -> bool:
        """True once every `SAVE_EVERY` seconds: whoever hears it saves."""
        now = time.monotonic()
        due = now - self._saved > SAVE_EVERY
        if due:
            self._saved = now
        return due


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
