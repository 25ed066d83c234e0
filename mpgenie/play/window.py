"""Keyboard, mouse and pictures through pyglet."""

import time
from typing import Any

from mpgenie.envs.rendering.window import Window

from .controls import Inputs
from .game import Size

COMMANDS = {
    "F1": "help",
    "F2": "screenshot",
    "F5": "view 0",
    "F6": "view 1",
    "P": "pause",
    "R": "restart",
    "Q": "quit",
}
"""Keys that are no part of a player's action."""
PAD_WITHOUT_NUMLOCK = {
    "NUM_INSERT": "NUM_0", "NUM_END": "NUM_1", "NUM_DOWN": "NUM_2", "NUM_PAGE_DOWN": "NUM_3",
    "NUM_LEFT": "NUM_4", "NUM_BEGIN": "NUM_5", "NUM_RIGHT": "NUM_6", "NUM_HOME": "NUM_7",
    "NUM_UP": "NUM_8", "NUM_PAGE_UP": "NUM_9", "NUM_DELETE": "NUM_DECIMAL",
    "NUM_PRIOR": "NUM_9", "NUM_NEXT": "NUM_3",
}  # fmt: skip
_POLL = 0.002  # seconds between looks for events


class PlayWindow(Window):
    """A window that people play in.

    The mouse belongs to the player from the first click into the window until Esc.

    Args:
        size: (height, width) of the pictures.
        inputs: What keys and mouse do goes there.
        title: In its bar.

    Raises:
        MissingExtraError: If pyglet is not installed.
        RendererError: If no window can be opened.
    """

    def __init__(self, size: Size, inputs: Inputs, title: str = "mpgenie") -> None:
        super().__init__(*size, title, resizable=True)
        self.inputs = inputs
        self.captured = False
        """Whether the mouse turns the player's head."""
        self._commands: list[str] = []
        self._window.push_handlers(
            on_key_press=self._key_pressed,
            on_key_release=self._key_released,
            on_mouse_press=self._mouse_pressed,
            on_mouse_release=self._mouse_released,
            on_mouse_motion=self._mouse_moved,
            on_mouse_drag=self._mouse_dragged,
            on_mouse_scroll=self._wheel_turned,
            on_deactivate=self._lost_keyboard,
        )

    def gather(self, seconds: float) -> list[str]:
        """Let keys and mouse come in for so long; the commands that were given."""
        until = time.perf_counter() + seconds
        while self.is_open:
            with self._bound():
                self._window.dispatch_events()
            left = until - time.perf_counter()
            if left <= 0.0:
                break
            time.sleep(min(_POLL, left))
        commands, self._commands = self._commands, []
        return commands

    def capture(self, captured: bool) -> None:
        """Take the mouse, or let it go."""
        self.captured = captured
        self._window.set_exclusive_mouse(captured)

    def close(self) -> None:
        """Close it; closing twice is fine."""
        if self._window is not None and self.captured:
            self.capture(False)
        super().close()

    # ------------------------------------------------------------------ what pyglet calls

    def _key_pressed(self, symbol: int, modifiers: int) -> bool:
        name = key_name(symbol)
        if name == "ESCAPE":
            self.capture(False)
        elif name == "F11":
            self._window.set_fullscreen(not self._window.fullscreen)
        elif name in COMMANDS:
            self._commands.append(COMMANDS[name])
        else:
            self.inputs.press(name)
        return True  # else pyglet closes the window on Esc

    def _key_released(self, symbol: int, modifiers: int) -> None:
        self.inputs.release(key_name(symbol))

    def _mouse_pressed(self, x: int, y: int, button: int, modifiers: int) -> None:
        if self.captured:
            self.inputs.press(mouse_name(button))
        else:
            self.capture(True)

    def _mouse_released(self, x: int, y: int, button: int, modifiers: int) -> None:
        self.inputs.release(mouse_name(button))

    def _mouse_moved(self, x: float, y: float, dx: float, dy: float) -> None:
        if self.captured:
            self.inputs.move(dx, dy)

    def _mouse_dragged(
        self, x: float, y: float, dx: float, dy: float, buttons: int, modifiers: int
    ) -> None:
        self._mouse_moved(x, y, dx, dy)

    def _wheel_turned(self, x: float, y: float, right: float, up: float) -> None:
        self.inputs.scroll(up)

    def _lost_keyboard(self) -> None:
        self.inputs.let_go()
        if self.captured:
            self.capture(False)

    def _closed_by_hand(self) -> bool:
        if self.captured:
            self.capture(False)
        return super()._closed_by_hand()


def key_name(symbol: int) -> str:
    """The name of a key, the number pad's the same with and without Num Lock."""
    from pyglet.window import key

    name: str = key.symbol_string(symbol)
    return PAD_WITHOUT_NUMLOCK.get(name, name)


def mouse_name(button: int) -> str:
    """The name of a button of the mouse."""
    from pyglet.window import mouse

    names: dict[Any, str] = {mouse.LEFT: "MOUSE_LEFT", mouse.RIGHT: "MOUSE_RIGHT"}
    return names.get(button, "MOUSE_MIDDLE")
