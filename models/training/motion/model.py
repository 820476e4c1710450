"""The motion model: an audio encoder and a small diffusion transformer over windows of motion.

One set of weights runs in two ways that give the same numbers: `parallel` (all windows of a clip at once, for training) and
`step` (one window with explicit caches, exported to ONNX). Letters: B clips, T frames, H frames of a window, D coefficients,
C conditions, W width. Flow matching (Lipman et al. 2022) from noise (t = 0) to motion (t = 1); the net predicts the motion.
Past frames are seen as keys and values of a memory: per layer two linear maps of an embedding of the clean past frame, so a
frame's keys and values are computed once, when it is finished, and no denoising step is spent on filling the cache.
"""
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import config

RELATIVE = config.PAST + 2 * max(config.WINDOWS)  # distances the position bias knows, in frames


def mel_filters(warp=1.0):
    """Triangular mel filters [80, 201] on the power spectrum; `warp` moves all of them, as another vocal tract would."""
    to_mel = lambda hz: 2595 * np.log10(1 + hz / 700)
    edges = 700 * (10 ** (np.linspace(to_mel(config.MEL_LOW_HZ), to_mel(config.MEL_HIGH_HZ), config.MEL_BINS + 2) / 2595) - 1) * warp
    hz = np.arange(config.MEL_WINDOW // 2 + 1) * config.AUDIO_RATE_HZ / config.MEL_WINDOW
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.maximum(0, np.minimum((hz - low) / (mid - low), (high - hz) / (high - mid))).astype(np.float32)


class LogMel(nn.Module):
    """Log-mel as a convolution with constant bases: not every runtime has a Fourier transform. [B, samples] -> [B, 80, mels]."""

    def __init__(self):
        super().__init__()
        n = np.arange(config.MEL_WINDOW)
        phase = 2 * np.pi * np.outer(np.arange(config.MEL_WINDOW // 2 + 1), n) / config.MEL_WINDOW
        window = np.hanning(config.MEL_WINDOW + 1)[:-1] * 2 / config.MEL_WINDOW
        bases = np.concatenate([np.cos(phase), np.sin(phase)]) * window  # [402, 400]
        self.register_buffer("bases", torch.tensor(bases[:, None], dtype=torch.float32), persistent=False)
        self.register_buffer("window", torch.tensor(window, dtype=torch.float32), persistent=False)
        self.register_buffer("filters", torch.tensor(mel_filters()), persistent=False)

    def forward(self, audio, filters=None):
        with torch.autocast("cpu", enabled=False):  # quiet bins lie far under the resolution of 16 bits
            if self.training:  # the same numbers, four times as fast
                frames = audio.unfold(1, config.MEL_WINDOW, config.MEL_HOP) * self.window
                power = torch.fft.rfft(frames).abs().square().transpose(1, 2)
            else:
                waves = F.conv1d(audio[:, None], self.bases, stride=config.MEL_HOP)
                cosine, sine = waves.chunk(2, 1)
                power = cosine * cosine + sine * sine  # [B, 201, mels]
            mel = torch.matmul(self.filters if filters is None else filters, power)
        return (torch.log(mel + config.MEL_FLOOR) - config.MEL_MEAN) / config.MEL_SPREAD


class AudioEncoder(nn.Module):
    """Log-mel -> features [B, T, W] at 25 Hz by causal convolutions; what they need of the past is one flat state [B, S]."""

    def __init__(self):
        super().__init__()
        width = config.AUDIO_WIDTH
        self.mel = LogMel()
        spec = [  # channels in, kernel, stride, dilation: 100 Hz, twice halved
            (config.MEL_BINS, 3, 1, 1), (width, 4, 2, 1), (width, 3, 1, 1), (width, 4, 2, 1),
            (width, 3, 1, 1), (width, 3, 1, 2), (width, 3, 1, 4), (width, 3, 1, 1)]
        self.adds = [channels == width and stride == 1 for channels, _, stride, _ in spec]  # to what it was given
        self.convs = nn.ModuleList(nn.Conv1d(c, width, k, s, dilation=d) for c, k, s, d in spec)
        self.norm = nn.LayerNorm(width)
        self.carry = [(c, (k - 1) * d + 1 - s) for c, k, s, d in spec]  # columns each convolution keeps
        self.audio_carry = config.MEL_WINDOW - config.MEL_HOP
        self.state_size = self.audio_carry + sum(c * n for c, n in self.carry)

    def forward(self, audio, state, filters=None, change_mel=lambda mel: mel):
        """audio [B, 640 T], contiguous with the state's -> features [B, T, W], state."""
        B, kept = audio.shape[0], []
        audio = torch.cat([state[:, :self.audio_carry], audio], 1)
        kept.append(audio[:, -self.audio_carry:])
        x, at = change_mel(self.mel(audio, filters)), self.audio_carry
        for conv, (channels, columns), adds in zip(self.convs, self.carry, self.adds):
            past = state[:, at:at + channels * columns].view(B, channels, columns)
            at += channels * columns
            joined = torch.cat([past, x], 2)
            kept.append(joined[:, :, -columns:].reshape(B, -1))
            y = F.silu(conv(joined))
            x = x + y if adds else y
        return self.norm(x.transpose(1, 2)), torch.cat(kept, 1)


class Block(nn.Module):
    """Attention to anchor, past and window, then a feed-forward; both scaled and shifted by t (adaLN-Zero, Peebles and Xie 2022)."""

    def __init__(self):
        super().__init__()
        W = config.WIDTH
        self.qkv, self.out = nn.Linear(W, 3 * W), nn.Linear(W, W)
        self.memory = nn.Linear(W, 2 * W)  # embedding of a past frame -> its key and value
        self.up, self.down = nn.Linear(W, 4 * W), nn.Linear(4 * W, W)
        self.modulation = nn.Linear(W, 6 * W)
        self.bias = nn.Parameter(torch.zeros(config.HEADS, RELATIVE + 1))  # last one: the anchor's
        self.drop = nn.Dropout(0.1)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x, modulation, past, relative, mask):
        """x [B, T, W]; modulation [B or 1, 1, 6W]; past [B, P, 2W]; relative [T, P + T] indices into the bias; mask [B or 1, 1, T, P + T], 0 or -inf."""
        B, T, W = x.shape[0], x.shape[1], config.WIDTH
        shift1, scale1, gate1, shift2, scale2, gate2 = modulation.chunk(6, -1)
        q, k, v = self.qkv(normed(x) * (1 + scale1) + shift1).chunk(3, -1)
        k, v = torch.cat([past[..., :W], k], 1), torch.cat([past[..., W:], v], 1)
        heads = lambda y: y.view(B, -1, config.HEADS, W // config.HEADS).transpose(1, 2)  # [B, heads, n, W / heads]
        weight = heads(q) @ heads(k).transpose(2, 3) / math.sqrt(W // config.HEADS) + self.bias[:, relative] + mask
        y = (torch.softmax(weight, -1) @ heads(v)).transpose(1, 2).reshape(B, T, W)
        x = x + gate1 * self.out(y)
        return x + gate2 * self.drop(self.down(F.silu(self.up(normed(x) * (1 + scale2) + shift2))))


def normed(x):
    return F.layer_norm(x, (config.WIDTH,))


class MotionModel(nn.Module):
    def __init__(self, mean, spread, move):
        super().__init__()
        W = config.WIDTH
        self.register_buffer("mean", torch.as_tensor(mean, dtype=torch.float32))  # [D], of the coefficients
        self.register_buffer("spread", torch.as_tensor(spread, dtype=torch.float32))
        self.register_buffer("move", torch.as_tensor(move, dtype=torch.float32))  # [6], how far the head goes within a window
        self.audio = AudioEncoder()
        self.no_audio = nn.Parameter(torch.zeros(config.AUDIO_WIDTH))  # stands for the features where guidance drops them
        self.from_motion, self.from_audio = nn.Linear(config.D, W), nn.Linear(config.AUDIO_WIDTH, W)
        self.from_condition = nn.Linear(config.C, W, bias=False)
        self.time = nn.Sequential(nn.Linear(W, W), nn.SiLU(), nn.Linear(W, W), nn.SiLU())
        self.remember = nn.Sequential(nn.Linear(config.D + config.AUDIO_WIDTH, 2 * W), nn.SiLU(), nn.Linear(2 * W, W), nn.LayerNorm(W))
        self.blocks = nn.ModuleList(Block() for _ in range(config.LAYERS))
        self.to_motion = nn.Linear(W, config.D)
        self.guess = nn.Linear(config.AUDIO_WIDTH, config.D)  # the encoder's own guess of the motion
        nn.init.zeros_(self.to_motion.weight)

    # --- shared by both ways; motion is standardised (mean 0, spread 1) inside ---

    def standardise(self, motion):
        return (motion - self.mean) / self.spread

    def inward(self, motion, last):
        """Standardised motion [B, T, D] with the head counted from where it was before the window (last [B, 1 or T, 6]), in units
        of its usual move. Counted from the neutral pose, noise of one spread hid moves of a tenth: heads trembled and stood still.
        """
        pose = (motion[..., config.POSE] - last) / self.move
        return torch.cat([motion[..., :config.POSE.start], pose, motion[..., config.POSE.stop:]], -1)

    def outward(self, motion, last):
        """The inverse of `inward`."""
        pose = motion[..., config.POSE] * self.move + last
        return torch.cat([motion[..., :config.POSE.start], pose, motion[..., config.POSE.stop:]], -1)

    def modulations(self, t):
        """What time t [..., 1] in [0, 1] does to each block: [..., 6W] each."""
        frequency = torch.exp(torch.arange(config.WIDTH // 2, device=t.device) * (-math.log(1000.0) / (config.WIDTH // 2)))
        time = self.time(torch.cat([torch.cos(1000 * t * frequency), torch.sin(1000 * t * frequency)], -1))
        return [block.modulation(time) for block in self.blocks]

    def memory(self, motion, features):
        """Keys and values [L, B, n, 2W] of finished frames (standardised motion [B, n, D], features [B, n, W])."""
        m = self.remember(torch.cat([motion, features], -1))
        return torch.stack([block.memory(m) for block in self.blocks])

    def anchor(self, B):
        """The neutral face in silence, which never leaves the cache: [L, B, 1, 2W]."""
        neutral = self.standardise(torch.zeros(1, 1, config.D))
        return self.memory(neutral, torch.zeros(1, 1, config.AUDIO_WIDTH)).expand(-1, B, -1, -1)

    def denoise(self, x, t, features, conditions, past, relative, mask):
        """Predicted motion [B, T, D] from noisy motion x at time t [B or 1, 1, 1], both `inward`.

        The face is drawn around the encoder's guess: sound nearly decides the lips, and what is left to draw is small.
        """
        h = self.from_motion(x) + self.from_audio(features) + self.from_condition(conditions)
        for block, modulation, kv in zip(self.blocks, self.modulations(t), past):
            h = block(h, modulation, kv, relative, mask)
        around = self.guess(features)[..., :config.FACE_ROWS]
        return self.to_motion(normed(h)) + F.pad(around, (0, config.D - config.FACE_ROWS))

    # --- training: all windows of a clip at once ---

    def parallel_masks(self, start, reach):
        """start [B, T]: first frame of each frame's window; reach [B, 1]: how many past frames may be seen -> relative, mask."""
        T = start.shape[1]
        frame = torch.arange(T)
        distance = (frame[None, :] - frame[:, None]).clamp(-config.PAST - 4, 3) + config.PAST + 4  # [T, T], key less query
        relative = torch.cat([torch.full((T, 1), RELATIVE), distance, distance], 1)
        j = frame[None, None, :]
        past = (j < start[:, :, None]) & (j >= start[:, :, None] - reach[:, :, None])  # [B, T, T]
        same = start[:, :, None] == start[:, None, :]
        seen = torch.cat([torch.ones_like(start[:, :, None], dtype=torch.bool), past, same], 2)
        return relative, torch.zeros(seen.shape).masked_fill(~seen, -1e9)[:, None]

    # --- serving: one window, explicit caches ---

    def flow(self, noise, steps, features, conditions, past, relative, mask, guidance=1.0, late=1.0):
        """Euler steps from noise to motion, `inward`; guidance above 1 pushes away from what would be said without sound.

        Step i is at t = 1 - (1 - i / steps)^late: above 1, more steps lie near the motion, where the head's small moves are decided.
        """
        x = noise
        times = [1 - (1 - i / steps) ** late for i in range(steps + 1)]
        for now, following in zip(times, times[1:]):
            t = torch.full((1, 1, 1), now)
            clean = self.denoise(x, t, features, conditions, past, relative, mask)
            if guidance != 1.0:
                silent = self.denoise(x, t, self.no_audio.expand_as(features), conditions, past, relative, mask)
                face = silent + guidance * (clean - silent)
                # Not the head: its moves add up from window to window, and guided ones doubled its range (measured).
                clean = torch.cat([face[..., :config.FACE_ROWS], clean[..., config.FACE_ROWS:]], -1)
            x = x + (clean - x) * ((following - now) / (1 - now))
        return x

    def empty(self, B):
        """State of a conversation that begins: audio state, keys and values, which of them are valid, the head's last pose."""
        past = torch.zeros(B, config.LAYERS, 2, config.PAST, config.WIDTH)
        return torch.zeros(B, self.audio.state_size), past, torch.zeros(B, config.PAST), torch.zeros(B, 6)

    def window(self, features, conditions, noise, past, valid, last, steps, guidance=1.0, late=1.0):
        """One window from features [B, H, W] and the past's caches -> motion [B, H, D], standardised, and the caches after it."""
        B = features.shape[0]
        stored = past.permute(1, 0, 3, 2, 4).reshape(config.LAYERS, B, config.PAST, 2 * config.WIDTH)
        seen = torch.cat([self.anchor(B), stored], 2)  # [L, B, 1 + PAST, 2W]
        new = torch.cumsum(torch.ones_like(noise[0, :, 0]), 0).long() - 1  # 0 .. H - 1
        keys = torch.cat([torch.arange(-config.PAST, 0), new])
        distance = keys[None, :] - new[:, None] + config.PAST + 4
        relative = torch.cat([torch.full_like(new[:, None], RELATIVE), distance], 1)  # [H, 1 + PAST + H]
        blocked = torch.cat([torch.zeros_like(valid[:, :1]), (valid - 1) * 1e9, torch.zeros_like(noise[:, :, 0])], 1)
        x = self.outward(self.flow(noise, steps, features, conditions, seen, relative, blocked[:, None, None, :], guidance, late), last[:, None])
        kv = self.memory(x, features).view(config.LAYERS, B, -1, 2, config.WIDTH).permute(1, 0, 3, 2, 4)
        past = torch.cat([past, kv], 3)[:, :, :, -config.PAST:]
        valid = torch.cat([valid, torch.ones_like(noise[:, :, 0])], 1)[:, -config.PAST:]
        return x, past, valid, x[:, -1, config.POSE]

    def step(self, audio, conditions, noise, audio_state, past, valid, last, steps=2):
        """audio [B, 640 H], conditions [B, H, C], noise [B, H, D], caches as `empty` makes them -> motion [B, H, D], caches."""
        features, audio_state = self.audio(audio, audio_state)
        x, past, valid, last = self.window(features, conditions, noise, past, valid, last, steps)
        return x * self.spread + self.mean, audio_state, past, valid, last

    @torch.no_grad()
    def roll_out(self, features, conditions, noise, windows, steps=2, guidance=1.0, late=1.0):
        """What serving does, on features [B, T, W] of a whole clip; windows' lengths add up to T -> motion [B, T, D], standardised."""
        _, past, valid, last = self.empty(len(features))
        motion, at = [], 0
        for length in windows:
            part = slice(at, at + length)
            made, past, valid, last = self.window(
                features[:, part], conditions[:, part], noise[:, part], past, valid, last, steps, guidance, late)
            motion.append(made)
            at += length
        return torch.cat(motion, 1)

    @torch.no_grad()
    def hear(self, audio):
        """Features [B, T, W] of whole clips; audio [B, 640 (T + 2)] with the look-ahead of the last frame."""
        features, _ = self.audio(audio, torch.zeros(len(audio), self.audio.state_size))
        return features[:, config.LOOK_AHEAD_SAMPLES // config.FRAME_SAMPLES:]  # what was heard ahead of frame 0 makes no frame
