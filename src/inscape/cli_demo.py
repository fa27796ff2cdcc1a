"""`inscape demo`: the study of the demo, told in words, then shown."""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

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

    later = None if _is_made(recording) else _Later(out)
    try:
        serve([out], host=arguments.host, port=arguments.port, open_browser=arguments.open)
    finally:
        if later is not None:
            later.stop()
    return 0


def _is_made(recording: Any) -> bool:
    return "umap" in recording.embeddings and not recording.embedding("umap").stale


def _say(text: str) -> None:
    print(text, flush=True)


def _tell(entry: dict[str, Any]) -> None:
    print(f"  {entry['name']}  test accuracy {entry['accuracy']:.2%}", flush=True)


class _Later:
    """The results marked ``later``, made by a process of their own beside the server; resumed by the next demo."""

    def __init__(self, out: Path) -> None:
        from inscape.studies.demo import STUDY

        command = [
            sys.executable,
            "-m",
            "inscape",
            "run",
            str(STUDY),
            "--out",
            str(out),
            "--later",
            "--quiet",
            "--json",
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        print("the 15-D UMAP is being made beside the page", flush=True)
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        _, said = self._process.communicate()
        if self._process.returncode == 0:
            print("  UMAP is ready: reload the page and choose it", flush=True)
        elif self._process.returncode > 0:
            print(f"  UMAP failed; try inscape run --later. It said: {said.strip()}", flush=True)

    def stop(self) -> None:
        """End the process with the server; what it published is kept."""
        self._process.terminate()
