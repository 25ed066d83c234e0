"""Video pre-training: learn what players did from what they saw, and label play without labels.

After Baker et al., "Video PreTraining" (2022), for many players at a time.  Action t is chosen on
seeing frame t, and its effect first shows in frame t + 1: an inverse dynamics model (`idm`) looks
at frames before and after to say what was done.  It learns actions as they were *applied*, which
is not always as they were requested.
"""
