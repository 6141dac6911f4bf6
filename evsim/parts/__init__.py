"""The parts, a folder each; :mod:`evsim.registry` says what lies in one."""
