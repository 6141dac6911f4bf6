"""What many runs, formulas and reports say."""
