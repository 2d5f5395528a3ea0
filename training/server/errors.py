"""What keeps the server from starting."""


class ServerError(Exception):
    """The server cannot serve. Its text says why and what to do, for whoever started it."""
