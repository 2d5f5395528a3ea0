"""Requests whose text is text: bytes that are no UTF-8 are answered with 400."""

from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise BadRequest from error


class _StrictParser(FormDataParser):
    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        return stream, self.cls(_pairs(stream.read())), self.cls()


class StrictRequest(Request):
    """Werkzeug keeps half a character as "%ED%A0%80", and we would store that as if it was typed.

    Bytes above ASCII that an address does not encode at all even make it fail.
    """

    form_data_parser_class = _StrictParser

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return self.parameter_storage_class(_pairs(self.query_string))
