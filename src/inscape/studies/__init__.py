"""A study file (TOML) → the steps in order, each resumable; and the joining of the store with what computes."""

from inscape.studies.embed import embed
from inscape.studies.epochs import record_epochs, restore_epoch
from inscape.studies.study import Report, Study, run

__all__ = ["Report", "Study", "embed", "record_epochs", "restore_epoch", "run"]
