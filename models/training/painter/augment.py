"""Makes training batches of pairs: picks a reference, changes its look and the target's alike, carries it to the wanted lips."""
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from painter import crop


def batch(part, rows, rng, augmented=True):
    """Tensors of the pairs `rows` [b] of a Part: warp, reference, target [b, 3, 128, 128] in -1..1 and maps [b, 5, 128, 128], float32."""
    out = dict(warp=[], reference=[], target=[], maps=[])
    inner = slice(crop.MARGIN, crop.MARGIN + crop.SIZE)
    for row in rows:
        clip = part.clip[row]
        choices = np.flatnonzero(part.reference_clip == clip)
        reference = choices[0] if not augmented or rng.random() < 0.6 else rng.choice(choices)
        wide, target, points = part.references[reference], part.targets[row], part.points[row]
        neutral = part.neutral[clip]
        out["warp"].append(crop.warp(wide, part.reference_points[reference], points, neutral).transpose(2, 0, 1))
        out["reference"].append(wide[inner, inner].transpose(2, 0, 1).astype(np.float32))
        out["target"].append(target.transpose(2, 0, 1).astype(np.float32))
        out["maps"].append(crop.maps(points, neutral))
    tensors = {key: torch.from_numpy(np.stack(value)) for key, value in out.items()}
    return {key: value if key == "maps" else value / 127.5 - 1 for key, value in tensors.items()}
