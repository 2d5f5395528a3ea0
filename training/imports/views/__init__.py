"""Pages of imports: a file is sent, looked at, and confirmed."""

from training.imports.views import confirming, sample, uploading
from training.imports.views.blueprint import bp
from training.imports.views.navigation import ways

__all__ = ["bp", "confirming", "sample", "uploading", "ways"]
