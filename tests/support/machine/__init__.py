"""A machine of which time, network and programs are given: all processes of a live run take their steps in one.

``GivenMachine`` puts it in the place of the real one. So a live run takes no time, and says the same each time.
"""
