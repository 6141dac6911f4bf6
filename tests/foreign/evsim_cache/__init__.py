"""The cache: what was loaded for a key a short while ago is not loaded again."""

SOCKET = "step"
