"""Playing by hand: people at a keyboard beside bots, trained policies and idle players.

controls   what keys and mouse mean, as pure functions
seats      who chooses the actions of which players
game       what is played, behind the few calls that a session makes
dreamt     the same for a dream
session    one tick after the other, without a window
filming    a session as episodes of a dataset
overlay    what is laid over a person's view
desk       the loop: pictures, clock, pause, new episodes
window     keyboard, mouse and pictures through pyglet
"""
