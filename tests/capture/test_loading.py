"""Models and weights as a person names them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
import torch
from safetensors.torch import save_file, save_model
from torch import nn

from inscape.capture.loading import load_model, load_weights
from inscape.errors import ModelError, NeedsTrust

FILE = """\
from torch import nn
import sibling_of_nets

class Net(nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.first = nn.Linear(2, width)

def make(width=3):
    return Net(width)

ready = Net(7)
number = 5
namespace = type("Namespace", (), {"inner": staticmethod(make)})

def needs(width):
    return Net(width)

def raises():
    raise ValueError("no such width\\nsecond line")

def leaves():
    raise SystemExit(3)

def pair():
    return Net(), None

def forgets():
    return Net
"""


@pytest.fixture
def nets(tmp_path: Path) -> str:
    (tmp_path / "sibling_of_nets.py").write_text("")
    (tmp_path / "own_nets.py").write_text(FILE)
    return str(tmp_path / "own_nets.py")


def small() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))


def changed(model: nn.Module) -> dict[str, torch.Tensor]:
    return {k: v + 1 for k, v in model.state_dict().items()}


def assert_loaded(model: nn.Module, expected: dict[str, torch.Tensor]) -> None:
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, expected[name].to(tensor.dtype)), name


class TestModels:
    @pytest.mark.parametrize(
        ("name", "args", "width"),
        [
            ("make", None, 3),
            ("make", {"width": 5}, 5),
            ("Net", {"width": 4}, 4),
            ("ready", None, 7),
            ("namespace.inner", {}, 3),
        ],
    )
    def test_functions_classes_and_instances(self, nets: str, name: str, args: Any, width: int) -> None:
        model: Any = load_model(f"{nets}:{name}", args=args)
        assert model.first.out_features == width

    def test_a_module_of_a_package_and_of_the_current_folder(self, nets: str, monkeypatch: pytest.MonkeyPatch) -> None:
        assert type(load_model("inscape.nets:DigitsNet")).__name__ == "DigitsNet"
        monkeypatch.chdir(os.path.dirname(nets))
        Path("here_in_the_folder.py").write_text(FILE)
        assert isinstance(load_model("here_in_the_folder:make"), nn.Module)
        assert isinstance(load_model("own_nets.py:make"), nn.Module)

    def test_a_file_may_bear_the_name_of_a_module(self, nets: str, tmp_path: Path) -> None:
        import json

        (tmp_path / "json.py").write_text("from torch import nn\nmake = nn.ReLU\n")
        assert isinstance(load_model(f"{tmp_path / 'json.py'}:make"), nn.ReLU)
        assert json.loads("[1]") == [1]

    def test_a_file_that_was_edited_is_read_again(self, tmp_path: Path) -> None:
        file = tmp_path / "edited_nets.py"
        file.write_text("from torch import nn\ndef make(): return nn.Linear(1, 1)\n")
        load_model(f"{file}:make")
        file.write_text("from torch import nn\ndef make(): return nn.Linear(1, 22)\n")
        again: Any = load_model(f"{file}:make")
        assert again.out_features == 22

    def test_a_model_of_a_file_can_be_sent_to_another_process(self, nets: str) -> None:
        import subprocess
        import sys

        code = "import sys, pickle; print(type(pickle.load(sys.stdin.buffer)).__name__)"
        sent = cloudpickle.dumps(load_model(f"{nets}:make"))
        done = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, check=True)
        assert done.stdout.strip() == b"Net"

    @pytest.mark.parametrize(
        ("spec", "says"),
        [
            ("{nets}", "module:name"),
            ("{nets}:", "module:name"),
            (":make", "module:name"),
            ("{nets}:a b", "module:name"),
            ("{folder}/own_nest.py:make", "own_nets.py"),
            ("{folder}/missing/nets.py:make", "check the path"),
            ("{nets}:mkae", "did you mean 'make'"),
            ("no_such_package.nets:make", "no module no_such_package"),
            ("inscape.nowhere:make", "inscape.nowhere"),
            ("in-scape:make", "package.module"),
            ("{nets}:number", "int"),
            ("{nets}:raises", "ValueError: no such width"),
            ("{nets}:leaves", "SystemExit: 3"),
            ("{nets}:needs", "it takes (width)"),
            ("{nets}:pair", "return the model alone"),
            ("{nets}:forgets", "Net()"),
            ("{folder}/syntax.py:make", "SyntaxError"),
            ("{folder}/imports.py:make", "No module named 'not_installed_anywhere'"),
            ("{folder}/exits.py:make", "SystemExit"),
        ],
    )
    def test_what_is_wrong_is_said(self, nets: str, tmp_path: Path, spec: str, says: str) -> None:
        (tmp_path / "syntax.py").write_text("def make(:\n")
        (tmp_path / "imports.py").write_text("import not_installed_anywhere\n")
        (tmp_path / "exits.py").write_text("import sys\nsys.exit(2)\n")
        with pytest.raises(ModelError) as caught:
            load_model(spec.format(nets=nets, folder=tmp_path))
        assert says in str(caught.value)
        assert caught.value.exit_status == 2

    def test_the_original_error_is_chained(self, nets: str) -> None:
        with pytest.raises(ModelError) as caught:
            load_model(f"{nets}:raises")
        assert isinstance(caught.value.__cause__, ValueError)

    def test_arguments_that_do_not_fit(self, nets: str) -> None:
        with pytest.raises(ModelError, match="it takes"):
            load_model(f"{nets}:make", args={"depth": 3})
        with pytest.raises(ModelError, match="takes no arguments"):
            load_model(f"{nets}:ready", args={"width": 3})


class TestWeights:
    @pytest.mark.parametrize(
        "wrap",
        [
            lambda s: s,
            lambda s: {"state_dict": s, "epoch": 3},
            lambda s: {"model": s, "args": {"lr": 0.1}},
            lambda s: {"epoch": 1, "model_state_dict": s},
            lambda s: {"model": {"state_dict": s}},
            lambda s: {f"module.{k}": v for k, v in s.items()},
            lambda s: {f"_orig_mod.module.{k}": v for k, v in s.items()},
            lambda s: {k.replace(".", "._orig_mod.", 1): v for k, v in s.items()},
            lambda s: {k: v for k, v in s.items() if "num_batches" not in k},
            lambda s: {k: v.double() for k, v in s.items()},
        ],
    )
    def test_state_dicts_of_every_wrapping(self, tmp_path: Path, wrap: Callable[[Any], Any]) -> None:
        model = small()
        expected = changed(model)
        torch.save(wrap(expected), tmp_path / "a.pt")
        report = load_weights(model, tmp_path / "a.pt")
        if "1.num_batches_tracked" not in wrap(expected) and report.tensors == 8:
            expected["1.num_batches_tracked"] = torch.tensor(0)
        assert report.format == "state dict"
        assert_loaded(model, expected)

    def test_safetensors_by_name_and_by_content(self, tmp_path: Path) -> None:
        for name in ("a.safetensors", "a.bin"):
            model = small()
            expected = changed(model)
            save_file(expected, tmp_path / name)
            assert load_weights(model, tmp_path / name).format == "safetensors"
            assert_loaded(model, expected)

    def test_the_old_format_of_torch(self, tmp_path: Path) -> None:
        model = small()
        expected = changed(model)
        torch.save(expected, tmp_path / "a.pt", _use_new_zipfile_serialization=False)
        load_weights(model, tmp_path / "a.pt")
        assert_loaded(model, expected)

    def test_a_wrapped_model_takes_bare_weights(self, tmp_path: Path) -> None:
        expected = changed(small())
        torch.save(expected, tmp_path / "a.pt")
        model = nn.DataParallel(small())
        load_weights(model, tmp_path / "a.pt")
        assert_loaded(model.module, expected)

    def test_tied_weights_are_stored_once(self, tmp_path: Path) -> None:
        def tied() -> nn.Sequential:
            model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
            model[1].weight = model[0].weight
            return model

        saved, model = tied(), tied()
        save_model(saved, str(tmp_path / "a.safetensors"))
        load_weights(model, tmp_path / "a.safetensors")
        assert_loaded(model, saved.state_dict())

    def test_types_that_were_turned_are_reported(self, tmp_path: Path) -> None:
        model = small()
        torch.save({k: v.half() for k, v in model.state_dict().items()}, tmp_path / "a.pt")
        assert "float16 was turned into float32" in load_weights(model, tmp_path / "a.pt").notes

    def test_what_does_not_fit_is_named_and_nothing_is_changed(self, tmp_path: Path) -> None:
        model = small()
        before = {k: v.clone() for k, v in model.state_dict().items()}
        state = changed(model)
        del state["0.bias"]
        state["2.weight"] = torch.zeros(5, 3)
        state |= {f"head.{i}": torch.zeros(1) for i in range(7)}
        torch.save(state, tmp_path / "a.pt")
        with pytest.raises(ModelError) as caught:
            load_weights(model, tmp_path / "a.pt")
        said = caught.value.got
        assert "1 missing: 0.bias" in said
        assert "7 unexpected: head.0, head.1, head.2, head.3, head.4, …" in said
        assert "1 of another shape: 2.weight (5, 3) for (2, 3)" in said
        assert_loaded(model, before)

    def test_a_pickle_needs_trust(self, tmp_path: Path) -> None:
        model = small()
        whole = small()
        whole.load_state_dict(changed(whole))
        torch.save(whole, tmp_path / "a.pt")
        with pytest.raises(NeedsTrust, match="--trust"):
            load_weights(model, tmp_path / "a.pt")
        report = load_weights(model, tmp_path / "a.pt", trust=True)
        assert report.format == "pickle"
        assert_loaded(model, whole.state_dict())
        torch.save({"model": whole}, tmp_path / "b.pt")
        load_weights(small(), tmp_path / "b.pt", trust=True)

    def test_a_state_dict_written_by_pickle_itself_needs_trust(self, tmp_path: Path) -> None:
        model = small()
        expected = changed(model)
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(expected))
        with pytest.raises(NeedsTrust):
            load_weights(model, tmp_path / "a.pkl")
        load_weights(model, tmp_path / "a.pkl", trust=True)
        assert_loaded(model, expected)

    @pytest.mark.parametrize("plain", [True, False])
    def test_code_in_a_file_is_not_run_without_trust(self, tmp_path: Path, plain: bool) -> None:
        file = tmp_path / "a.pt"
        if plain:
            file.write_bytes(pickle.dumps(_Evil(str(tmp_path / "ran"))))
        else:
            torch.save(_Evil(str(tmp_path / "ran")), file)
        with pytest.raises(NeedsTrust):
            load_weights(small(), file)
        assert not (tmp_path / "ran").exists()
        with pytest.raises(ModelError):
            load_weights(small(), file, trust=True)

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("a.pt", b"", "empty"),
            ("a.safetensors", b"", "empty"),
            ("a.pt", b"hello, these are no weights", "damaged"),
            ("a.pt", b"\x80\x02}q\x00", "damaged"),
            ("a.pt", b"PK\x03\x04 not really", "damaged"),
            ("a.safetensors", b"hello, these are no weights", "damaged"),
            ("a.safetensors", b"\x10\0\0\0\0\0\0\0{", "damaged"),
        ],
    )
    def test_damage_is_told(self, tmp_path: Path, name: str, content: bytes, says: str) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ModelError, match=says) as caught:
            load_weights(small(), tmp_path / name)
        assert str(tmp_path / name) in caught.value.got

    @pytest.mark.parametrize("name", ["a.pt", "a.safetensors"])
    def test_a_truncated_file_is_told(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        state = small().state_dict()
        save_file(state, path) if name == "a.safetensors" else torch.save(state, path)
        for keep in (0.3, 0.9):
            whole = path.read_bytes()
            cut = tmp_path / f"cut-{keep}-{name}"
            cut.write_bytes(whole[: int(len(whole) * keep)])
            with pytest.raises(ModelError, match="damaged"):
                load_weights(small(), cut)

    @pytest.mark.parametrize("held", [{}, {"epoch": 3, "args": {"lr": 1}}, [1, 2], 5])
    def test_a_file_without_weights(self, tmp_path: Path, held: Any) -> None:
        torch.save(held, tmp_path / "a.pt")
        with pytest.raises(ModelError, match="no weights"):
            load_weights(small(), tmp_path / "a.pt")

    def test_no_such_file(self, tmp_path: Path) -> None:
        (tmp_path / "best.pt").write_bytes(b"x")
        with pytest.raises(ModelError, match=r"best\.pt"):
            load_weights(small(), tmp_path / "bets.pt")
        with pytest.raises(ModelError, match="folder"):
            load_weights(small(), tmp_path)


class _Evil:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)
