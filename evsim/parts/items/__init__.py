"""Items: one publish step sends several messages, one for each thing that the request is about."""

SOCKET = "publish"
