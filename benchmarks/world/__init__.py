"""What is measured on: sessions, people and marks, made before anything is timed."""

from benchmarks.world.living import ClassRoom, Scale, World, build
from benchmarks.world.mass import add_past

__all__ = ["ClassRoom", "Scale", "World", "add_past", "build"]
