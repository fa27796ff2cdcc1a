"""`inscape demo`: the study of the demo, told in words, then shown."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inscape.recording import Recording
    from inscape.studies.study import Study
    from inscape.view.api import Wanted

OWN_MODEL = """\
your own model, in three lines (put yours in the place of these two):
  import inscape
  model, data = inscape.nets.DigitsNet(), inscape.data.digits("test")
  inscape.embed(inscape.record(model, data, out="runs/mine.inscape", overwrite=True), "pca")
then: inscape serve runs/mine.inscape
"""


def demo(arguments: argparse.Namespace) -> int:
    """Train, record, lay out; serve while the slowest layout is still being made."""
    from inscape.recording import Recording
    from inscape.studies.demo import demo_study
    from inscape.studies.study import is_recorded, run

    out = Path(arguments.out)
    study = demo_study(out)
    known = is_recorded(study) and not arguments.overwrite
    if known:
        print(f"{out} is current: nothing is trained again", flush=True)
    else:
        print(
            "training three convolutions on 8,000 real digits; 2,000 held-out ones are recorded at every epoch",
            flush=True,
        )
    bars = not arguments.quiet
    run(study, say=_say, progress=bars, overwrite=arguments.overwrite, later=False, on_checkpoint=_tell)
    recording = Recording(out)
    if known:
        for entry in recording.info()["checkpoints"]:
            _tell(entry)
    print(f"\nthe recording: {recording.info()['size']} in {out}\n", flush=True)
    print(OWN_MODEL, flush=True)
    if arguments.no_serve:
        run(study, say=_say, progress=bars, later=True)
        print(f"done; see it: inscape serve {out}", flush=True)
        return 0
    from inscape.view.serve import serve

    wanted = _wanted(study, recording)
    if wanted:
        print("the 15-D UMAP is made behind the page, layer by layer, and appears there by itself\n", flush=True)
    serve([out], host=arguments.host, port=arguments.port, open_browser=arguments.open, wanted=wanted)
    return 0


def _wanted(study: Study, recording: Recording) -> list[Wanted]:
    """The results that the study leaves for later and that are not there, as jobs of the server."""
    from inscape.view.api import Wanted
    from inscape.view.recordings import find

    name = next(iter(find([recording.path])))
    jobs = []
    for result in study.results:
        if "units" in result and result.get("later"):
            parameters = {"layer": result["units"], "checkpoint": recording.checkpoint()}
            made_map = f"{result['units']}@{recording.checkpoint()}"
            if made_map not in recording.units or recording.unit_map(made_map).stale:
                jobs.append(Wanted(name, "units", parameters))
            continue
        if "trails" in result and result.get("later"):
            trails = result["trails"]
            if trails not in recording.trails or recording.trail(trails).stale:
                jobs.append(Wanted(name, "trails", {"layer": result["layer"]}))
            continue
        method = result.get("embed")
        if method is None:  # a flow asks the model, which the server does not have
            continue
        stored = recording.embedding(method) if method in recording.embeddings else None
        made = stored is not None and not stored.stale and "unfinished" not in stored.provenance.parameters
        if result.get("later") and not made:
            parameters = {"method": method, "dims": result.get("dims"), "checkpoints": [recording.checkpoint()]}
            jobs.append(Wanted(name, "embed", parameters))
    return jobs


def _say(text: str) -> None:
    print(text, flush=True)


def _tell(entry: dict[str, Any]) -> None:
    print(f"  {entry['name']}  test accuracy {entry['accuracy']:.2%}", flush=True)
