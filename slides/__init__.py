"""Slides: the deck of each lesson, made from its notebook."""
