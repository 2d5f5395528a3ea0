"""Parts of addresses."""

from werkzeug.routing import BaseConverter, ValidationError

#: The largest key that both databases hold.
MAX_ID = 2**31 - 1


class IdConverter(BaseConverter):
    """A row's key: digits of ASCII without leading zero, no more than a key can be.

    Anything else is an address that does not exist, never an overflow in the database.
    """

    regex = "[1-9][0-9]{0,9}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > MAX_ID:
            raise ValidationError
        return number

    def to_url(self, value: int) -> str:
        return str(value)
