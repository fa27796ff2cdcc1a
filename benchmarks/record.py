"""What recording costs beside the bare forward pass of the same loader, in one run.

    python benchmarks/record.py            # about ten minutes on two cores
    python benchmarks/record.py --repeats 3 --samples 1000

Three measurements. Bare, mean and auto are processes that take turns of half a second, so that a machine whose speed
drifts favors none:

1. five layers of a ResNet-18 at 128 px, `mean`: at most 1.10 times the bare pass;
2. the same with `auto` (4,096 numbers a layer): at most 1.3 times, or as fast as the disk takes the bytes;
3. peak memory above the bare pass at 20,000 and at 80,000 samples of a small network: at most 200 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

BATCH = 16
"""The quickest for the bare pass on a CPU: at 64 a third of its time is the kernel's, which clears the pages of tensors
above 32 MB anew for every layer, and takes now 8 s and now 12 s for the same work."""

LAYERS = ["layer1", "layer2", "layer3", "layer4", "pool"]


class Block(nn.Module):
    """The basic block of a ResNet (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU(inplace=True)
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return self.relu2(y + self.shortcut(x))


class ResNet18(nn.Module):
    """11.7 million parameters, as published; the weights are random: their values do not change the time."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        widths = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
        for i, (inputs, outputs, stride) in enumerate(widths, 1):
            setattr(self, f"layer{i}", nn.Sequential(Block(inputs, outputs, stride), Block(outputs, outputs, 1)))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for i in range(1, 5):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(self.pool(x).flatten(1))


def natural(noise: torch.Tensor) -> torch.Tensor:
    """Give noise (n, C, H, W) the spectrum of photographs (amplitude as 1/f), in 0…1: it compresses as they do."""
    size = noise.shape[-2:]
    frequency = torch.hypot(torch.fft.fftfreq(size[0])[:, None], torch.fft.rfftfreq(size[1])[None])
    smooth = torch.fft.irfft2(torch.fft.rfft2(noise - 0.5) / frequency.clamp(min=1 / max(size)), s=size)
    low, high = smooth.amin((1, 2, 3), keepdim=True), smooth.amax((1, 2, 3), keepdim=True)
    return (smooth - low) / (high - low)


class Repeated(Dataset[torch.Tensor]):
    """Any number of samples which take no memory of their own."""

    def __init__(self, samples: int, shape: tuple[int, ...]) -> None:
        self.base = natural(torch.rand(64, *shape))
        self.samples = samples

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, i: int) -> torch.Tensor:
        return self.base[i % 64]


def bare(model: nn.Module, loader: DataLoader[torch.Tensor]) -> None:
    """The floor: the forward pass in evaluation mode over the loader, nothing kept."""
    model.eval()
    with torch.no_grad():
        for batch in loader:
            model(batch)


def recorded(model: nn.Module, loader: DataLoader[torch.Tensor], out: Path, **settings: Any) -> None:
    """The same pass, recorded."""
    import inscape

    inscape.record(model, loader, out=out, **settings)


def disk_rate(folder: Path, megabytes: int = 256) -> float:
    """How fast the disk takes bytes written as files of 4 MB, in MB/s."""
    block = os.urandom(4 << 20)
    start = time.perf_counter()
    for i in range(megabytes // 4):
        (folder / f"block-{i}").write_bytes(block)
    seconds = time.perf_counter() - start
    for i in range(megabytes // 4):
        (folder / f"block-{i}").unlink()
    return megabytes / seconds


def speed(samples: int, repeats: int) -> dict[str, Any]:
    """Measure 1 and 2: three processes which take turns of half a second, so that a drifting machine is fair to all."""
    times: dict[str, list[float]] = {"bare": [], "mean": [], "auto": []}
    disk = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            for kind, seconds in take_turns(list(times), samples, Path(folder)).items():
                times[kind].append(seconds)
            disk.append(disk_rate(Path(folder)))
            print("  " + "  ".join(f"{k} {v[-1]:.2f} s" for k, v in times.items()), flush=True)
        import inscape

        written = inscape.open(Path(folder) / "auto.inscape").plan.checkpoint_bytes() / 1e6
    medians = {k: statistics.median(v) for k, v in times.items()}
    return {
        "samples": samples,
        "seconds": medians,
        "ratio_of_medians": {k: medians[k] / medians["bare"] for k in ("mean", "auto")},
        "ratios": {
            k: [round(a / b, 3) for a, b in zip(times[k], times["bare"], strict=True)] for k in ("mean", "auto")
        },
        "auto_MB": written,
        "auto_MB_per_s_above_bare": written / max(medians["auto"] - medians["bare"], 1e-9),
        "disk_MB_per_s": statistics.median(disk),
    }


TURN = 0.5
"""Seconds. The machine's speed changes over seconds; a turn costs a millisecond of cold caches."""


def take_turns(kinds: list[str], samples: int, folder: Path) -> dict[str, float]:
    """Run one pass of each kind, in turns: whoever is not on is stopped whole, threads and all. Seconds each was on."""
    workers: dict[str, subprocess.Popen[str]] = {}
    seconds = dict.fromkeys(kinds, 0.0)
    try:
        for kind in kinds:
            command = [sys.executable, __file__, "--pass", kind, str(samples), str(folder / f"{kind}.inscape")]
            worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            workers[kind] = worker
            os.waitpid(worker.pid, os.WUNTRACED)  # warm, and stopped by itself
        waiting = list(kinds)
        while waiting:
            for kind in list(waiting):
                worker = workers[kind]
                start = time.perf_counter()
                worker.send_signal(signal.SIGCONT)
                done, _, _ = select.select([worker.stdout], [], [], TURN)
                if not done:
                    worker.send_signal(signal.SIGSTOP)
                    os.waitpid(worker.pid, os.WUNTRACED)
                seconds[kind] += time.perf_counter() - start
                if done:
                    waiting.remove(kind)
                    if worker.communicate()[0] != "done\n":
                        raise SystemExit(f"the pass {kind} failed: see above")
    finally:
        for worker in workers.values():
            worker.kill()
            worker.wait()
    return seconds


def measure_pass(kind: str, samples: int, out: Path) -> None:
    """Run in a child: warm up, stop until the parent says go, one pass, say so."""
    torch.manual_seed(0)
    model = ResNet18()
    few, all_of_them = (DataLoader(Repeated(n, (3, 128, 128)), batch_size=BATCH) for n in (4 * BATCH, samples))

    def run(loader: DataLoader[torch.Tensor]) -> None:
        if kind == "bare":
            bare(model, loader)
        else:
            recorded(model, loader, out, layers=LAYERS, reduction=kind)

    shutil.rmtree(out, ignore_errors=True)
    run(few)  # imports are no cost of recording
    shutil.rmtree(out, ignore_errors=True)
    os.kill(os.getpid(), signal.SIGSTOP)
    run(all_of_them)
    print("done", flush=True)


def small_network() -> nn.Module:
    """A small network whose activations are large beside its work."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1568, 10))


def peak(kind: str, samples: int) -> float:
    """Peak resident memory of one pass in a process of its own, in MB."""
    done = subprocess.run(
        [sys.executable, __file__, "--peak", kind, str(samples)], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def measure_peak(kind: str, samples: int) -> None:
    """Run in the child: one pass, then print the peak."""
    model = small_network()
    loader = DataLoader(Repeated(samples, (1, 28, 28)), batch_size=256)
    if kind == "bare":
        bare(model, loader)
    else:
        with tempfile.TemporaryDirectory() as folder:
            recorded(model, loader, Path(folder) / "r.inscape", layers=["input", "*"])
    # Not getrusage: its peak is inherited from the process that forked this one.
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def main() -> None:
    """Measure all and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", choices=["speed", "memory"], help="one half of the measurements")
    parser.add_argument("--peak", nargs=2, metavar=("KIND", "SAMPLES"), help=argparse.SUPPRESS)
    parser.add_argument("--pass", dest="one_pass", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one_pass:
        kind, samples, out = arguments.one_pass
        measure_pass(kind, int(samples), Path(out))
        return
    if arguments.peak:
        measure_peak(arguments.peak[0], int(arguments.peak[1]))
        return
    if arguments.only != "memory":
        report_speed(arguments.samples, arguments.repeats)
    if arguments.only != "speed":
        report_memory()


def report_speed(samples: int, repeats: int) -> None:
    """Measure and print 1 and 2."""
    print(f"ResNet-18, 128 px, {samples:,} samples, {torch.get_num_threads()} threads")
    found = speed(samples, repeats)
    print(json.dumps(found, indent=1))
    for name, bound in (("mean", 1.10), ("auto", 1.30)):
        ratio = found["ratio_of_medians"][name]
        print(f"{name}: {ratio:.3f} × the bare pass (aim: {bound:.2f}) {'held' if ratio <= bound else 'MISSED'}")
    print(
        f"auto wrote {found['auto_MB']:.0f} MB at {found['auto_MB_per_s_above_bare']:.0f} MB a second of time above "
        f"the bare pass; the disk takes {found['disk_MB_per_s']:.0f} MB/s"
    )


def report_memory() -> None:
    """Measure and print 3."""
    for samples in (20_000, 80_000):
        floor, taken = peak("bare", samples), peak("record", samples)
        above = taken - floor
        verdict = "held" if above <= 200 else "MISSED"
        print(f"at {samples:,}: {floor:.0f} MB bare, {taken:.0f} MB recorded, {above:.0f} above (200) {verdict}")


if __name__ == "__main__":
    np.random.seed(0)
    main()
