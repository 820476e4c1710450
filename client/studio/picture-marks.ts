// The picture as it is drawn, with what the check found laid over it: the face's box and its landmarks.
import { element } from '../src/dom.ts';
import type { Avatar } from './api.ts';
import { showPicture } from './picture.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** Side of the drawing; strokes and dots are in its units. */
const SIDE = 512;
const DOT_RADIUS = 1.4;

export class PictureMarks {
  readonly #image = element('picture', HTMLImageElement);
  readonly #marks = element('marks', SVGSVGElement);
  readonly #warnings = element('warnings', HTMLUListElement);
  readonly #good = element('no-warnings', HTMLElement);

  constructor() {
    const toggle = element('show-marks', HTMLInputElement);
    toggle.addEventListener('change', () => this.#marks.classList.toggle('off', !toggle.checked));
  }

  show(avatar: Avatar): void {
    const { box, landmarks, warnings } = avatar.marks;
    void showPicture(this.#image, avatar);
    this.#image.alt = `${avatar.name}, as it is drawn`;
    const rect = document.createElementNS(SVG, 'rect');
    for (const [name, value] of Object.entries({ x: box.left, y: box.top, width: box.width, height: box.height })) {
      rect.setAttribute(name, String(value * SIDE));
    }
    rect.setAttribute('rx', '10');
    const dots = document.createElementNS(SVG, 'path');
    const points = Array.from({ length: landmarks.length / 2 }, (_, i) => [landmarks[2 * i], landmarks[2 * i + 1]]);
    dots.setAttribute('d', points.map(([x = 0, y = 0]) => dot(x * SIDE, y * SIDE)).join(''));
    this.#marks.replaceChildren(rect, dots);
    this.#warnings.replaceChildren(
      ...warnings.map(({ message }) => {
        const item = document.createElement('li');
        item.textContent = message;
        return item;
      }),
    );
    this.#good.hidden = warnings.length > 0;
  }
}

function dot(x: number, y: number): string {
  const [left, r] = [(x - DOT_RADIUS).toFixed(1), DOT_RADIUS];
  return `M${left} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
}
