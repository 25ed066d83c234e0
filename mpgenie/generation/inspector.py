"""Checks episodes while a dataset is being made, and sets aside those that fail."""

from contextlib import closing

from mpgenie.datasets.quality import check_episode
from mpgenie.datasets.quality.rules import rejected
from mpgenie.datasets.shards import Shard
from mpgenie.datasets.store import Store


class Inspector:
    """Looks at episodes as they are sealed.

    Args:
        store: The dataset, held by whoever makes it.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def look_at(self, unit: int) -> list[str]:
        """Check a sealed episode.

        Returns:
            The rules by which it was set aside; none if it is fine.
        """
        with closing(Shard(self.store.folder_of(unit))) as shard:
            reasons = rejected(check_episode(shard)).get(unit, {})
        if reasons:
            self.store.quarantine(unit, reasons)
        return list(reasons)
