"""What text may be stored: NFC, no control characters; forms refuse, imports clean."""

import re
import unicodedata

from training.errors import N_, InvalidInputError

#: Longest description, in characters.
MAX_LONG_TEXT = 20_000

#: Longest name of a person, in characters.
MAX_NAME = 200
#: RFC 5321, section 4.5.3.1: the longest e-mail address, and the part before the @.
MAX_EMAIL = 254
MAX_EMAIL_LOCAL = 64

#: C0, DEL and C1, the line and paragraph separators, the byte order mark, lone surrogates, and what
#: is no character and never will be: a program that finds U+FFFE first reads the rest byte-swapped.
#: TAB and LF are among them: single-line fields refuse those too.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_CONTROL_BUT_TAB_LF = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
#: Every way to end a line that is not LF.
_OTHER_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
#: Marks that turn the direction of what follows: a name with one of them rewrites its neighbours.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: ``https://`` and its like.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/+|\b(?:mailto|tel|sms):", re.IGNORECASE)
#: A dot or an @ between two words: a host or an address, to a mail program.
_JOINED = re.compile(r"(?<=\w)([.@])(?=\w\w)")


class ControlCharacterError(InvalidInputError):
    """The text holds a character that nobody types."""

    code = "control-character"

    def __init__(self) -> None:
        super().__init__(
            N_("This contains a character that cannot be stored. Please type it again by hand.")
        )


def single_line(text: str) -> str:
    """Return a line as it is stored: NFC, without white space at its ends.

    :raise ControlCharacterError: a control character, a separator or half a surrogate pair.
    """
    text = text.strip()
    if _CONTROL.search(text):
        raise ControlCharacterError
    return unicodedata.normalize("NFC", text)


def several_lines(text: str) -> str:
    """Return a text of several lines as it is stored: NFC, lines ended by LF.

    :param text: as a form sends it, lines ended by CR LF.
    :raise ControlCharacterError: a control character other than TAB and LF.
    """
    text = text.replace("\r\n", "\n").strip()
    if _CONTROL_BUT_TAB_LF.search(text):
        raise ControlCharacterError
    return unicodedata.normalize("NFC", text)


def cleaned_line(text: str) -> str:
    """Return an imported line made fit to store: what ends a line becomes a space."""
    text = _CONTROL_BUT_TAB_LF.sub("", _OTHER_LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def cleaned_lines(text: str) -> str:
    """Return an imported text made fit to store: every line end becomes LF, the rest is dropped."""
    text = _CONTROL_BUT_TAB_LF.sub("", _OTHER_LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", text.strip())


def joined(*parts: str | None) -> str:
    """Return the parts that there are with commas between them: "Room 4, Town hall"."""
    return ", ".join(part for part in parts if part)


def for_display(text: str) -> str:
    """Return a stored line without marks that would turn its neighbours around."""
    return _BIDI_CONTROLS.sub("", text)


def excerpt(text: str, most: int) -> str:
    """Return the beginning of a text as one line, cut between words; "" if there is none.

    :param most: letters that it may have.
    """
    line = for_display(" ".join(text.split()))
    if len(line) <= most:
        return line
    return line[: most - 1].rpartition(" ")[0].rstrip(" ,;:.-–") + "…"


def unlinked(name: str) -> str:
    """Return a name without what a mail program would make a link of."""
    return _JOINED.sub(r"\1 ", _SCHEME.sub("", for_display(cleaned_line(name))))


def search_key(*parts: str | None) -> str:
    """Return what a search compares: lower case by Unicode's rules, without accents.

    Made in Python for both databases, because SQLite's ``lower()`` knows ASCII only.
    """
    text = " ".join(part for part in parts if part)
    if text.isascii():  # most names are, and it is ten times as quick
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def slug(text: str, *, default: str) -> str:
    """Return a readable part of an address: a-z, 0-9 and hyphens, at most 60 characters."""
    words = re.findall("[a-z0-9]+", search_key(text))
    return "-".join(words)[:60].strip("-") or default
