"""Exit statuses, as docstring and manual tell them."""

MISSED, BAD_INPUT, DEFECT, INTERRUPTED, PIPE_BROKEN = 1, 2, 3, 130, 141
