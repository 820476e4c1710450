"""Tracks every training and test clip once and keeps the result in cache/tracks/NAME.npz.

Per clip: landmarks [frames, 478, 3] (pixels; z in the same unit, away from the camera), blendshapes [frames, 52],
matrix [frames, 4, 4] (MediaPipe's face pose), seen [frames] (a face was found) and audio [samples] (16 kHz mono float32).
Usage: VAKTRA_DATA=... python -m face.track [--worker 0/2]      about 25 ms a picture on one core, resumable.
"""
import argparse
import os

import av
import cv2
import mediapipe as mp
import numpy as np

import config

UPSCALE = 2  # GRID's faces are 120 px high; at twice the size the tracker loses next to no picture


def clips():
    """All clips as (set, path): GRID speaker 1 and the other talkers (who are for tests only)."""
    grid = sorted((config.data_dir() / "grid-s1" / "clips").glob("*.mp4"))[:config.FILMED_CLIPS]
    talking = sorted((config.data_dir() / "talking").glob("*.mp4"))
    return [("grid", path) for path in grid] + [("talking", path) for path in talking]


def decode(path):
    """Pictures [frames, height, width, 3] RGB and sound [samples] at 16 kHz, the first picture's start at sample 0."""
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    resampler = av.AudioResampler(format="flt", layout="mono", rate=config.AUDIO_RATE_HZ)
    with av.open(str(path)) as container:
        video_start = float((container.streams.video[0].start_time or 0) * container.streams.video[0].time_base)
        pieces, start = [], None
        for frame in container.decode(audio=0):
            if start is None:
                start = frame.pts * float(frame.time_base)
            pieces += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        pieces += [part.to_ndarray()[0] for part in resampler.resample(None)]
    sound = np.concatenate(pieces).astype(np.float32)
    lead = round((start - video_start) * config.AUDIO_RATE_HZ)
    sound = np.pad(sound, (lead, 0)) if lead > 0 else sound[-lead:]
    return np.stack(pictures), sound


def make_landmarker():
    options = mp.tasks.vision.FaceLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(config.data_dir() / "face-landmarker" / "face_landmarker.task")),
        running_mode=mp.tasks.vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    return mp.tasks.vision.FaceLandmarker.create_from_options(options)


def track(pictures):
    """Landmarks, blendshapes, matrix and seen of one clip; a lost picture repeats the one before and is marked."""
    landmarker = make_landmarker()  # one per clip: its smoothing must not run from one clip into the next
    frames = len(pictures)
    landmarks, blendshapes = np.zeros((frames, 478, 3), np.float32), np.zeros((frames, 52), np.float32)
    matrix, seen = np.tile(np.eye(4, dtype=np.float32), (frames, 1, 1)), np.zeros(frames, bool)
    for i, picture in enumerate(pictures):
        large = cv2.resize(picture, None, fx=UPSCALE, fy=UPSCALE, interpolation=cv2.INTER_CUBIC)
        height, width = large.shape[:2]
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(large))
        result = landmarker.detect_for_video(image, i * 40)  # 25 pictures a second
        if result.face_landmarks:
            points = np.array([[p.x, p.y, p.z] for p in result.face_landmarks[0]], np.float32)
            landmarks[i] = points * [width, height, width]  # MediaPipe's z is in units of the picture's width
            blendshapes[i] = [shape.score for shape in result.face_blendshapes[0]]
            matrix[i] = result.facial_transformation_matrixes[0]
            seen[i] = True
        elif i:
            landmarks[i], blendshapes[i], matrix[i] = landmarks[i - 1], blendshapes[i - 1], matrix[i - 1]
    landmarker.close()
    return dict(landmarks=landmarks, blendshapes=blendshapes, matrix=matrix, seen=seen)


def track_clip(name, path):
    target = config.CACHE / "tracks" / f"{name}-{path.stem}.npz"
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    pictures, sound = decode(path)
    part = target.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(part, audio=sound, **track(pictures))
    part.rename(target)  # whole or not at all, so an interrupted run can go on


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--worker", default="0/1", help="this process's part of the clips, as index/count")
    index, count = map(int, parser.parse_args().worker.split("/"))
    cv2.setNumThreads(1)
    mine = clips()[::-1][index::count]
    for done, (name, path) in enumerate(mine, 1):
        track_clip(name, path)
        if done % 20 == 0:
            print(f"track: {done}/{len(mine)}", flush=True)


if __name__ == "__main__":
    main()
