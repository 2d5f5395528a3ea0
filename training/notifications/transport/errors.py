"""Why a mail did not go out, told by what is to be done about it."""


class TransportError(Exception):
    """A mail did not go out. The text is for staff, and names no address of ours or theirs."""


class NotSentError(TransportError):
    """Not now: the same mail may be taken later."""


class RefusedError(TransportError):
    """Not ever, for this mail or this recipient."""


class UnknownOutcomeError(TransportError):
    """The connection broke after the mail was handed over: it was taken, or it was not."""


class ServerError(TransportError):
    """Nothing to do with this mail: the server is away, or does not want us at all."""


class SetupError(ServerError):
    """The server will not want us until somebody changes a setting: the password, a certificate."""
