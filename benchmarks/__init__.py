"""Speed of evsim against the same models written by hand: `python -m benchmarks`. See README.md here."""
