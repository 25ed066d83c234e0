"""Planets that are dreamt: models that learn the game's video and stand in for the game.

This room is empty for now: tokenizer, dynamics model and dream environment move in with later
versions.
"""
