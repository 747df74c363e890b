"""Conformance checks for extractors and fusions, of mmsk and of others."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
