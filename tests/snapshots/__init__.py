"""Snapshots: what evsim says of many systems and of everything else is what it said when somebody last looked at it.

They tell that something changed, and never that it is true: that is proven by theory, published results and second
computations. Of each text a fingerprint is kept (``fingerprints.json``).
"""
