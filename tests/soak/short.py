"""The soak in short, for `make check`: see run.py."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run

run.main(24)
