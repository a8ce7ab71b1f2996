"""``python -m scitorch``: the same as the command ``scitorch``."""

import sys

from scitorch.run.command_line import main

sys.exit(main())
