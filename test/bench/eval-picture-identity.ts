// Whether the drawn person is still the portrait's: the face description of @vladmandic/human (faceres, 1024 numbers) of drawn
// pictures against the still portrait's, beside what it says of the portrait cut twice, and of other people.

import sharp from 'sharp';
import type { FaceFinder } from '../../server/avatar/face-finder.ts';
import { PICTURE_SIZE_PX } from '../../server/types.ts';
import { rgbOf } from '../integration/avatar-drawn-face.ts';
import type { Drawer } from './eval-picture-drawers.ts';
import type { PreparedPortrait } from './eval-picture-portraits.ts';
import { mean } from './statistics.ts';

const COEFFICIENTS = 42;
const [JAW, YAW] = [0, 25] as const;
const WIDE_OPEN = 2.8;
const YAW_15_DEGREES = 0.262;
/** What is drawn, by coefficients. */
const DRAWN: readonly { name: 'rest' | 'open' | 'yaw' | 'openYaw'; command: Record<number, number> }[] = [
  { name: 'rest', command: {} },
  { name: 'open', command: { [JAW]: WIDE_OPEN } },
  { name: 'yaw', command: { [YAW]: YAW_15_DEGREES } },
  { name: 'openYaw', command: { [JAW]: WIDE_OPEN, [YAW]: YAW_15_DEGREES } },
];
/** The second cut of the still portrait: this much off each side, and scaled up again. */
const SECOND_CUT_PX = { left: 22, top: 14, side: 472 };

export interface Identity {
  portrait: string;
  renderer: string;
  /** Cosine of the still portrait's two cuts. */
  still: number;
  /** Cosines of drawn pictures with the still portrait, over `still`. */
  rest: number;
  open: number;
  yaw: number;
  openYaw: number;
  /** The same of other portraits, mean: what a stranger gets. */
  others: number;
}

type Description = Float32Array;

/** Each portrait's own description, once for all renderers. */
export async function describeStills(
  portraits: readonly PreparedPortrait[],
  finder: FaceFinder,
): Promise<Map<string, { still: Description; cosine: number }>> {
  const described = new Map<string, { still: Description; cosine: number }>();
  for (const { name, avatar } of portraits) {
    const rgb = avatar.rgba.filter((_, i) => i % 4 !== 3);
    const { left, top, side } = SECOND_CUT_PX;
    const second = await sharp(rgb, { raw: { width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX, channels: 3 } })
      .extract({ left, top, width: side, height: side })
      .resize(PICTURE_SIZE_PX, PICTURE_SIZE_PX, { kernel: 'cubic' })
      .raw()
      .toBuffer();
    const [still, again] = [await describe(rgb, finder), await describe(new Uint8Array(second), finder)];
    described.set(name, { still, cosine: cosine(still, again) });
  }
  return described;
}

export async function measureIdentity(
  { name, avatar }: PreparedPortrait,
  drawer: Drawer,
  basis: Float32Array,
  finder: FaceFinder,
  stills: Awaited<ReturnType<typeof describeStills>>,
): Promise<Identity> {
  const own = stills.get(name);
  if (!own) throw new Error(`${name} was not described.`);
  const stream = drawer.open(avatar, basis);
  const ratios = { rest: 0, open: 0, yaw: 0, openYaw: 0 };
  for (const [index, drawn] of DRAWN.entries()) {
    const coefficients = new Float32Array(COEFFICIENTS);
    for (const [key, value] of Object.entries(drawn.command)) coefficients[Number(key)] = value;
    const { i420 } = await stream.draw({ index, coefficients, state: 'speaking' });
    ratios[drawn.name] = cosine(await describe(rgbOf(i420), finder), own.still) / own.cosine;
  }
  stream.close();
  const strangers = [...stills].filter(([other]) => other !== name);
  const others = mean(strangers.map(([, { still }]) => cosine(still, own.still))) / own.cosine;
  return { portrait: name, renderer: drawer.name, still: own.cosine, ...ratios, others };
}

async function describe(data: Uint8Array, finder: FaceFinder): Promise<Description> {
  const description = await finder.describe({ data, width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX });
  if (!description) throw new Error('No face is seen in a drawn picture.');
  return description;
}

function cosine(a: Description, b: Description): number {
  const dot = (x: Description, y: Description) => x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
