"""Addresses as codes for a phone's camera: drawings without style or script."""

import segno
from markupsafe import Markup

#: Modules around a code that have to stay light (ISO/IEC 18004, section 5.3.8).
_QUIET_ZONE = 4


def drawn_code(address: str) -> Markup:
    """Draw an address for a phone's camera."""
    # Dark on light also where the page is dark: many cameras do not read the reverse.
    drawing = segno.make(address, micro=False, error="m").svg_inline(
        border=_QUIET_ZONE, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff"
    )
    return Markup(drawing)  # noqa: S704 -- made of modules, not of text
