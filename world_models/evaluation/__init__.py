"""How good a world model is as a stand-in for the game, judged by the game itself.

    scripted episodes -> cases: what is shown, what is then done, and questions about what follows
    anything with `rollout(context, actions)` -> frames -> judges -> scores beside controls

The judges are exact: the game draws what each answer to a question would look like, and the answer
whose picture is nearest to what was told is the one that was given.  No network judges, and how
often a judge is right on frames of the game stands beside every score.
"""
