"""Writes models/painter.onnx (the served steps unrolled in one graph, weights and activations in 8 bits (QDQ), first and last
convolutions in 32), the graphs for other numbers of steps, and the painter's part of models/manifest.json.

Usage: cd models/training && python -m painter.export [--weights painter-student]      checks torch against onnxruntime and what 8 bits cost
(with 7-bit weights too: processors without VNNI saturate in 16 bits) before anything is replaced
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
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn

import config
from painter import augment, net, pairs, train

INPUTS = dict(warp=net.PICTURE, reference=net.PICTURE, maps=net.MAPS, noise=net.PICTURE)
TOLERANCE = 2e-4
STEPS, OTHER_STEPS = 1, (2,)  # served, and what can be chosen by config
CALIBRATION, CHECKED = 96, 64  # pairs: of the training's, augmented; of the tuning's
MOST_LOST_DB = 0.2  # by 8 bits
IN_32_BITS = ("stem", "last")


class Unrolled(nn.Module):
    """The painter of a fixed number of steps. What depends on a step's time alone is folded into that step's own weights."""

    def __init__(self, painter, steps):
        super().__init__()
        self.conditions, self.steps = copy.deepcopy(painter.conditions), nn.ModuleList()
        self.past = []
        for i in range(steps):
            step, t = copy.deepcopy(painter.step), torch.full((1, 1, 1, 1), i / steps)
            past, into, given = (float(factor) for factor in painter.preconditioning(t))
            with torch.no_grad():
                for layer, bias in zip(step.timed_layers(), painter.step.biases(t)):
                    layer.bias += bias.flatten()
                step.stem.weight *= into
                for weights in (step.last.weight, step.last.bias):
                    weights *= given / (steps - i)  # Euler: z goes 1 / (steps - i) of the way to the clean picture
            self.past.append(1 + (past - 1) / (steps - i))
            self.steps.append(step)

    def forward(self, warp, reference, maps, noise):
        features, z = self.conditions(warp, reference, maps), noise
        for past, step in zip(self.past, self.steps):
            given = step(z, features, None)
            z = given if past == 0 else past * z + given
        return (net.Painter.base(warp, maps) + net.Painter.spread(maps) * z).clamp(-1, 1)


def random_feed(generator):
    """Inputs of the graph with random content; tells torch and onnxruntime apart, says nothing of faces."""
    feed = {name: generator.uniform(-1, 1, (1, channels, net.SIZE, net.SIZE)).astype("f4") for name, channels in INPUTS.items()}
    feed["maps"] = abs(feed["maps"])
    return feed


def write_float(painter, steps, path):
    """32-bit graph; returns the largest difference from torch."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    feed = random_feed(np.random.default_rng(1))
    tensors = {name: torch.from_numpy(value) for name, value in feed.items()}
    torch.onnx.export(Unrolled(painter, steps).eval(), tuple(tensors.values()), str(path), input_names=list(INPUTS),
                      output_names=["painted"], opset_version=18, dynamo=False)
    quant_pre_process(str(path), str(path))
    with torch.no_grad():
        expected = painter(*tensors.values(), steps).numpy()
    worst = float(abs(opened(path).run(None, feed)[0] - expected).max())
    if worst > TOLERANCE:
        raise SystemExit(f"export: onnxruntime differs from torch by {worst:.2g}, over {TOLERANCE:g}")
    return worst


def opened(path):
    """Session on one thread, as served."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Feeds(CalibrationDataReader):
    def __init__(self, feeds):
        self.feeds = iter(feeds)

    def get_next(self):
        return next(self.feeds, None)


def quantise(source, path, feeds, reduce_range=False):
    """8-bit graph, calibrated on `feeds`. What is computed on whole pictures (noise, residual, sum) stays in 32 bits."""
    graph = onnx.load(source).graph
    whole = [node.name for node in graph.node if node.op_type in ("Conv", "Add", "Mul") and
             (any(f"/{part}/" in node.name for part in IN_32_BITS) or node.name.count("/") == 1)]
    quantize_static(str(source), str(path), Feeds(feeds), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=reduce_range,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_exclude=whole,
                    op_types_to_quantize=["Conv", "Add", "Relu", "Resize"])


def entry(name):
    content = (config.MODELS / name).read_bytes()
    return dict(file=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def feeds_of(part, count, augmented, seed):
    """Inputs of the graph for pairs of a part, and the real crops [count, 3, 128, 128]."""
    rng, store = np.random.default_rng(seed), pairs.load(part)
    batch = augment.batch(store, pairs.draw(store, rng, count), rng, augmented=augmented)
    arrays = {name: batch[name].numpy() for name in ("warp", "reference", "maps")}
    arrays["noise"] = rng.standard_normal(arrays["warp"].shape).astype("f4")
    return [{name: value[i:i + 1] for name, value in arrays.items()} for i in range(count)], batch["target"].numpy()


def psnr(path, feeds, targets):
    """Mean over crops of the peak signal-to-noise ratio of what a graph paints, dB."""
    session = opened(path)
    errors = [np.square(session.run(None, feed)[0] - target).mean() for feed, target in zip(feeds, targets)]
    return float((10 * np.log10(4 / np.array(errors))).mean())


def write(painter, steps, folder, calibration, checked):
    """One number of steps: float graph, both 8-bit graphs; the path of the one to ship."""
    paths = {name: folder / f"painter-{steps}-{name}.onnx" for name in ("float", "int8", "int7")}
    worst = write_float(painter, steps, paths["float"])
    for name in ("int8", "int7"):
        quantise(paths["float"], paths[name], calibration, reduce_range=name == "int7")
    figures = {name: psnr(path, *checked) for name, path in paths.items()}
    print(f"export: {steps} steps, torch against onnxruntime within {worst:.1e}; tuning pairs " +
          ", ".join(f"{name} {value:.2f} dB" for name, value in figures.items()), flush=True)
    if figures["float"] - figures["int8"] > MOST_LOST_DB:
        raise SystemExit(f"export: 8 bits cost more than {MOST_LOST_DB} dB: train with quantisation in the loop, or calibrate on more pairs")
    return paths["int8"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", default="painter-student")
    options = parser.parse_args()
    torch.set_num_threads(1)
    painter, folder = train.load(options.weights), config.CACHE / "painter"
    calibration, checked = feeds_of("train", CALIBRATION, True, 7)[0], feeds_of("tune", CHECKED, False, 8)
    names = {STEPS: "painter.onnx", **{steps: f"painter-{steps}.onnx" for steps in OTHER_STEPS}}
    written = {steps: write(painter, steps, folder, calibration, checked) for steps in names}
    for steps, path in written.items():
        (config.MODELS / names[steps]).write_bytes(path.read_bytes())
    path = config.MODELS / "manifest.json"
    others = json.loads(path.read_text()) if path.exists() else {}
    part = dict(model=entry(names[STEPS]), otherSteps={str(steps): entry(names[steps]) for steps in OTHER_STEPS}, steps=STEPS)
    path.write_text(json.dumps({**others, "painter": part}, indent=2) + "\n")


if __name__ == "__main__":
    main()
