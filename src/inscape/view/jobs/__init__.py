"""Work that the page asks for: validated kinds, a queue that survives the server, and a warm process that does it."""

from inscape.view.jobs.job import Job
from inscape.view.jobs.queue import Jobs, TooManyJobs, UnknownJob

__all__ = ["Job", "Jobs", "TooManyJobs", "UnknownJob"]
