"""What happens in a tick: bodies, mining and placing, items, mobs, light, events and snapshots.

One integer tick of 50 ms is the only clock, and every rule is deterministic.
"""
