"""Trains the mood's classifier on emodb and tests it on speakers left out; writes models/mood.json and test/golden/mood.json.

Softmax regression on 26 figures of the voice (mood_features.py), each counted from the same voice's own slow baseline, so that a voice that
is high, bright or lively by nature has no mood for that. Of emodb's moods boredom counts as neutral (a bored voice is not sad), disgust is
left out (none of our faces), and there is no surprise in it: that one comes from the API or the words. A minute on one core.
Usage: python mood.py [--evaluate-only]
"""
import argparse
import base64
import csv
import json

import numpy as np
import scipy.signal
import soundfile
import torch

import config
import expressions
import mood_features as features

MOODS = ["neutral", "happy", "sad", "angry", "fearful"]
MOOD_OF = dict(anger="angry", happiness="happy", sadness="sad", fear="fearful", neutral="neutral", boredom="neutral")
THRESHOLD = 0.5  # a mood below this probability is neutral
PRIOR_FRAMES = 200  # the training voices' mean counts in the baseline as 4 s of the voice; pitch has no prior
# How a clip may be heard: as it is, slower and faster (other voices), too loud for its microphone, in noise, over a telephone.
PLAIN = "plain"
CHANGES = {PLAIN: {}, "slow": dict(tempo=0.85), "fast": dict(tempo=1.18), "faster": dict(tempo=1.3), "clipped": dict(gain=8.0),
           "noisy": dict(noise_db=-20), "telephone": dict(band_hz=(300, 3400))}
OTHER_CHANGE_SHARE = 0.3  # of examples whose history was heard otherwise than the clip: a change of microphone is no mood
PIECE_S = 2.5  # the calm recordings are cut into such pieces
HISTORIES = (0, 1, 2, 4, 8, 16)  # clips that were heard of the voice before
NEUTRAL_HISTORY_SHARE = 0.4
DRAWS = 3  # histories per clip and way
MIN_FRAMES = 20  # voiced ones, 0.4 s: a whisper has no mood by its pitch
WEIGHT_DECAY, LABEL_SMOOTHING, STEPS, BATCH, RATE = 3e-3, 0.05, 300, 512, 0.01


def read(path):
    sound, rate = soundfile.read(path)
    assert rate == config.AUDIO_RATE_HZ, path
    return sound


def changed(sound, tempo=1.0, gain=1.0, noise_db=None, band_hz=None):
    """The sound played at another tempo (and pitch), in noise of a level beside its own, through a band, at a gain that may clip."""
    sound = np.interp(np.arange(int(len(sound) / tempo)) * tempo, np.arange(len(sound)), sound)
    if noise_db is not None:
        sound = sound + np.random.default_rng(len(sound)).normal(0, sound.std() * 10 ** (noise_db / 20), len(sound))
    if band_hz is not None:
        sound = scipy.signal.sosfilt(scipy.signal.butter(4, band_hz, "bandpass", fs=config.AUDIO_RATE_HZ, output="sos"), sound)
    return np.clip(sound * gain, -1, 1)


def clip_of(sound, **about):
    """One example's sound with the rows of its running sums, heard in each way."""
    return dict(sound=sound, rows={name: features.frames(changed(sound, **change)) for name, change in CHANGES.items()}, **about)


def load_emodb():
    folder = config.data_dir() / "emodb"
    with open(folder / "index.csv", encoding="utf8") as table:
        index = [entry for entry in csv.DictReader(table) if entry["emotion"] in MOOD_OF]
    return [clip_of(read(folder / entry["file"]), talker=entry["talker"], mood=MOODS.index(MOOD_OF[entry["emotion"]]), said=entry["emotion"])
            for entry in index]


def load_calm():
    """Pieces of read speech in 16 languages, nobody's mood: every second recording for training, the others for the test."""
    folder = config.data_dir() / "multilingual"
    parts = [], []
    piece = int(PIECE_S * config.AUDIO_RATE_HZ)
    for i, path in enumerate(sorted(folder.glob("*.flac"))):
        sound = read(path)
        for start in range(0, len(sound) - piece + 1, piece):
            parts[i % 2].append(clip_of(sound[start:start + piece], talker=path.stem, mood=0, said="neutral"))
    return parts


def after(history, rows):
    """Figures of an utterance and of the voice so far, and the voice's frames: what the server has after hearing `rows`."""
    slow = np.zeros(features.SUMS)
    for heard in [*history, rows]:
        slow = features.running(heard, features.HALF_LIFE_FRAMES["voice"], slow)
    fast = features.running(rows, features.HALF_LIFE_FRAMES["utterance"])
    return features.figures(fast), features.figures(slow), slow[0]


def examples(clips, ways, seed, draws=DRAWS, other_share=0.0):
    """Figures, baselines, frames of the baseline, moods, talkers and numbers of clips heard before, over random histories."""
    rng, found = np.random.default_rng(seed), []
    talkers = {}
    for clip in clips:
        talkers.setdefault(clip["talker"], []).append(clip)
    for clip in clips:
        others = [other for other in talkers[clip["talker"]] if other is not clip]
        for way in [way for way in ways for _ in range(draws)]:
            calm = rng.random() < NEUTRAL_HISTORY_SHARE
            pool = [other for other in others if other["said"] == "neutral" or not calm]
            count = min(int(rng.choice(HISTORIES)), len(pool))
            before = str(rng.choice(list(ways))) if rng.random() < other_share else way
            history = [pool[i]["rows"][before] for i in rng.choice(len(pool), count, replace=False)]
            if features.voiced_frames(clip["rows"][way]) >= MIN_FRAMES:
                found.append((*after(history, clip["rows"][way]), clip["mood"], clip["talker"], count))
    return [np.array(column) for column in zip(*found)]


def training(clips, calm):
    """Examples of the actors and of calm voices."""
    parts = [examples(clips, CHANGES, 0, other_share=OTHER_CHANGE_SHARE), examples(calm, CHANGES, 0, 1, OTHER_CHANGE_SHARE)]
    return [np.concatenate(columns) for columns in zip(*parts)]


def relative(figures, baseline, frames, prior):
    """What the classifier is given [..., 26]: figures from the baseline, in which the prior counts as PRIOR_FRAMES."""
    frames = np.asarray(frames)[..., None]
    base = (baseline * frames + prior * PRIOR_FRAMES) / (frames + PRIOR_FRAMES)
    base[..., 0] = baseline[..., 0]  # women, men and children: no pitch is usual
    return figures - base


def fit(figures, baseline, frames, mood):
    """Softmax regression, all moods weighing the same. Returns a model as it is written to mood.json."""
    torch.manual_seed(0)
    prior = figures.mean(0)
    given = relative(figures, baseline, frames, prior)
    mean, spread = given.mean(0), given.std(0) + 1e-6
    x, y = torch.tensor((given - mean) / spread, dtype=torch.float32), torch.tensor(mood)
    weight = torch.tensor(1 / np.bincount(mood, minlength=len(MOODS)), dtype=torch.float32)
    net = torch.nn.Linear(x.shape[1], len(MOODS))
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    for _ in range(STEPS):
        pick = torch.randint(len(x), (BATCH,))
        loss = torch.nn.functional.cross_entropy(net(x[pick]), y[pick], weight=weight, label_smoothing=LABEL_SMOOTHING)
        loss = loss + WEIGHT_DECAY * (net.weight ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    weights = net.weight.detach().numpy().astype(np.float64) / spread  # the scaling goes into the weights
    bias = net.bias.detach().numpy().astype(np.float64) - weights @ mean
    return dict(prior=prior, weights=weights, bias=bias)


def probabilities(model, figures, baseline, frames):
    score = relative(figures, baseline, frames, model["prior"]) @ model["weights"].T + model["bias"]
    score = np.exp(score - score.max(-1, keepdims=True))
    return score / score.sum(-1, keepdims=True)


def decide(chances):
    """The mood [...] that is shown: the likeliest, or neutral where it is not likely enough."""
    best = chances.argmax(-1)
    return np.where(chances.max(-1) >= THRESHOLD, best, 0)


def recall(said, true):
    return np.array([(said[true == mood] == mood).mean() for mood in range(len(MOODS))])


def evaluate(clips, calm, calm_test):
    """Each speaker is left out once: confusion, recall, and whether loud or high voices are taken for a mood."""
    train, test = training(clips, calm), examples(clips, [PLAIN], 1)
    chances, models = np.zeros((len(test[3]), len(MOODS))), {}
    for talker in np.unique(test[4]):
        kept, left = train[4] != talker, test[4] == talker
        models[talker] = fit(*(column[kept] for column in train[:4]))
        chances[left] = probabilities(models[talker], *(column[left] for column in test[:3]))
    said, true = decide(chances), test[3]
    free, served = recall(chances.argmax(1), true), recall(said, true)
    print(f"mood: unweighted recall {free.mean():.3f} (likeliest), {served.mean():.3f} (neutral under {THRESHOLD}); chance {1 / len(MOODS):.2f}")
    for first, name in ((True, "first clip of a voice"), (False, "later clips")):
        part = (test[5] == 0) == first
        print(f"mood: {name}: {recall(chances.argmax(1)[part], true[part]).mean():.3f}, {recall(said[part], true[part]).mean():.3f}")
    print("mood: said as", MOODS, "(share of each true mood, as served)")
    for mood, name in enumerate(MOODS):
        print(f"  {name:8}", np.round(np.bincount(said[true == mood], minlength=len(MOODS)) / (true == mood).sum(), 2))
    plain = [clip for clip in clips if clip["said"] == "neutral"]
    for name, change in (("as they are", {}), ("+20 dB, clipping", dict(gain=10.0)), ("-20 dB", dict(gain=0.1)), ("x 1.3 in pitch", dict(tempo=1.3)),
                         ("x 0.77", dict(tempo=0.77))):
        new, known = [], []
        for clip in plain:
            rows = features.frames(changed(clip["sound"], **change))
            before = [other["rows"][PLAIN] for other in plain if other["talker"] == clip["talker"] and other is not clip][:4]
            for kind, history in ((new, []), (known, before)):
                kind.append(decide(probabilities(models[clip["talker"]], *after(history, rows))) == 0)
        print(f"mood: neutral actors {name}: neutral in {np.mean(new):.2f} as a new voice, {np.mean(known):.2f} after 4 unchanged clips of it")
    for way in (PLAIN, "noisy", "telephone", "clipped"):
        heard = examples(calm_test, [way], 1)
        said = decide(probabilities(fit(*train[:4]), *heard[:3]))
        print(f"mood: calm speech in 16 languages, recordings never trained on, {way}: {MOODS} {np.round(np.bincount(said, minlength=len(MOODS)) / len(said), 3)}")


def try_styles(model):
    """Other people and languages, never trained on: each clip after the same person's plain ones."""
    folder = config.data_dir() / "styles"
    with open(folder / "index.csv", encoding="utf8") as table:
        index = list(csv.DictReader(table))
    for person in dict.fromkeys(entry["person"] for entry in index):
        own = [entry for entry in index if entry["person"] == person]
        rows = {entry["file"]: features.frames(read(folder / entry["file"])) for entry in own}
        plain = [rows[entry["file"]] for entry in own if entry["what"] == "neutral"]
        shown = [f"{entry['what']} {MOODS[decide(c)]} {c.max():.2f}" for entry in own if features.voiced_frames(rows[entry["file"]]) >= MIN_FRAMES
                 for c in [probabilities(model, *after([r for r in plain if r is not rows[entry["file"]]], rows[entry["file"]]))]]
        print(f"mood: styles, {person}: " + "; ".join(shown))


def synthetic(seconds=2.0):
    """A voice-like sound [samples]: harmonics of a gliding pitch under a wandering formant, in syllables, over a little noise."""
    t = np.arange(int(seconds * config.AUDIO_RATE_HZ)) / config.AUDIO_RATE_HZ
    hz = 160 + 50 * np.sin(2 * np.pi * 0.7 * t) + 4 * np.sin(2 * np.pi * 5 * t)
    phase = 2 * np.pi * np.cumsum(hz) / config.AUDIO_RATE_HZ
    formant = 900 + 500 * np.sin(2 * np.pi * 1.9 * t)
    voice = sum(np.sin(k * phase) * np.exp(-((k * hz - formant) / 700) ** 2) + np.sin(k * phase) / k ** 2 for k in range(1, 30))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * t + 0.4), 0, 1) * (t < 1.7)
    return 0.1 * voice * syllables + np.random.default_rng(3).normal(0, 3e-4, len(t))


def write_golden(model):
    pcm = np.round(np.clip(synthetic(), -1, 1) * 32767).astype("<i2")
    rows = features.frames(pcm / 32768)
    figures, baseline, frames = after([], rows)
    path = config.MODELS.parent / "test" / "golden" / "mood.json"
    path.write_text(json.dumps(dict(
        pcm16=base64.b64encode(pcm.tobytes()).decode(), activeFrames=len(rows), figures=figures.tolist(), baseline=baseline.tolist(),
        probabilities=probabilities(model, figures, baseline, frames).tolist())) + "\n")
    print(f"mood: {path.name}, {path.stat().st_size / 1e3:.0f} kB, {len(rows)} active frames")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--evaluate-only", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    clips, (calm, calm_test) = load_emodb(), load_calm()
    evaluate(clips, calm, calm_test)
    model = fit(*training(clips, calm)[:4])
    try_styles(model)
    if options.evaluate_only:
        return
    rounded = {name: np.round(value, 5) for name, value in model.items()}
    path = config.MODELS / "mood.json"
    path.write_text(json.dumps(dict(
        moods=MOODS, figures=features.NAMES, threshold=THRESHOLD, minVoicedFrames=MIN_FRAMES, priorFrames=PRIOR_FRAMES, halfLifeFrames=features.HALF_LIFE_FRAMES,
        **{name: value.tolist() for name, value in rounded.items()})) + "\n")
    expressions.note(classifier=expressions.file_entry(path))
    write_golden(rounded)


if __name__ == "__main__":
    main()
