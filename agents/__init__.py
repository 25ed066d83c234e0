"""Players that are programs.

This room is empty for now: bots, inverse dynamics, behavioural cloning and training move in with
later versions.
"""
