"""Where samples come from: arrays, folders of images, IDX files, torch datasets, the bundled digits.

`source` turns whatever a person calls data into one `Source`:

>>> import numpy as np
>>> from inscape.data import source
>>> probe = source((np.zeros((5, 2), np.float32), ["cat", "dog", "cat", "cat", "dog"]))
>>> len(probe), probe.class_names
(5, ('cat', 'dog'))
>>> [batch.labels.tolist() for batch in probe.batches([(0, 2), (2, 5)])]
[[0, 1], [0, 0, 1]]

One kind of source a file; every one of them passes the contract in `tests/data/source_contract.py`.
"""

from __future__ import annotations

from inscape.data.digits import Digits, digits
from inscape.data.folder import Folder
from inscape.data.items import Sample
from inscape.data.joined import Joined
from inscape.data.resolve import from_path, source
from inscape.data.source import Batch, Source

__all__ = ["Batch", "Digits", "Folder", "Joined", "Sample", "Source", "digits", "from_path", "source"]
