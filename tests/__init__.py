"""A package, so that another package's `tests`, which some put among the installed ones, is never meant."""
