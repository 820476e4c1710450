// A look as it was asked for, made ready for drawing.
import sharp from 'sharp';
import { decodePicture } from '../avatar/index.ts';
import { PLAIN_LOOK, videoShape } from '../render/index.ts';
import type { Look } from '../types.ts';
import type { LookChoice } from './types.ts';

/**
 * A background's picture is cut and scaled to fill the viewers' picture.
 *
 * @throws VaktraError `picture_unreadable`, `picture_type_refused`, `picture_too_large` for a background that is no usable picture
 */
export async function prepareLook(choice: LookChoice = PLAIN_LOOK): Promise<Look> {
  const { background, size, framing } = choice;
  if (background.kind !== 'picture') return { background, size, framing };
  const { data, width, height } = await decodePicture(background.image);
  const shape = videoShape({ background: PLAIN_LOOK.background, size, framing });
  const rgb = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(shape.width, shape.height, { fit: 'cover' })
    .raw()
    .toBuffer();
  return { background: { kind: 'picture', rgb: new Uint8Array(rgb) }, size, framing };
}
