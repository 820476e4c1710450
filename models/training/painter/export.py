"""Writes models/painter-N.onnx: the painter's steps unrolled in one graph, weights and activations in 8 bits (QDQ), first and last
convolutions in 32; and the painter's part of models/manifest.json.

Usage: python -m painter.export [--weights painter-student]      checks torch against onnxruntime before anything is replaced
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
from painter import net

INPUTS = dict(warp=net.PICTURE, reference=net.PICTURE, maps=net.MAPS, noise=net.PICTURE)
TOLERANCE = 2e-4
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
        return (warp + net.Painter.spread(maps) * z).clamp(-1, 1)


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
