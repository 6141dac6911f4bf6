"""The story in one deck of slides: ``python -m slides`` builds it."""
