// Portrait and motion to pictures. One stream per conversation and avatar; runs on the worker thread that calls it, synchronously.
import { VaktraError } from '../errors.ts';
import {
  LANDMARK_COUNT,
  type MotionFrame,
  PICTURE_SIZE_PX,
  type Picture,
  type PictureStream,
  type PreparedAvatar,
} from '../types.ts';
import { paddedTexture } from './canvas.ts';
import { EyePainter } from './eyes.ts';
import { LEFT_EYE, RIGHT_EYE } from './face-topology.ts';
import { I420_BYTES, toI420 } from './i420.ts';
import { burnLabel } from './label.ts';
import { MouthPainter } from './mouth.ts';
import { VertexPoser } from './pose-vertices.ts';
import { buildRig, type Rig } from './rig.ts';
import { drawMesh } from './warp.ts';

const COEFFICIENTS = 34;

export interface PictureStreamOptions {
  /** Burnt into every picture. */
  label: string;
}

/** What all streams of an avatar in this thread share; goes when the avatar goes. */
const shared = new WeakMap<PreparedAvatar, { rig: Rig; texture: Int32Array }>();

/**
 * A stream of 512x512 I420 pictures (BT.601 limited) of one avatar. Its buffers are made here; drawing allocates nothing.
 *
 * @param basis [34 * 478 * 3] the motion basis, models/motion.basis.f32
 * @throws VaktraError `model_damaged` when the basis has another size
 */
export function createPictureStream(
  avatar: PreparedAvatar,
  basis: Float32Array,
  options: PictureStreamOptions,
): PictureStream {
  const expected = COEFFICIENTS * LANDMARK_COUNT * 3;
  if (basis.length !== expected) {
    throw new VaktraError(
      'model_damaged',
      `The motion basis has ${basis.length} numbers, not ${expected}: restore models/.`,
    );
  }
  return new WarpStream(avatar, basis, options.label);
}

class WarpStream implements PictureStream {
  readonly landmarks: Float32Array;
  readonly neutral: Float32Array;
  readonly #rig: Rig;
  readonly #texture: Int32Array;
  readonly #pixels: Int32Array;
  readonly #poser: VertexPoser;
  readonly #eyes: readonly [EyePainter, EyePainter];
  readonly #mouth: MouthPainter;
  readonly #picture: Picture;
  #isClosed = false;

  constructor(avatar: PreparedAvatar, basis: Float32Array, label: string) {
    let parts = shared.get(avatar);
    if (!parts) {
      parts = { rig: buildRig(avatar, basis), texture: paddedTexture(avatar.rgba) };
      shared.set(avatar, parts);
    }
    this.#rig = parts.rig;
    this.#texture = parts.texture;
    this.#pixels = new Int32Array(new Uint8Array(avatar.rgba).buffer);
    burnLabel(this.#pixels, label);
    this.#poser = new VertexPoser(this.#rig);
    this.landmarks = this.#poser.posed.landmarks;
    this.neutral = this.#rig.neutral;
    this.#eyes = [new EyePainter(this.#rig, LEFT_EYE, avatar.rgba), new EyePainter(this.#rig, RIGHT_EYE, avatar.rgba)];
    this.#mouth = new MouthPainter(this.#rig, avatar.tones);
    this.#picture = { index: 0, width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX, i420: new Uint8Array(I420_BYTES) };
    toI420(this.#pixels, this.#picture.i420, { left: 0, top: 0, right: PICTURE_SIZE_PX, bottom: PICTURE_SIZE_PX });
  }

  draw(frame: MotionFrame): Picture {
    if (this.#isClosed)
      throw new VaktraError('conversation_closed', 'This picture stream is closed: create another one.');
    const posed = this.#poser.pose(frame.coefficients);
    drawMesh(this.#pixels, this.#texture, this.#rig, posed);
    this.#eyes[0].draw(this.#pixels, this.#texture, posed, posed.blinkLeft);
    this.#eyes[1].draw(this.#pixels, this.#texture, posed, posed.blinkRight);
    this.#mouth.draw(this.#pixels, posed);
    toI420(this.#pixels, this.#picture.i420, this.#rig.moving);
    this.#picture.index = frame.index;
    return this.#picture;
  }

  close(): void {
    this.#isClosed = true;
  }
}
