"""Landmarks of single pictures: what the painter learns from and what `npm run eval:picture` measures with.

The tracks of films (face/track.py) are smoothed over time: their lips come half a picture late and 6 to 13 % too small, so a picture and its
landmarks do not belong together closely enough for a painter. Here every picture is looked at by itself, cut as the server cuts portraits.
"""

import cv2
import mediapipe as mp
import numpy as np

import config
from face import mesh

CUT_PX = 512  # side of the cut that is looked at
CUT_UNITS, EYE_LINE = 4.3, 0.42  # its side in eye-corner distances, and how far down the eyes are (server/avatar/framing.ts)


class Stills:
    """MediaPipe Face Landmarker without memory; about 15 ms a picture."""

    def __init__(self):
        options = mp.tasks.vision.FaceLandmarkerOptions(
            base_options=mp.tasks.BaseOptions(model_asset_path=str(config.data_dir() / "face-landmarker" / "face_landmarker.task")))
        self.landmarker = mp.tasks.vision.FaceLandmarker.create_from_options(options)

    def landmarks(self, picture):
        """Landmarks [478, 3] in pixels of a picture [side, side, 3] uint8, z away from the camera; None where no face is seen."""
        found = self.landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture))).face_landmarks
        return np.array([[p.x, p.y, p.z] for p in found[0]], np.float32) * picture.shape[1] if found else None

    def near(self, picture, rough):
        """Landmarks of the face that is roughly at landmarks [478, 3] of a picture [height, width, 3]; both in its pixels."""
        left, right = rough[mesh.EYE_CORNERS[0], :2], rough[mesh.EYE_CORNERS[1], :2]
        scale = CUT_PX / (CUT_UNITS * np.linalg.norm(right - left))
        shift = np.array([CUT_PX / 2, CUT_PX * EYE_LINE]) - scale * (left + right) / 2
        cut = cv2.warpAffine(picture, np.float64([[scale, 0, shift[0] + scale / 2 - 0.5], [0, scale, shift[1] + scale / 2 - 0.5]]), (CUT_PX, CUT_PX),
                             flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        seen = self.landmarks(cut)
        return None if seen is None else (seen - [*shift, 0]) / scale
