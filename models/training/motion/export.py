"""Writes models/motion.onnx (the student, its steps unrolled, caches as inputs and outputs), the graphs for other numbers of
steps, which read their weights out of motion.onnx, and models/manifest.json.

Usage: python -m motion.export [--weights student] [--graphs-only]     checks torch against onnxruntime before anything is replaced
"""
import argparse
import copy
import hashlib
import json
import warnings

import numpy as np
import onnx
import onnx.numpy_helper
import onnxruntime
import torch

import config
from motion import data, train_teacher

INPUTS = ["audio", "conditions", "noise", "audio_state", "past", "past_valid", "last_pose"]
OUTPUTS = ["motion", "next_audio_state", "next_past", "next_past_valid", "next_last_pose"]
TOLERANCE = 2e-4
BORROWED_BYTES = 1024  # smaller constants stay in the graph
RANGE_MARGIN = 0.05  # of each coefficient's width: serving holds the model's motion to what was filmed, and this much more
OTHER_STEPS = [1, 3, 4]


class Step(torch.nn.Module):
    """One window; what depends on the steps' times alone is computed once, so that its weights stay out of the file."""

    def __init__(self, net, steps):
        super().__init__()
        self.net, self.steps = copy.deepcopy(net), steps
        with torch.no_grad():
            fixed = {i: [m.detach() for m in net.modulations(torch.full((1, 1, 1), i / steps))] for i in range(steps)}
        times = iter(range(steps))
        self.net.modulations = lambda _t: fixed[next(times)]

    def forward(self, *inputs):
        return self.net.step(*inputs, steps=self.steps)


def example(net, B, H):
    generator = torch.Generator().manual_seed(B * 10 + H)
    random = lambda *shape: torch.randn(*shape, generator=generator)
    state, past, valid, last = net.empty(B)
    valid[:, config.PAST // 2:] = 1
    return (random(B, H * config.FRAME_SAMPLES) * 0.1, random(B, H, config.C) * 0.3, random(B, H, config.D), state, random(*past.shape), valid,
            random(*last.shape))


def export(net, steps, path):
    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)  # number of layers, not of frames, is what it fixes
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    dynamic = {name: {0: "batch"} for name in INPUTS + OUTPUTS}
    dynamic["audio"][1] = "samples"
    for name in ("conditions", "noise", "motion"):
        dynamic[name][1] = "frames"
    torch.onnx.export(
        Step(net, steps).eval(), example(net, 2, 4), str(path), input_names=INPUTS, output_names=OUTPUTS,
        dynamic_axes=dynamic, opset_version=18, dynamo=False, do_constant_folding=True)
    graph = onnx.load(path)
    for key, value in dict(steps=steps, look_ahead_ms=config.LOOK_AHEAD_MS).items():
        graph.metadata_props.add(key=key, value=str(value))
    onnx.save(graph, path)


def check(net, steps, path):
    """Largest difference between torch and onnxruntime over batches and window lengths."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for B, H in ((1, 2), (1, 4), (3, 4)):
        inputs = example(net, B, H)
        with torch.no_grad():
            expected = net.step(*inputs, steps=steps)
        got = session.run(OUTPUTS, {name: value.numpy() for name, value in zip(INPUTS, inputs)})
        worst = max(worst, max(float(np.abs(g - e.numpy()).max()) for g, e in zip(got, expected)))
    if worst > TOLERANCE:
        raise SystemExit(f"export: onnxruntime differs from torch by {worst:.2g}, over {TOLERANCE:g}")
    return worst


def borrow(path, owner):
    """Rewrites the graph at `path` so that its large constants are read out of the file `owner` beside it (ONNX external data)."""
    content, graph = owner.read_bytes(), onnx.load(path)
    constants = [node for node in graph.graph.node if node.op_type == "Constant" and len(node.attribute[0].t.raw_data) >= BORROWED_BYTES]
    for node in constants:
        tensor = graph.graph.initializer.add()
        tensor.CopyFrom(node.attribute[0].t)
        tensor.name = node.output[0]
        graph.graph.node.remove(node)
    for tensor in graph.graph.initializer:
        raw = onnx.numpy_helper.to_array(tensor).tobytes()
        offset = content.find(raw) if len(raw) >= BORROWED_BYTES else -1
        if offset < 0:
            continue
        tensor.ClearField("raw_data")
        tensor.ClearField("float_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in dict(location=owner.name, offset=offset, length=len(raw)).items():
            tensor.external_data.add(key=key, value=str(value))
    path.write_bytes(graph.SerializeToString())


def motion_range():
    """Lowest and highest value of each coefficient in the training clips, and the margin: dict of two lists [34]."""
    store, names = np.load(config.CACHE / "motion.npz"), json.loads(config.SPLIT.read_text())["train"]
    clips = [store[f"{name}/motion"] for name in names if store[f"{name}/seen"].mean() > data.SEEN_SHARE]
    motion = np.concatenate([motion for motion in clips if len(motion) == data.FRAMES])
    low, high = motion.min(0), motion.max(0)
    margin = RANGE_MARGIN * (high - low)
    return dict(low=[round(float(v), 4) for v in low - margin], high=[round(float(v), 4) for v in high + margin])


def entry(name):
    content = (config.MODELS / name).read_bytes()
    return dict(file=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def manifest(net):
    state, past, _, _ = net.empty(1)
    return dict(motion=dict(
        model=entry("motion.onnx"), otherSteps={str(steps): entry(f"motion-{steps}.onnx") for steps in OTHER_STEPS},
        basis=entry("motion.basis.f32"), neutral=entry("motion.neutral.f32"), readout=entry("motion.readout.f32"),
        coefficients=config.COEFFICIENTS, range=motion_range(), conditions=config.CONDITIONS, basisShape=[config.D, 478, 3],
        headCentre="mean of landmarks 33 and 263 of the neutral face, + 0.4 y, + 0.6 z", rotation="Rz(roll) Ry(-yaw) Rx(pitch)",
        steps=config.STUDENT_STEPS, headTemperature=config.HEAD_TEMPERATURE, windows=list(config.WINDOWS), lookAheadMs=config.LOOK_AHEAD_MS,
        pastFrames=config.PAST, audioState=list(state.shape[1:]), past=list(past.shape[1:])))


def write(net, steps, path):
    part = config.CACHE / "motion.part.onnx"
    export(net, steps, part)
    worst = check(net, steps, part)
    path.write_bytes(part.read_bytes())
    part.unlink()
    return worst


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", default="student")
    parser.add_argument("--graphs-only", action="store_true", help="keep motion.onnx as it is")
    options = parser.parse_args()
    net = train_teacher.load(options.weights)
    owner = config.MODELS / "motion.onnx"
    if not options.graphs_only:
        worst = write(net, config.STUDENT_STEPS, owner)
        print(f"export: motion.onnx, {config.STUDENT_STEPS} steps, torch against onnxruntime within {worst:.1e}")
    for steps in OTHER_STEPS:
        path = config.MODELS / f"motion-{steps}.onnx"
        write(net, steps, path)
        borrow(path, owner)
        worst = check(net, steps, path)
        print(f"export: {path.name}, {path.stat().st_size / 1e6:.2f} MB of its own, torch against onnxruntime within {worst:.1e}")
    path = config.MODELS / "manifest.json"
    others = json.loads(path.read_text()) if path.exists() else {}  # what other steps wrote stays
    path.write_text(json.dumps({**others, **manifest(net)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
