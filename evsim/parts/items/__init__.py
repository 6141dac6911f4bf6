"""Items: one step sends several messages, or makes several calls, one for each thing that the request is about."""

SOCKET = ("publish", "call")
