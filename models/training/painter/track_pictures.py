"""Finds the 478 landmarks in a file of pictures, each by itself: what `npm run eval:picture` measures drawn faces with.

PICTURES is [n, side, side, 3] uint8, sRGB; LANDMARKS becomes [n, 478, 3] float32 in their pixels, NaN where no face is seen.
Usage: VAKTRA_DATA=... python -m painter.track_pictures PICTURES LANDMARKS [--side 512]      about 15 ms a picture.
"""
import argparse
from pathlib import Path

import numpy as np

from painter.stills import Stills


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=Path)
    parser.add_argument("landmarks", type=Path)
    parser.add_argument("--side", type=int, default=512)
    arguments = parser.parse_args()
    side = arguments.side
    pictures = np.fromfile(arguments.pictures, np.uint8).reshape(-1, side, side, 3)
    landmarks = np.full((len(pictures), 478, 3), np.nan, np.float32)
    stills = Stills()
    for i, picture in enumerate(pictures):
        seen = stills.landmarks(picture)
        if seen is not None:
            landmarks[i] = seen
    landmarks.tofile(arguments.landmarks)


if __name__ == "__main__":
    main()
