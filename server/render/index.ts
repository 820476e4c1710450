// Portrait and motion to pictures. One stream per conversation and avatar; runs on the worker thread that calls it.
import { VaktraError } from '../errors.ts';
import {
  LANDMARK_COUNT,
  type MotionFrame,
  PICTURE_SIZE_PX,
  type Picture,
  type PictureStream,
  type PreparedAvatar,
} from '../types.ts';
import { fillTexture } from './canvas.ts';
import { EyePainter } from './eyes.ts';
import { LEFT_EYE, RIGHT_EYE } from './face-topology.ts';
import { burnLabel } from './label.ts';
import { MouthPainter } from './mouth.ts';
import type { PaintedMouth, PaintedPatch, Painter } from './painter/index.ts';
import { VertexPoser } from './pose-vertices.ts';
import { buildRig, type Rig } from './rig.ts';
import { WarpEngine } from './warp.ts';

export { loadPainter, type Painter, type PainterCounts, type PainterOptions } from './painter/index.ts';

/** The motion model's coefficients; expressions may follow. */
const MODEL_COEFFICIENTS = 34;

export interface PictureStreamOptions {
  /** Burnt into every picture. */
  label: string;
  /** Paints the mouth; without it the mouth is drawn by rule. */
  painter?: Painter | undefined;
}

/** What all streams of an avatar in this thread share; goes when the avatar goes. */
const rigs = new WeakMap<PreparedAvatar, Rig>();

/**
 * A stream of 512x512 I420 pictures (BT.601 limited) of one avatar. Its buffers are made here; drawing allocates nothing.
 *
 * @param basis [(34 + expressions) * 478 * 3] models/motion.basis.f32 and behind it motion.expressions.f32; a frame has as many
 *   coefficients, and what it lacks of the expressions is 0
 * @throws VaktraError `model_damaged` when the basis has another size
 */
export function createPictureStream(
  avatar: PreparedAvatar,
  basis: Float32Array,
  options: PictureStreamOptions,
): PictureStream {
  const row = LANDMARK_COUNT * 3;
  if (basis.length < MODEL_COEFFICIENTS * row || basis.length % row !== 0) {
    const expected = `${MODEL_COEFFICIENTS * row} and whole rows of ${row} more`;
    throw new VaktraError(
      'model_damaged',
      `The motion basis has ${basis.length} numbers, not ${expected}: restore models/.`,
    );
  }
  return new WarpStream(avatar, basis, options);
}

class WarpStream implements PictureStream {
  readonly landmarks: Float32Array;
  readonly neutral: Float32Array;
  readonly #rig: Rig;
  readonly #engine: WarpEngine;
  readonly #poser: VertexPoser;
  readonly #eyes: readonly [EyePainter, EyePainter];
  readonly #mouth: MouthPainter | PaintedMouth;
  #patch: PaintedPatch | undefined;
  readonly #picture: Picture;
  #isClosed = false;

  constructor(avatar: PreparedAvatar, basis: Float32Array, { label, painter }: PictureStreamOptions) {
    let rig = rigs.get(avatar);
    if (!rig) {
      rig = buildRig(avatar, basis);
      rigs.set(avatar, rig);
    }
    this.#rig = rig;
    this.#mouth = painter?.mouthOf(avatar, rig) ?? new MouthPainter(rig, avatar.tones);
    this.#engine = new WarpEngine(rig, this.#mouth instanceof MouthPainter ? undefined : this.#mouth.triangles);
    fillTexture(this.#engine.texture, avatar.rgba);
    this.#engine.picture.set(new Int32Array(new Uint8Array(avatar.rgba).buffer));
    burnLabel(this.#engine.picture, label);
    this.#poser = new VertexPoser(this.#rig, this.#engine.x, this.#engine.y);
    this.landmarks = this.#poser.posed.landmarks;
    this.neutral = this.#rig.neutral;
    this.#eyes = [new EyePainter(this.#rig, LEFT_EYE, avatar.rgba), new EyePainter(this.#rig, RIGHT_EYE, avatar.rgba)];
    this.#picture = { index: 0, width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX, i420: this.#engine.i420 };
    this.#engine.toI420({ left: 0, top: 0, right: PICTURE_SIZE_PX, bottom: PICTURE_SIZE_PX });
  }

  async draw(frame: MotionFrame): Promise<Picture> {
    if (this.#isClosed)
      throw new VaktraError('conversation_closed', 'This picture stream is closed: create another one.');
    const posed = this.#poser.pose(frame.coefficients);
    const { picture, texture } = this.#engine;
    this.#engine.drawMesh();
    this.#eyes[0].draw(picture, texture, posed, posed.blinkLeft);
    this.#eyes[1].draw(picture, texture, posed, posed.blinkRight);
    if (this.#mouth instanceof MouthPainter) this.#mouth.draw(picture, posed);
    else this.#lay(await this.#mouth.patchFor(frame.coefficients));
    this.#engine.toI420(this.#rig.moving);
    this.#picture.index = frame.index;
    return this.#picture;
  }

  #lay(patch: PaintedPatch): void {
    if (patch !== this.#patch) {
      this.#engine.patch.set(patch.texels);
      this.#engine.patchX.set(patch.u);
      this.#engine.patchY.set(patch.v);
      this.#patch = patch;
    }
    this.#engine.drawPatch();
  }

  close(): void {
    this.#isClosed = true;
  }
}
