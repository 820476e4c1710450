// An avatar's picture in the page. It is asked for by script, because an image's own request carries no token.
import { type Avatar, readPicture } from './api.ts';

/** Which picture each image is to show, so that one that comes late does not cover a newer. */
const wanted = new WeakMap<HTMLImageElement, string>();

/** Shows it as soon as it is there; a picture that cannot be had leaves the image empty. */
export async function showPicture(image: HTMLImageElement, { id, version }: Avatar): Promise<void> {
  const wish = `${id} ${version}`;
  if (wanted.get(image) === wish) return;
  wanted.set(image, wish);
  image.removeAttribute('src');
  try {
    const url = URL.createObjectURL(await readPicture(id));
    image.addEventListener('load', () => URL.revokeObjectURL(url), { once: true });
    if (wanted.get(image) === wish) image.src = url;
  } catch (error) {
    wanted.delete(image);
    console.warn('A picture of the studio cannot be shown:', error);
  }
}
