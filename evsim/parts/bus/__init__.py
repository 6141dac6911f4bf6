"""The bus: messages go straight to handlers and are forgotten, as on Vert.x's event bus."""

SOCKET = "channel"
