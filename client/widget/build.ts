// Builds elements by calls alone: a host page's security policy may forbid parsed HTML and style attributes.

const SVG = 'http://www.w3.org/2000/svg';

type Attributes = Record<string, string | boolean>;

/** An element with attributes (true is an empty one, false none) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** Outlines of the icons, on a grid of 24. */
const ICONS = {
  talk: 'M4 5.5A2.5 2.5 0 0 1 6.500 3h11A2.500 2.500 0 0 1 20 5.500v8a2.500 2.500 0 0 1-2.500 2.500H11l-4.600 3.900a.6.6 0 0 1-1-.5V16A2.500 2.500 0 0 1 4 13.500z',
  minimise: 'M6 9.500l6 6 6-6',
  end: 'M7 7l10 10M17 7L7 17',
  soundOn: 'M4.500 9.500v5H8l4.500 3.500V6L8 9.500zM15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a7.700 7.700 0 0 1 0 11',
  soundOff: 'M4.500 9.500v5H8l4.500 3.500V6L8 9.500zM16 10l4.500 4.500M20.500 10L16 14.500',
  microphone: 'M12 3.500a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3zM6 11.500a6 6 0 0 0 12 0M12 17.500v3',
  send: 'M12 19V5.500M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  // The letters in a frame: what one sees was made by an AI.
  ai: 'M5.500 4.500h13a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3h-13a3 3 0 0 1-3-3v-9a3 3 0 0 1 3-3zM6.500 16l3.200-8 3.200 8M7.700 13.200h4M16.800 8v8',
  play: 'M8.500 5.500v13l10-6.500z',
} as const;

export function icon(name: keyof typeof ICONS): SVGSVGElement {
  return outline(name, ICONS[name]);
}

/** @param path on a grid of 24 */
export function outline(name: string, path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon icon-${name}`);
  const shape = document.createElementNS(SVG, 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

/** A style sheet that the host's security policy lets through: it is no element and no attribute. */
export function sheetOf(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}
