"""What ends a command before it opens anything."""


class InstanceError(Exception):
    """Something is wrong with the instance folder or the database file. Nothing was changed.

    Its text says what was found and what to do, for whoever runs the server.
    """
