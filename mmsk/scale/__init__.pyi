from ._extract import extract as extract
from ._fit_parts import fit_parts as fit_parts
from ._parts import Parts as Parts
from ._parts import read_parts as read_parts
