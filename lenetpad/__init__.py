"""A drawing pad that shows LeNet-5 thinking."""

import os

# PySide6 makes each of its types when it is first asked for, which no two threads may do at once:
# opening the Train page, whose modules a thread imports, crashed 3 of 20 busy processes. Made at
# once they cost a tenth of a second at the start. It is read when PySide6 is first imported.
os.environ.setdefault("PYSIDE6_OPTION_LAZY", "0")

__version__ = "0.1.0"
