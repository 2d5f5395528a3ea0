"""Making load: requests prepared as bytes, and wrk, which sends them."""

from benchmarks.load.requests import get, post_form, post_json
from benchmarks.load.wrk import Answered, LoadError, send, sending

__all__ = ["Answered", "LoadError", "get", "post_form", "post_json", "send", "sending"]
