"""Players that follow a script: skills, coordination, and episodes made of them.

A skill is a generator that yields one `Action` a tick and returns an `Outcome`; skills are put
together with `yield from`.  An episode is a script for each role.  `runner` plays them.
"""
