"""Sources of a task's rows: a file, a folder, a database.

Each is a frozen object with `partitions()`, `read(partition)` and `fingerprint(partition)`, the three functions of a
task's `source.py`:

    from ringside.task import File

    SOURCE = File(path="data/source/churn.csv", columns=COLUMNS, time="signup", partition_by="month")
    partitions, read, fingerprint = SOURCE.partitions, SOURCE.read, SOURCE.fingerprint

`columns` maps the name of each column to its type. If a source returns other columns or types, its schema has changed,
and Ringside discards the result.
"""

from ringside.sources.columns import MISSING as MISSING_TEXTS
from ringside.sources.database import Database
from ringside.sources.file import File
from ringside.sources.folder import Folder

__all__ = ["MISSING_TEXTS", "Database", "File", "Folder"]
