"""Texts that break calendars."""

HOSTILE = [
    "a\r\nATTENDEE:mailto:x",
    "a\rATTENDEE:mailto:x",
    "a\nEND:VEVENT\nBEGIN:VEVENT",
    "a\x00\x07\x1bb",
    "a\u2028ATTENDEE:mailto:x\u2029\x85\x0b\x0cb",
    "\ud800half a pair",
    'quotes " and ; and , and : and \\ and \\n and \\N',
    "\ufeffmark",
    "👩🏽‍🚒" * 60,
    "\\" * 150,
    "\u202eright to left\u202c שלום",
    "<script>alert(1)</script>",
    "",
    " \t ",
]
#: Emoji and letters of two, three and four octets at every place where a line may be folded.
FOLDED = [f"{'x' * shift}{letter * 30}" for shift in range(4) for letter in "é日🧠"]
OTHERS = [
    "\u200fשלום, עולם; \u202bمرحبا\u202c",  # noqa: RUF001 -- letters of other scripts are what it is about
    "\ufffe\uffff\ufdd0no character to begin with",
    "=?utf-8?q?x?= %(title)s %s {{ x }} {% x %}",
    "BEGIN:VALARM",
    "👨‍👩‍👧‍👦🏳️‍🌈 family",
    "e\u0301\u0302 composed",
]
