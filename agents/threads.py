"""How many threads networks run on."""

from collections.abc import Iterator
from contextlib import contextmanager

from mpgenie.extras import require


@contextmanager
def one_thread() -> Iterator[None]:
    """What networks say shall not depend on the number of processors; few rows gain nothing."""
    torch = require("torch", extra="agents")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
