"""Gaussian noise that depends on (seed, frame, channel) alone, so that any cutting into windows draws the same numbers.

server/noise.ts does the same; the golden file holds the two together.
"""
import numpy as np

MASK = 0xFFFFFFFF


def mix(x):
    """The finaliser of MurmurHash3 (Appleby, public domain) on uint64 arrays holding 32-bit values."""
    x = x ^ (x >> 16)
    x = (x * 0x85EBCA6B) & MASK
    x = x ^ (x >> 13)
    x = (x * 0xC2B2AE35) & MASK
    return x ^ (x >> 16)


def uniform(seed, frames, channels, stream):
    """Uniform numbers in (0, 1), [frames, channels]; `stream` tells independent uses apart."""
    frame = (np.asarray(frames, np.int64) & MASK).astype(np.uint64)[:, None]
    channel = np.asarray(channels, np.uint64)[None, :]
    start = mix(np.uint64((seed ^ (stream * 0x9E3779B9)) & MASK))
    word = mix((mix((start + frame * np.uint64(0x9E3779B1)) & MASK) + channel * np.uint64(0x85EBCA77)) & MASK)
    return (word.astype(np.float64) + 0.5) / 2.0 ** 32


def normal(seed, frames, channels):
    """Gaussian numbers [frames, channels], float32 (Box and Muller 1958)."""
    channels = np.arange(channels)
    radius = np.sqrt(-2 * np.log(uniform(seed, frames, channels, 0)))
    return (radius * np.cos(2 * np.pi * uniform(seed, frames, channels, 1))).astype(np.float32)
