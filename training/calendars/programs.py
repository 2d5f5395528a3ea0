"""Which calendar program asks, as far as it says."""

#: What programs say of themselves, in lower case → what people call them. The first that fits
#: counts: nearly all say that they are Mozilla too.
_PROGRAMS = (
    ("google-calendar-importer", "Google Calendar"),
    ("thunderbird", "Thunderbird"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("icsx5", "ICSx⁵"),
    ("home assistant", "Home Assistant"),
    ("homeassistant", "Home Assistant"),
    ("vdirsyncer", "vdirsyncer"),
    ("outlook", "Outlook"),
    ("exchange", "Outlook"),
    ("microsoft office", "Outlook"),
    ("calendaragent", "Apple Calendar"),
    ("dataaccessd", "Apple Calendar"),
    ("remindd", "Apple Calendar"),
    ("yahoo", "Yahoo Calendar"),
)


def program_of(user_agent: str) -> str:
    """Return what people call a program, or an empty text: nothing else of it is kept.

    :param user_agent: as the program sent it; anybody may send anything.
    """
    said = user_agent[:500].lower()
    return next((name for pattern, name in _PROGRAMS if pattern in said), "")
