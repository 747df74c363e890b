"""The command line: ``mmsk demo | fit | predict | features | list``."""

from mmsk.cli._main import main

__all__ = ["main"]
