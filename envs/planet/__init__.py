"""Where the ground is: geometry of the cubed sphere, blocks, terrain, spawn points and paths.

The planet knows nothing of players, rules or cameras.
"""
