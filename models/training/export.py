"""Writes models/motion.onnx (the student, its steps unrolled, caches as inputs and outputs) and models/manifest.json.

Usage: python export.py [--steps 2] [--weights student]     checks torch against onnxruntime before anything is replaced
"""
import argparse
import copy
import hashlib
import json
import warnings

import numpy as np
import onnx
import onnxruntime
import torch

import config
import train_teacher

INPUTS = ["audio", "conditions", "noise", "audio_state", "past", "past_valid", "last_pose"]
OUTPUTS = ["motion", "next_audio_state", "next_past", "next_past_valid", "next_last_pose"]
TOLERANCE = 2e-4


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


def entry(name):
    content = (config.MODELS / name).read_bytes()
    return dict(file=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def manifest(net, steps):
    state, past, _, _ = net.empty(1)
    return dict(motion=dict(
        model=entry("motion.onnx"), basis=entry("motion.basis.f32"), neutral=entry("motion.neutral.f32"), readout=entry("motion.readout.f32"),
        coefficients=config.COEFFICIENTS, conditions=config.CONDITIONS, basisShape=[config.D, 478, 3],
        headCentre="mean of landmarks 33 and 263 of the neutral face, + 0.4 y, + 0.6 z", rotation="Rz(roll) Ry(-yaw) Rx(pitch)",
        steps=steps, headTemperature=config.HEAD_TEMPERATURE, windows=list(config.WINDOWS), lookAheadMs=config.LOOK_AHEAD_MS, pastFrames=config.PAST,
        audioState=list(state.shape[1:]), past=list(past.shape[1:])))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=config.STUDENT_STEPS, choices=[1, 2, 3, 4])
    parser.add_argument("--weights", default="student")
    options = parser.parse_args()
    net = train_teacher.load(options.weights)
    part = config.CACHE / "motion.part.onnx"
    export(net, options.steps, part)
    worst = check(net, options.steps, part)
    (config.MODELS / "motion.onnx").write_bytes(part.read_bytes())
    part.unlink()
    (config.MODELS / "manifest.json").write_text(json.dumps(manifest(net, options.steps), indent=2) + "\n")
    print(f"export: motion.onnx, {entry('motion.onnx')['bytes'] / 1e6:.2f} MB, {options.steps} steps, torch against onnxruntime within {worst:.1e}")


if __name__ == "__main__":
    main()
