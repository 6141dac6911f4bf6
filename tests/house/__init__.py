"""The house itself: what imports what, how often a word is asked for, which names are taken twice."""
