"""Operations: one service does several things with the same workers, each with steps of its own."""

SOCKET = "step"
