"""Variables of the environment in which a live run finds URLs: a command line can be read by anybody on the machine."""

__all__ = ["BROKER_VARIABLE", "DATABASE_VARIABLE"]

BROKER_VARIABLE, DATABASE_VARIABLE = "EVSIM_BROKER", "EVSIM_DATABASE"
