// Judges a framed portrait: what cannot become a good avatar is refused, what will look less than it could is warned of.
// Every threshold stands beside what was measured: "good" are 20 portraits of five centuries, "bad" made or chosen to fail.
import { VaktraError } from '../errors.ts';
import type { PortraitWarning } from '../types.ts';
import { eyesSeen } from './eyes-seen.ts';
import { faceLight } from './face-light.ts';
import { lumaPlane } from './luma.ts';
import { type MouthSeen, mouthSeen } from './mouth-seen.ts';
import type { RgbPicture } from './picture-input.ts';
import { blurredPicture, burntOut, tooDark } from './refusals.ts';
import { faceSharpness } from './sharpness.ts';

/** Brightness of the lit side. Good: at least 140; five per cent of the light: 9. Dark skin in little light may have 60. */
const MIN_LIT_LEVEL = 40;
/** Share of the face that is plain white. Good: at most 0.03. */
const MAX_BURNT_SHARE = 0.25;
/** Good: at least 0.32, all others 0.41 and more. Blurred by 0.05 eye distances they have 0.07 to 0.15, by 0.04 up to 0.22. */
const MIN_SHARPNESS = 0.2;
/** Degrees of yaw. Good: at most 32; beyond 45 one eye and half of the mouth are gone. */
const MAX_YAW_DEGREES = 45;
const MAX_PITCH_DEGREES = 35;
const MAX_TILT_DEGREES = 45;

/** Profile across the lips. Good: 0.42 to 1.04; behind a plain patch 0.00, behind a pleated mask 0.08 to 0.44. */
const MIN_MOUTH_PROFILE = 0.2;
/** Range of redness across the lips of a coloured picture. Good: at least 0.042; masks and fingers at most 0.022. */
const MIN_LIP_REDNESS = 0.03;
/** Cheeks' hue from grey, above which a picture counts as coloured. Photographs without colour have under 0.01. */
const COLOURED_HUE = 0.06;
/** Step of hue from the cheeks to the skin around the lips. Good: at most 0.06; a blue or white mask on coloured skin from 0.085. */
const MAX_HUE_STEP = 0.085;
/** A dark beard has another hue too, since dark has none: only what is brighter than this share of the cheeks counts. */
const BEARD_BRIGHTNESS = 0.5;

/** From here on the far cheek is drawn wide when the head turns. Warned of: 29 and 32 degrees; the next good one has 22. */
const WARN_YAW_DEGREES = 25;
/** Pixels of eye distance, or of the whole picture's shorter side, under which detail is missing. */
const WARN_EYE_DISTANCE_PX = 48;
const WARN_PICTURE_PX = 300;
/** Opening of the lips in eye distances. Closed and parted: up to 0.06; smiles with teeth: from 0.094. */
const WARN_OPENING_UNITS = 0.075;
/** Share of the place of an eye that shines like glass. */
const WARN_SHINE = 0.04;
/** White and iris of an eye against the cheeks. Good: 0.43 and more but for the far eye of a head turned by 32 degrees. */
const WARN_EYE_CONTRAST = 0.35;
/** Both eyes wider than people's and skin without any grain. Good: at most 0.132 and at least 0.015; computed figure 0.155 and 0.007. */
const WARN_EYE_OPENING_UNITS = 0.145;
const WARN_GRAIN = 0.012;

export interface FramedFace {
  /** 512x512. */
  cut: RgbPicture;
  /** [478 * 3] in its pixels, as tracked. */
  landmarks: Float32Array;
  /** [9] as in `HeadPose`. */
  rotation: Float32Array;
  unitPx: number;
  /** Eye distance and shorter side of the picture that was sent. */
  sourceEyeDistancePx: number;
  sourceSidePx: number;
}

/**
 * @returns warnings, for a portrait that is taken
 * @throws VaktraError `picture_too_dark`, `picture_burnt_out`, `picture_blurred`, `picture_turned_away`, `picture_mouth_covered`
 */
export function checkPortrait(face: FramedFace): PortraitWarning[] {
  const { cut, landmarks, unitPx } = face;
  const plane = lumaPlane(cut);
  const light = faceLight(plane, landmarks);
  if (light.lit < MIN_LIT_LEVEL) throw tooDark();
  if (light.burnt > MAX_BURNT_SHARE) throw burntOut();
  const sharpness = faceSharpness(plane, landmarks, unitPx);
  if (sharpness.ratio < MIN_SHARPNESS) throw blurredPicture();
  const angles = anglesOf(face.rotation);
  if (
    Math.abs(angles.yaw) > MAX_YAW_DEGREES ||
    Math.abs(angles.pitch) > MAX_PITCH_DEGREES ||
    Math.abs(angles.roll) > MAX_TILT_DEGREES
  ) {
    throw new VaktraError(
      'picture_turned_away',
      'The head is turned away too far: send a picture in which the person looks at the camera.',
    );
  }
  if (isMouthCovered(mouthSeen(cut, landmarks, unitPx))) {
    throw new VaktraError(
      'picture_mouth_covered',
      'The mouth is covered (a mask, a hand or an object): send a picture that shows the whole face.',
    );
  }
  return warningsFor(face, angles.yaw, sharpness.grain);
}

function isMouthCovered({ profile, redness, skinHue, hueStep, around }: MouthSeen): boolean {
  if (profile < MIN_MOUTH_PROFILE) return true;
  if (skinHue > COLOURED_HUE && redness < MIN_LIP_REDNESS) return true;
  return hueStep > MAX_HUE_STEP && around > BEARD_BRIGHTNESS;
}

function warningsFor(face: FramedFace, yaw: number, grain: number): PortraitWarning[] {
  const { cut, landmarks, unitPx } = face;
  const warnings: PortraitWarning[] = [];
  const warn = (code: PortraitWarning['code'], message: string) => warnings.push({ code, message });
  const eyes = eyesSeen(cut, landmarks, unitPx);
  const opening = Math.hypot(
    ...[0, 1, 2].map((axis) => coordinate(landmarks, 13, axis) - coordinate(landmarks, 14, axis)),
  );
  if (face.sourceEyeDistancePx < WARN_EYE_DISTANCE_PX || face.sourceSidePx < WARN_PICTURE_PX) {
    warn('face_small', 'The picture is small, so the face will look soft: a larger one would be sharper.');
  }
  if (Math.abs(yaw) > WARN_YAW_DEGREES) {
    warn(
      'head_turned',
      'The head is turned to the side: the far cheek may smear when it moves. One from the front is better.',
    );
  }
  if (opening > WARN_OPENING_UNITS * unitPx) {
    warn('mouth_open', 'The mouth is open in the picture, so how it looks closed is guessed: closed lips are better.');
  }
  if (eyes.some(({ shine }) => shine > WARN_SHINE)) {
    warn('glasses_glare', 'Light shines on the glasses: it will stay in place when the eyes move.');
  } else if (eyes.some(({ contrast }) => contrast < WARN_EYE_CONTRAST)) {
    warn('eyes_hidden', 'An eye is hard to see (hair, glasses or shadow): its blinks and looks may be drawn wrongly.');
  }
  if (grain < WARN_GRAIN && eyes.every(({ opening: lids }) => lids > WARN_EYE_OPENING_UNITS)) {
    warn(
      'drawn_figure',
      'This looks like a drawn figure: Vaktra knows the faces of people, so its mouth may look odd.',
    );
  }
  return warnings;
}

/** Degrees; rotation as in `HeadPose`. */
function anglesOf(rotation: Float32Array): { yaw: number; pitch: number; roll: number } {
  const degrees = 180 / Math.PI;
  const at = (index: number) => rotation[index] ?? 0;
  return {
    yaw: Math.asin(Math.min(1, Math.max(-1, at(6)))) * degrees,
    pitch: Math.atan2(at(7), at(8)) * degrees,
    roll: Math.atan2(at(3), at(0)) * degrees,
  };
}

function coordinate(landmarks: Float32Array, point: number, axis: number): number {
  return landmarks[point * 3 + axis] ?? 0;
}
