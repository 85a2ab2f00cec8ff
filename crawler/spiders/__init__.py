"""One file an outlet: facts, not code. The file's name is the outlet's slug everywhere.

Files in the folder that `AKHBAR_OUTLETS` names stand beside these as if they were here; one of
the same name takes the place of ours.
"""

import os

if os.environ.get("AKHBAR_OUTLETS"):
    __path__.insert(0, os.path.abspath(os.environ["AKHBAR_OUTLETS"]))  # noqa: PTH100 (a list of str)
