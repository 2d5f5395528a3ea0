"""JSON from outside: what is read, what is refused and how (INP-02, INP-03, INP-04, INP-11)."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.strict_json import (
    JsonDuplicateKeyError,
    JsonEncodingError,
    JsonError,
    JsonNumberError,
    JsonSurrogateError,
    JsonSyntaxError,
    JsonTooDeepError,
    JsonTooLargeError,
    JsonValue,
    loads,
)

LIMIT = 30_000_000


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b'{"a": [1, -2.5, true, null, "x"]}', {"a": [1, -2.5, True, None, "x"]}),
        pytest.param(b"null", None, id="null as body"),
        pytest.param(b'"text"', "text", id="string as body"),
        pytest.param(b"\xef\xbb\xbf[1]", [1], id="UTF-8 byte order mark"),
        pytest.param(b'"\\ud83d\\ude00"', "😀", id="whole surrogate pair"),
        pytest.param('"Zürich"'.encode(), "Zürich", id="UTF-8"),
        pytest.param(b'"\\u0000"', "\x00", id="NUL, for the rules of text to refuse"),
        pytest.param(b"999999999999999999", 999_999_999_999_999_999, id="18 digits"),
        pytest.param(b"-999999999999999999", -999_999_999_999_999_999, id="minus 18 digits"),
        pytest.param(b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32), id="32 deep"),
        pytest.param(b'"' + b"[{" * 100 + b'"', "[{" * 100, id="brackets in a string"),
        pytest.param(b'"\\"[[[[[[[[' + b"[" * 40 + b'"', '"[[[[[[[[' + "[" * 40, id='after \\"'),
    ],
)
def test_loads_reads(data: bytes, expected: JsonValue) -> None:
    assert loads(data, max_bytes=LIMIT) == expected


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(b"[" * 100_000, JsonTooDeepError, id="100,000 ["),
        pytest.param(b'{"a":' * 100_000, JsonTooDeepError, id="100,000 objects"),
        pytest.param(b"[" * 33 + b"]" * 33, JsonTooDeepError, id="33 deep"),
        pytest.param(b'["", [' + b'"\\\\", [' * 40, JsonTooDeepError, id="deep between strings"),
        pytest.param(b"NaN", JsonNumberError, id="NaN"),
        pytest.param(b"[Infinity]", JsonNumberError, id="Infinity"),
        pytest.param(b"-Infinity", JsonNumberError, id="-Infinity"),
        pytest.param(b"1e999", JsonNumberError, id="1e999"),
        pytest.param(b"-1e999", JsonNumberError, id="-1e999"),
        pytest.param(b"1" * 19, JsonNumberError, id="19 digits"),
        pytest.param(b"1" * 5_000, JsonNumberError, id="5,000 digits"),
        pytest.param(b'{"a": 1, "a": 1}', JsonDuplicateKeyError, id="duplicate key"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', JsonDuplicateKeyError, id="duplicate, escaped"),
        pytest.param(b'[[{"b": {"a": 1, "a": 2}}]]', JsonDuplicateKeyError, id="duplicate, deep"),
        pytest.param(b'"\\ud800"', JsonSurrogateError, id="lone surrogate"),
        pytest.param(b'"\\uDFFF"', JsonSurrogateError, id="lone low surrogate"),
        pytest.param(b'{"\\ud800": 1}', JsonSurrogateError, id="lone surrogate as key"),
        pytest.param(b'[{"a": ["\\ude00\\ud83d"]}]', JsonSurrogateError, id="wrong way round"),
        pytest.param(b'"\xed\xa0\x80"', JsonEncodingError, id="surrogate in UTF-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), JsonEncodingError, id="UTF-16"),
        pytest.param('{"a": 1}'.encode("utf-16-le"), JsonEncodingError, id="UTF-16 without mark"),
        pytest.param('{"a": 1}'.encode("utf-32"), JsonEncodingError, id="UTF-32"),
        pytest.param('"Zürich"'.encode("latin-1"), JsonEncodingError, id="Latin-1"),
        pytest.param(b'"\x00"', JsonEncodingError, id="NUL byte"),
        pytest.param(b"", JsonSyntaxError, id="empty"),
        pytest.param(b"\xef\xbb\xbf\xef\xbb\xbf1", JsonSyntaxError, id="two marks"),
        pytest.param(b'{"a": 1', JsonSyntaxError, id="cut off"),
        pytest.param(b'"cut\\', JsonSyntaxError, id="cut off in an escape"),
        pytest.param(b'"tab\there"', JsonSyntaxError, id="control character"),
        pytest.param(b"[1] [2]", JsonSyntaxError, id="two values"),
        pytest.param(b"{'a': 1}", JsonSyntaxError, id="single quotes"),
        pytest.param(b"]" * 50, JsonSyntaxError, id="closed too often"),
        pytest.param(b"\x0b1", JsonSyntaxError, id="foreign white space"),
        pytest.param(b"[1_000]", JsonSyntaxError, id="underscore"),
        pytest.param("\uff15".encode(), JsonSyntaxError, id="full-width digit"),
        pytest.param(b"0x1", JsonSyntaxError, id="hexadecimal"),
        pytest.param(b"+7", JsonSyntaxError, id="plus sign"),
    ],
)
def test_loads_refuses(data: bytes, error: type[JsonError]) -> None:
    with pytest.raises(JsonError) as caught:
        loads(data, max_bytes=LIMIT)

    assert type(caught.value) is error


def test_too_many_bytes_are_refused_with_the_limit() -> None:
    assert loads(b"1234", max_bytes=4) == 1234

    with pytest.raises(JsonTooLargeError) as caught:
        loads(b"12345", max_bytes=4)

    assert str(caught.value) == "This is too large: at most 4 bytes can be read."


def test_a_syntax_error_says_where() -> None:
    with pytest.raises(JsonSyntaxError) as caught:
        loads(b'{\n  "a": ?\n}', max_bytes=LIMIT)

    assert str(caught.value) == "This is not JSON: see line 2, column 8."


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(b'\\"', id="escaped quotes"),
        pytest.param(b'"', id="quotes"),
        pytest.param(b"\\", id="backslashes"),
        pytest.param(b"[]", id="brackets"),
        pytest.param(b'"a', id="strings"),
    ],
)
def test_reading_takes_linear_time(part: bytes) -> None:
    def seconds(times: int) -> float:
        data = b'"' + part * times
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            with pytest.raises(JsonError):
                loads(data, max_bytes=LIMIT)
            best = min(best, time.process_time() - began)
        return best

    # Quadratic would be 16 times; what is allowed leaves room for a busy machine.
    assert seconds(400_000) < 8 * seconds(100_000) + 0.05


@given(st.binary(max_size=200))
def test_whatever_bytes_come_are_read_or_refused(data: bytes) -> None:
    try:
        value = loads(data, max_bytes=LIMIT)
    except JsonError as error:
        assert str(error)  # noqa: PT017 -- either is right; a refusal must have its sentence
    else:
        assert loads(json.dumps(value).encode(), max_bytes=LIMIT) == value


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON)
def test_what_python_writes_is_read_back_equal(value: JsonValue) -> None:
    for ascii_only in (True, False):
        data = json.dumps(value, ensure_ascii=ascii_only).encode()

        assert loads(data, max_bytes=LIMIT, max_depth=100) == value
