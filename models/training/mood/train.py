"""Trains the mood's classifier on emodb and tests it on speakers left out; writes models/mood.json and test/golden/mood.json.

Softmax regression on 26 figures of the voice (mood/features.py), each counted from the same voice's own slow baseline, so that a voice that
is high, bright or lively by nature has no mood for that. Of emodb's moods boredom counts as neutral (a bored voice is not sad), disgust is
left out (none of our faces), and there is no surprise in it: that one comes from the API or the words. A minute on one core.
Usage: python -m mood.train [--evaluate-only]
"""
import argparse
import base64
import csv
import json

import numpy as np
import torch

import config
from face import expressions
from mood import features as features
from mood.data import MIN_FRAMES, MOODS, PLAIN, after, changed, examples, load, read, training

THRESHOLD = 0.5  # a mood below this probability is neutral,
LITTLE_HEARD, ENOUGH_FRAMES = 0.3, 75  # and the less is heard of an utterance under 1.5 s of voice, the more is asked: up to so much more
PRIOR_FRAMES = 200  # the training voices' mean counts in the baseline as 4 s of the voice; pitch has no prior
WEIGHT_DECAY, LABEL_SMOOTHING, STEPS, BATCH, RATE = 3e-3, 0.05, 300, 512, 0.01


def relative(figures, baseline, frames, prior):
    """What the classifier is given [..., 26]: figures from the baseline, in which the prior counts as PRIOR_FRAMES."""
    frames = np.asarray(frames)[..., None]
    base = (baseline * frames + prior * PRIOR_FRAMES) / (frames + PRIOR_FRAMES)
    base[..., 0] = baseline[..., 0]  # women, men and children: no pitch is usual
    return figures - base


def fit(figures, baseline, _heard, frames, mood):
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


def probabilities(model, figures, baseline, _heard, frames):
    score = relative(figures, baseline, frames, model["prior"]) @ model["weights"].T + model["bias"]
    score = np.exp(score - score.max(-1, keepdims=True))
    return score / score.sum(-1, keepdims=True)


def decide(chances, heard):
    """The mood [...] that is shown: the likeliest, or neutral where it is not likely enough for the `heard` frames of the utterance."""
    asked = THRESHOLD + LITTLE_HEARD * np.maximum(0, 1 - heard / ENOUGH_FRAMES)
    return np.where(chances.max(-1) >= asked, chances.argmax(-1), 0)


def shown(model, figures, baseline, heard, frames):
    """The same from what `after` or `examples` gives."""
    return decide(probabilities(model, figures, baseline, heard, frames), heard)


def recall(said, true):
    return np.array([(said[true == mood] == mood).mean() for mood in range(len(MOODS))])


def evaluate(clips, calm, calm_test):
    """Each speaker is left out once. Returns `likeliest` and `served` unweighted recall and the tables that the card shows."""
    train, test = training(clips, calm), examples(clips, [PLAIN], 1)
    _, _, heard, _, true, talkers, before = test
    chances, models = np.zeros((len(true), len(MOODS))), {}
    for talker in np.unique(talkers):
        kept, left = train[5] != talker, talkers == talker
        models[talker] = fit(*(column[kept] for column in train[:5]))
        chances[left] = probabilities(models[talker], *(column[left] for column in test[:4]))
    said = decide(chances, heard)
    rows = [dict(clips=name, likeliest=recall(chances.argmax(1)[part], true[part]).mean(), served=recall(said[part], true[part]).mean())
            for name, part in (("all", true >= 0), ("first of a voice", before == 0), ("later ones", before > 0))]
    confusion = [dict(mood=name, **shares(said[true == mood])) for mood, name in enumerate(MOODS)]
    model = fit(*train[:5])
    calm_rows = [dict(voices=f"calm speech, 16 languages, {name}", **shares(shown(model, *examples(pieces, [way], 1)[:4])))
                 for name, pieces, way in ((PLAIN, calm_test, PLAIN), ("first second of each", [first_second(clip) for clip in calm_test], PLAIN),
                                           *((way, calm_test, way) for way in ("noisy", "telephone", "clipped")))]
    tables = [(f"Unweighted recall of 5 moods, speakers left out; served is neutral under {THRESHOLD}; chance {1 / len(MOODS)}", rows),
              ("Mood (row) as served (column), shares", confusion), ("Recordings never trained on, as served", calm_rows),
              ("Neutral actors left out: share that stays neutral", changed_voices(clips, models))]
    return dict(likeliest=rows[0]["likeliest"], served=rows[0]["served"], tables=tables)


def first_second(clip):
    """The clip as it is after one second."""
    return dict(clip, rows={PLAIN: features.frames(clip["sound"][:config.AUDIO_RATE_HZ])})


def shares(said):
    return {name: (said == mood).mean() for mood, name in enumerate(MOODS)}


def changed_voices(clips, models):
    """Whether a voice is taken for moody that is only louder, softer, higher or lower: as a new voice, and after four clips as it was before."""
    plain, rows = [clip for clip in clips if clip["said"] == "neutral"], []
    for name, change in (("as they are", {}), ("+20 dB, clipping", dict(gain=10.0)), ("-20 dB", dict(gain=0.1)), ("x 1.3 in pitch", dict(tempo=1.3)),
                         ("x 0.77", dict(tempo=0.77))):
        new, known = [], []
        for clip in plain:
            heard = features.frames(changed(clip["sound"], **change))
            before = [other["rows"][PLAIN] for other in plain if other["talker"] == clip["talker"] and other is not clip][:4]
            for kind, history in ((new, []), (known, before)):
                kind.append(shown(models[clip["talker"]], *after(history, heard)) == 0)
        rows.append(dict(voice=name, new=np.mean(new), known=np.mean(known)))
    return rows


def try_styles(model):
    """Other people and languages, never trained on: each clip after the same person's plain ones."""
    folder = config.data_dir() / "styles"
    with open(folder / "index.csv", encoding="utf8") as table:
        index = list(csv.DictReader(table))
    for person in dict.fromkeys(entry["person"] for entry in index):
        own = [entry for entry in index if entry["person"] == person]
        rows = {entry["file"]: features.frames(read(folder / entry["file"])) for entry in own}
        plain = [rows[entry["file"]] for entry in own if entry["what"] == "neutral"]
        heard = [f"{entry['what']} {MOODS[shown(model, *after([r for r in plain if r is not rows[entry['file']]], rows[entry['file']]))]}"
                 for entry in own if features.voiced_frames(rows[entry["file"]]) >= MIN_FRAMES]
        print(f"mood: styles, {person}: " + "; ".join(heard))


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
    heard = after([], rows)
    path = config.GOLDEN.with_name("mood.json")
    path.write_text(json.dumps(dict(
        pcm16=base64.b64encode(pcm.tobytes()).decode(), activeFrames=len(rows), figures=heard[0].tolist(), baseline=heard[1].tolist(),
        probabilities=probabilities(model, *heard).tolist())) + "\n")
    print(f"mood: {path.name}, {path.stat().st_size / 1e3:.0f} kB, {len(rows)} active frames")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--evaluate-only", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    clips, calm, calm_test = load()
    found = evaluate(clips, calm, calm_test)
    for title, rows in found["tables"]:
        print(f"mood: {title}", *("  ".join(f"{key} {value if isinstance(value, str) else round(float(value), 3)}" for key, value in row.items())
                                  for row in rows), sep="\n  ")
    model = fit(*training(clips, calm)[:5])
    try_styles(model)
    if options.evaluate_only:
        return
    rounded = {name: np.round(value, 5) for name, value in model.items()}
    path = config.MODELS / "mood.json"
    path.write_text(json.dumps(dict(
        moods=MOODS, figures=features.NAMES, threshold=THRESHOLD, littleHeard=LITTLE_HEARD, enoughFrames=ENOUGH_FRAMES, minVoicedFrames=MIN_FRAMES, priorFrames=PRIOR_FRAMES, halfLifeFrames=features.HALF_LIFE_FRAMES,
        **{name: value.tolist() for name, value in rounded.items()})) + "\n")
    expressions.note(classifier=expressions.file_entry(path))
    write_golden(rounded)


if __name__ == "__main__":
    main()
