"""The command line: ``mmsk demo | fit | predict``."""

from mmsk.cli._main import main

__all__ = ["main"]
