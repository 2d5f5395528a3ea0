"""What a running copy is told by its environment. Read once; every mistake is named at once.

Each default is safe in production and public; what has no such default must be given.
``docs/configuration.md`` describes the variables for those who set them.
"""

from training.config.settings import ConfigError, Settings, default_instance, load

__all__ = ["ConfigError", "Settings", "default_instance", "load"]
