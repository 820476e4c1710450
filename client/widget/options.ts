// The element's attributes as checked values. A value that nobody knows counts as left out: a typing error must not take the page down.
import type { Look } from '../src/api.ts';
import type { Server } from '../src/server.ts';
import { tokenSource } from './token.ts';

/** Languages that the widget's own words are in. */
export const LANGUAGES = ['en', 'hi', 'de', 'es', 'zh', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Options {
  server: Server;
  /** Id of an avatar of the studio, or of a portrait; the server's first portrait where neither is named. */
  avatar: string | undefined;
  portrait: string | undefined;
  /** What the widget's words are in. */
  language: Language;
  /** What is spoken: a BCP 47 tag. */
  voice: string;
  floating: boolean;
  look: Look;
  /** Whether the page is to be seen around the person. */
  transparent: boolean;
  heading: string | undefined;
  /** Said when a conversation begins. */
  greeting: string | undefined;
  hasMicrophone: boolean;
  hasCaptions: boolean;
}

/**
 * @param home where the widget's script came from: its server, unless the page names another
 */
export function readOptions(element: HTMLElement, home: URL): Options {
  const text = (name: string): string | undefined => element.getAttribute(name)?.trim() || undefined;
  const background = text('background');
  const size = Number(text('size'));
  const framing = text('framing');
  const tag = text('lang') ?? element.closest('[lang]')?.getAttribute('lang') ?? navigator.language ?? 'en';
  return {
    server: {
      base: serverBase(text('server'), home),
      token: tokenSource(text('token'), text('token-url')),
    },
    avatar: text('avatar'),
    portrait: text('portrait'),
    language: LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language) ?? 'en',
    voice: text('voice-language') ?? tag,
    floating: text('mode') !== 'inline',
    look: {
      ...(background !== undefined && { background }),
      ...(Number.isInteger(size) && size > 0 && { size }),
      ...(framing !== undefined && { framing }),
    },
    transparent: background === 'transparent',
    heading: text('heading'),
    greeting: text('greeting'),
    hasMicrophone: text('microphone') !== 'off',
    hasCaptions: text('captions') !== 'off',
  };
}

function serverBase(named: string | undefined, home: URL): URL {
  if (named === undefined) return home;
  const base = new URL(named, document.baseURI);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}
