"""What serving costs: milliseconds of one core per frame as served, the first frames of a conversation, bytes of the caches and of the model;
and each cache with and without: what a window costs when the sound of the last second, or the past frames' keys and values, are computed
anew (torch, one thread, medians). Figures mean something on an idle machine alone.
"""
import time

import numpy as np
import torch

import config
from evaluation import prepared
from evaluation.roll import job
from evaluation.statistics import Section
from evaluation.truth import padded

SECONDS, REPEATS = 60, 200
SOUND_ANEW_FRAMES = config.FRAME_RATE_HZ  # the encoder without its state hears the last second again
ASKED_MS_FRAME, ASKED_FIRST_MS, ASKED_CACHE_BYTES, ASKED_MODEL_BYTES = 0.4, 40, 1_000_000, 8_000_000
FLOAT_BYTES = 4


def run(context):
    section = Section()
    voice = np.concatenate([padded(c["audio"], len(c["opening"])) for c in context.grid])
    frames = SECONDS * config.FRAME_RATE_HZ
    context.student.roll([job(np.resize(voice, frames * config.FRAME_SAMPLES), 1, frames)])
    served = dict(context.student.told)
    model_bytes = (context.student.folder / "motion.onnx").stat().st_size
    context.served([padded(c["audio"], len(c["opening"])) for c in context.grid], [len(c["opening"]) for c in context.grid])
    first_ms = context.student.told["firstMilliseconds"]
    rows = [dict(ms_frame=served["milliseconds"], first_frames_ms=first_ms, cache_bytes=served["cacheBytes"], model_bytes=model_bytes)]
    section.tables.append(("As served, one core", rows))
    net = prepared.net_from("student")
    caches = [] if net is None else cache_rows(net)
    if caches:
        section.tables.append((f"Each cache, milliseconds of a window of {max(config.WINDOWS)} frames", caches))
    section.figures = dict(served=rows[0], caches=caches)
    section.check("cost: milliseconds of one core per frame", served["milliseconds"], None, ASKED_MS_FRAME)
    section.check("cost: first frames, milliseconds", first_ms, None, ASKED_FIRST_MS)
    section.check("cost: caches of a conversation, bytes", served["cacheBytes"], None, ASKED_CACHE_BYTES)
    section.check("cost: motion.onnx, bytes", model_bytes, None, ASKED_MODEL_BYTES)
    return section


def cache_rows(net):
    new = max(config.WINDOWS)
    state, past, _, _ = net.empty(1)
    sound = torch.randn(1, (SOUND_ANEW_FRAMES + new) * config.FRAME_SAMPLES) * 0.1
    frames, features = torch.randn(1, config.PAST + new, config.D), torch.randn(1, config.PAST + new, config.AUDIO_WIDTH)
    hear = lambda audio: lambda: net.audio(audio, state)
    remember = lambda count: lambda: net.memory(frames[:, :count], features[:, :count])
    row = lambda cache, size, kept, anew: dict(cache=cache, bytes=size * FLOAT_BYTES, with_ms=median_ms(kept), without_ms=median_ms(anew))
    return [row("audio encoder's state", state.numel(), hear(sound[:, :new * config.FRAME_SAMPLES]), hear(sound)),
            row("past frames' keys and values", past.numel(), remember(new), remember(config.PAST + new))]


def median_ms(work):
    times = []
    with torch.no_grad():
        for _ in range(REPEATS):
            began = time.perf_counter()
            work()
            times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times))
