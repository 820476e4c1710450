// Portrait and motion to pictures. One stream per conversation and avatar; runs on the worker thread that calls it.
import { VaktraError } from '../errors.ts';
import {
  LANDMARK_COUNT,
  type Look,
  type MotionFrame,
  PICTURE_SIZE_PX,
  type Picture,
  type PictureStream,
  type PreparedAvatar,
} from '../types.ts';
import { groundOf } from './background.ts';
import { fillTexture } from './canvas.ts';
import { EyePainter } from './eyes.ts';
import { LEFT_EYE, RIGHT_EYE } from './face-topology.ts';
import { FramedPicture } from './framed-picture.ts';
import { burnLabel } from './label.ts';
import { layersBefore } from './layers-before.ts';
import { PLAIN_LOOK, placingOf, videoShape } from './look.ts';
import { MouthPainter } from './mouth.ts';
import { addPart, alignPart, Footprint, isEmpty, MovedPart, touches } from './moved.ts';
import type { PaintedMouth, PaintedPatch, Painter } from './painter/index.ts';
import { type PosedVertices, VertexPoser } from './pose-vertices.ts';
import { buildRig, outlineOf, type Rig } from './rig.ts';
import { type Part, WarpEngine } from './warp.ts';

export { PLAIN_LOOK, videoShape } from './look.ts';
export { loadPainter, type Painter, type PainterCounts, type PainterOptions } from './painter/index.ts';

/** The motion model's coefficients; expressions may follow. */
const MODEL_COEFFICIENTS = 34;

export interface PictureStreamOptions {
  /** Burnt into every picture. */
  label: string;
  /** Paints the mouth; without it the mouth is drawn by rule. */
  painter?: Painter | undefined;
  /** What is around the person, and the picture's size and shape; left out, the portrait as it is. */
  look?: Look | undefined;
}

/** What all streams of an avatar in this thread share; goes when the avatar goes. */
const rigs = new WeakMap<PreparedAvatar, Rig>();

/**
 * A stream of I420 pictures (BT.601 limited) of one avatar. Its buffers are made here; drawing allocates nothing. It is drawn at
 * 512x512 whatever the look; other sizes are scaled from that.
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
  readonly #engine: WarpEngine;
  readonly #poser: VertexPoser;
  readonly #eyes: readonly [EyePainter, EyePainter];
  readonly #mouth: MouthPainter | PaintedMouth;
  readonly #mouthFootprint: Footprint;
  readonly #moved: MovedPart;
  #patch: PaintedPatch | undefined;
  readonly #picture: Picture;
  /** Undefined where the drawn square is the picture. */
  readonly #framed: FramedPicture | undefined;
  #isClosed = false;

  constructor(
    avatar: PreparedAvatar,
    basis: Float32Array,
    { label, painter, look = PLAIN_LOOK }: PictureStreamOptions,
  ) {
    let rig = rigs.get(avatar);
    if (!rig) {
      rig = buildRig(avatar, basis);
      rigs.set(avatar, rig);
    }
    const mouth = painter?.mouthOf(avatar, rig) ?? new MouthPainter(rig, avatar.tones);
    const patched = mouth instanceof MouthPainter ? undefined : mouth.triangles;
    this.#mouth = mouth;
    this.#mouthFootprint = mouth instanceof MouthPainter ? mouth.footprint : new Footprint(mouth.triangles, 1);
    this.#engine = new WarpEngine(rig, patched);
    const { backdrop, picture, texture, x, y, i420 } = this.#engine;
    const { background, framing } = look;
    const shape = videoShape(look);
    const placing = placingOf(look, avatar);
    const ground = groundOf(avatar, background, placing, shape.width);
    const layers = background.kind === 'keep' ? rig.layers : layersBefore(avatar, ground, outlineOf(rig.outer));
    fillTexture(texture, layers.person);
    backdrop.set(layers.backdrop);
    if (framing === 'square') burnLabel(backdrop, label);
    x.set(rig.restX);
    y.set(rig.restY);
    this.#moved = new MovedPart(rig.triangles, x, y);
    this.#poser = new VertexPoser(rig, x, y);
    this.landmarks = this.#poser.posed.landmarks;
    this.neutral = rig.neutral;
    this.#eyes = [new EyePainter(rig, LEFT_EYE, avatar.closed), new EyePainter(rig, RIGHT_EYE, avatar.closed)];
    const isPlain = shape.width === PICTURE_SIZE_PX && shape.height === PICTURE_SIZE_PX && shape.matte === 'none';
    this.#framed = isPlain
      ? undefined
      : new FramedPicture({ picture, i420 }, { avatar, ground, shape, placing, label });
    const { width, height } = this.#framed ?? shape;
    this.#picture = { index: 0, width, height, i420: this.#framed?.i420 ?? i420 };
    const whole = { left: 0, top: 0, right: PICTURE_SIZE_PX, bottom: PICTURE_SIZE_PX };
    this.#engine.drawMesh(whole);
    this.#engine.toI420(whole);
    this.#framed?.take(whole);
  }

  async draw(frame: MotionFrame): Promise<Picture> {
    if (this.#isClosed)
      throw new VaktraError('conversation_closed', 'This picture stream is closed: create another one.');
    const patch = this.#mouth instanceof MouthPainter ? undefined : await this.#mouth.patchFor(frame.coefficients);
    const { targetX, targetY } = this.#poser;
    const posed = this.#poser.pose(frame.coefficients);
    const part = this.#moved.follow(targetX, targetY);
    const [left, right] = this.#eyes;
    if (left.follow(posed, posed.blinkLeft)) addPart(part, left.footprint.part);
    if (right.follow(posed, posed.blinkRight)) addPart(part, right.footprint.part);
    this.#mouthFootprint.follow(posed.x, posed.y);
    if (patch && patch !== this.#patch) {
      this.#take(patch);
      addPart(part, this.#mouthFootprint.part);
    }
    if (!isEmpty(part)) this.#drawPart(part, posed);
    this.#picture.index = frame.index;
    return this.#picture;
  }

  /** Draws what has changed, and what is painted over it: that is painted whole or not at all. */
  #drawPart(part: Part, posed: PosedVertices): void {
    const footprints = [...this.#eyes.map((eye) => eye.footprint), this.#mouthFootprint];
    // Twice: what the first adds may touch another.
    for (const footprint of [...footprints, ...footprints])
      if (touches(part, footprint.part)) addPart(part, footprint.part);
    alignPart(part);
    this.#engine.drawMesh(part);
    const { picture, texture } = this.#engine;
    for (const eye of this.#eyes) if (touches(part, eye.footprint.part)) eye.draw(picture, texture, posed);
    if (touches(part, this.#mouthFootprint.part)) {
      if (this.#mouth instanceof MouthPainter) this.#mouth.draw(picture, posed);
      else this.#engine.drawPatch();
    }
    this.#engine.toI420(part);
    this.#framed?.take(part);
  }

  #take(patch: PaintedPatch): void {
    this.#engine.patch.set(patch.texels);
    this.#engine.patchX.set(patch.u);
    this.#engine.patchY.set(patch.v);
    this.#patch = patch;
  }

  close(): void {
    if (!this.#isClosed) this.#framed?.close();
    this.#isClosed = true;
  }
}
