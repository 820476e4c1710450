"""What the mood is heard from: pitch, dynamics, rate and spectrum of a voice, causal and streaming; server/motion/mood/ computes the same.

Every 20 ms: pitch by normalised cross-correlation on the sound at 4 kHz, level, 8 bands' shares of the power. Running sums of them give 26
figures, over the utterance (half forgotten after 3 s of voice) and over the voice so far (60 s). Absolute level is in none of them.
"""
import numpy as np

import config

HOP = 320
DECIMATION, LOWPASS_TAPS, LOWPASS_HZ = 4, 32, 1000
PITCH_RATE_HZ = config.AUDIO_RATE_HZ // DECIMATION
PITCH_WINDOW, LAG_MIN, LAG_MAX = 120, 8, 72  # at 4 kHz: 30 ms; 500 to 55 Hz
PITCH_BUFFER = 200
VOICED_FROM = 0.6  # correlation
FIRST_PEAK_SHARE = 0.92  # the shortest lag whose peak is nearly the highest: no octave too low
FFT = 256
BAND_EDGES_HZ = [125, 312.5, 625, 1000, 1625, 2500, 3625, 5000, 7500]
BAND_FLOOR = 1e-5  # share of the power below which a band is as good as empty
LEVEL_FLOOR = 1e-12
ACTIVE_UNDER_PEAK = 5.8  # natural log of power: 25 dB under the voice's own peak
PEAK_DECAY = 0.046  # per 20 ms: 10 dB a second
ENVELOPE_FAST, ENVELOPE_SLOW = 0.5, 0.05  # share of the way per 20 ms; a syllable begins where the fast one passes the slow one
HALF_LIFE_FRAMES = dict(utterance=150, voice=3000)  # 3 s and 60 s of 20 ms
NAMES = (["pitch", "pitch_spread", "pitch_step", "pitch_bend", "periodicity", "periodicity_spread"]
         + [f"band_{i}" for i in range(8)] + [f"band_spread_{i}" for i in range(8)] + ["level_spread", "level_step", "voiced", "rate"])
BANDS = len(BAND_EDGES_HZ) - 1
# Running sums: counts of active, voiced, pitch pairs and triples, level pairs, then what is summed.
SUMS = 5 + 2 + 2 + 2 + 2 * BANDS + 3 + 1


def lowpass():
    """Hamming-windowed sinc [32] of gain 1."""
    at = np.arange(LOWPASS_TAPS) - (LOWPASS_TAPS - 1) / 2
    taps = np.sinc(2 * LOWPASS_HZ / config.AUDIO_RATE_HZ * at) * (0.54 + 0.46 * np.cos(2 * np.pi * at / LOWPASS_TAPS))
    return taps / taps.sum()


def pitch(sound):
    """Natural log of the pitch in Hz and its correlation, both [hops], for sound [samples]."""
    hops = len(sound) // HOP
    slow = np.convolve(np.concatenate([np.zeros(LOWPASS_TAPS - 1), sound]), lowpass(), "valid")[DECIMATION - 1::DECIMATION]
    slow = np.concatenate([np.zeros(PITCH_BUFFER), slow])
    step = HOP // DECIMATION
    window = np.stack([slow[(t + 1) * step:(t + 1) * step + PITCH_BUFFER] for t in range(hops)])
    window = window - window.mean(1, keepdims=True)
    newest = window[:, -PITCH_WINDOW:]
    energy = (newest ** 2).sum(1)
    lags = np.arange(LAG_MIN - 1, LAG_MAX + 2)
    correlation = np.empty((hops, len(lags)))
    for i, lag in enumerate(lags):
        older = window[:, PITCH_BUFFER - PITCH_WINDOW - lag:PITCH_BUFFER - lag]
        correlation[:, i] = (newest * older).sum(1) / np.sqrt(energy * (older ** 2).sum(1) + 1e-20)
    inner = correlation[:, 1:-1]
    peak = (inner >= correlation[:, :-2]) & (inner > correlation[:, 2:])
    height = np.where(peak, inner, -1)
    best = height.max(1)
    at = np.argmax(height >= FIRST_PEAK_SHARE * best[:, None], 1) + 1
    row = np.arange(hops)
    before, here, after = correlation[row, at - 1], correlation[row, at], correlation[row, at + 1]
    bend = before - 2 * here + after
    lag = lags[at] + np.clip(np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1), 0), -0.5, 0.5)
    return np.log(PITCH_RATE_HZ / lag), here * (best > 0)


def levels_and_bands(sound):
    """Log power [hops] and log shares of the 8 bands [hops, 8]."""
    hops = len(sound) // HOP
    blocks = sound[:hops * HOP].reshape(hops, HOP)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)
    power = np.abs(np.fft.rfft(blocks[:, -FFT:] * hann)) ** 2
    edges = [round(hz * FFT / config.AUDIO_RATE_HZ) for hz in BAND_EDGES_HZ]
    bands = np.stack([power[:, a:b].sum(1) for a, b in zip(edges, edges[1:])], 1)
    share = bands / (bands.sum(1, keepdims=True) + 1e-20)
    return np.log((blocks ** 2).mean(1) + LEVEL_FLOOR), np.log(share + BAND_FLOOR)


def frames(sound):
    """Contribution of each active hop to the running sums [active hops, SUMS]."""
    log_pitch, correlation = pitch(sound)
    level, bands = levels_and_bands(sound)
    rows, peak, fast, slow = [], -np.inf, None, None
    was_active, was_above, past = False, False, []
    for t in range(len(level)):
        peak = max(level[t], peak - PEAK_DECAY)
        fast = level[t] if fast is None else fast + ENVELOPE_FAST * (level[t] - fast)
        slow = level[t] if slow is None else slow + ENVELOPE_SLOW * (level[t] - slow)
        active = level[t] > peak - ACTIVE_UNDER_PEAK and level[t] > np.log(LEVEL_FLOOR) + 9
        above = fast > slow
        if not active:
            was_active, was_above, past = False, above, []
            continue
        row = np.zeros(SUMS)
        row[0] = 1
        voiced = correlation[t] > VOICED_FROM
        at = 5
        if voiced:
            p = log_pitch[t]
            row[1] = 1
            row[at:at + 2] = p, p * p
            if past:
                row[2], row[at + 2] = 1, abs(p - past[-1])
            if len(past) > 1:
                row[3], row[at + 3] = 1, abs(p - 2 * past[-1] + past[-2])
            row[at + 4:at + 6] = correlation[t], correlation[t] ** 2
            row[at + 6:at + 6 + BANDS] = bands[t]
            row[at + 6 + BANDS:at + 6 + 2 * BANDS] = bands[t] ** 2
            past = (past + [p])[-2:]
        else:
            past = []
        at += 6 + 2 * BANDS
        row[at:at + 2] = level[t], level[t] ** 2
        if was_active:
            row[4], row[at + 2] = 1, abs(level[t] - level[t - 1])
        row[at + 3] = float(above and not was_above)
        rows.append(row)
        was_active, was_above = True, above
    return np.array(rows).reshape(-1, SUMS)


def running(rows, half_life, start=None):
    """Sums [SUMS] after all rows, each half forgotten after `half_life` rows; `start` are the sums before them."""
    keep = 0.5 ** (1 / half_life)
    weights = keep ** np.arange(len(rows) - 1, -1, -1)
    sums = weights @ rows if len(rows) else np.zeros(SUMS)
    return sums if start is None else sums + start * keep ** len(rows)


def voiced_frames(rows):
    return rows[:, 1].sum()


def figures(sums):
    """The 26 figures of NAMES from running sums [..., SUMS]."""
    active, voiced, pairs, triples, level_pairs = (np.maximum(sums[..., i], 1e-6) for i in range(5))
    at = 5
    spread = lambda total, square, n: np.sqrt(np.maximum(square / n - (total / n) ** 2, 0))
    p, p2, step, bend, c, c2 = (sums[..., at + i] for i in range(6))
    bands, bands2 = sums[..., at + 6:at + 6 + BANDS], sums[..., at + 6 + BANDS:at + 6 + 2 * BANDS]
    at += 6 + 2 * BANDS
    level, level2, level_step, onsets = (sums[..., at + i] for i in range(4))
    voiced_ = voiced[..., None]
    return np.concatenate([
        np.stack([p / voiced, spread(p, p2, voiced), step / pairs, bend / triples, c / voiced, spread(c, c2, voiced)], -1),
        bands / voiced_, spread(bands, bands2, voiced_),
        np.stack([spread(level, level2, active), level_step / level_pairs, sums[..., 1] / active, onsets / active], -1)], -1)
