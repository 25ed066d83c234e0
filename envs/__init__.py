"""The game: planet, simulation, rendering, scenarios, and the environments made of them.

Imports run one way: planet <- simulation <- rendering <- scenarios and environment classes.
Nothing here imports torch, ray or a web framework.
"""
