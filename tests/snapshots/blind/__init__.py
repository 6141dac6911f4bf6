"""Where snapshots are blind: expressions of evsim that, written otherwise, would give the same values to all of them.

This is weak mutation (Howden 1982): nothing is changed and run again. While the snapshots are taken, each expression
is watched, and it is noted what would have come out had it been written otherwise. An error in an expression that never
gave another value cannot be noticed.
"""
