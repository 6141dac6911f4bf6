"""Many runs: what one scenario does on average, and how two designs differ for the same customers."""
