"""What people add to a recording: selections, bookmarks, handles, colors. Needs neither NumPy nor Zarr.

`documents` holds them on the disk, `changes` alters them one entry at a time, `entries` and `samples` say what they may
be; `access` (which needs NumPy, and is imported by itself) and `bookmarks` are how Python sees them.
"""

from inscape.recording.people.changes import Change, find, put, remove
from inscape.recording.people.documents import FOLDER, KINDS, Document, Entry, read, samples_of, version

__all__ = ["FOLDER", "KINDS", "Change", "Document", "Entry", "find", "put", "read", "remove", "samples_of", "version"]
