// The page's address as checked values (docs/kiosk.md lists them). A value that nobody knows counts as left out: a typing error must
// not leave a display dark.
import type { PortraitChoice } from '../src/api.ts';
import { LANGUAGES, type Language } from '../widget/options.ts';

/** Seconds without a touch, a word or a speech until everything is wiped. */
const DEFAULT_SILENCE_S = 60;
const MIN_SILENCE_S = 5;
const MAX_SILENCE_S = 3600;
/** Seconds between two greetings to whoever passes by. */
const DEFAULT_GREET_S = 60;
const MIN_GREET_S = 5;
const MAX_GREET_S = 3600;
const DEFAULT_SIZE_PX = 720;

const STARTS = ['touch', 'voice', 'presence'] as const;
type Start = (typeof STARTS)[number];

export interface Options {
  /** Under which the kiosk reports to the server; without one it does not. */
  name: string | undefined;
  /** The server's first portrait where neither a portrait nor an avatar is named. */
  choice: PortraitChoice | undefined;
  /** A token or API key, where the server wants one. */
  token: string | undefined;
  /** What the kiosk begins with and goes back to. */
  language: Language;
  /** What visitors may choose from. */
  languages: readonly Language[];
  heading: string | undefined;
  silenceMs: number;
  /** Infinity: it does not greet by itself. */
  greetMs: number;
  starts: ReadonlySet<Start>;
  hasMicrophone: boolean;
  /** Shorter side of the video in pixels, and what is around the person. */
  size: number;
  background: string | undefined;
  theme: 'light' | 'dark' | undefined;
}

/** @param address of the page; a token stands behind its `#`, which browsers send to nobody */
export function readOptions(address: URL): Options {
  const query = address.searchParams;
  const text = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const languages = listed(text('languages'), LANGUAGES);
  const wished = languageOf(text('language') ?? navigator.language) ?? 'en';
  const shown = languages.length === 0 ? LANGUAGES : languages;
  const greetS =
    text('greet') === '0'
      ? Number.POSITIVE_INFINITY
      : seconds(text('greet'), DEFAULT_GREET_S, MIN_GREET_S, MAX_GREET_S);
  return {
    name: text('name'),
    choice: choiceOf(text('avatar'), text('portrait')),
    token: new URLSearchParams(address.hash.slice(1)).get('token') ?? undefined,
    language: shown.includes(wished) ? wished : (shown[0] ?? 'en'),
    languages: shown,
    heading: text('heading'),
    silenceMs: seconds(text('silence'), DEFAULT_SILENCE_S, MIN_SILENCE_S, MAX_SILENCE_S) * 1000,
    greetMs: greetS * 1000,
    starts: new Set<Start>(['touch', ...listed(text('start'), STARTS)]),
    hasMicrophone: text('microphone') !== 'off',
    size: [384, 512, 720].find((size) => String(size) === text('size')) ?? DEFAULT_SIZE_PX,
    background: text('background'),
    theme: (['light', 'dark'] as const).find((theme) => theme === text('theme')),
  };
}

function choiceOf(avatar: string | undefined, portrait: string | undefined): PortraitChoice | undefined {
  if (avatar !== undefined) return { avatar };
  return portrait === undefined ? undefined : { id: portrait };
}

function languageOf(tag: string): Language | undefined {
  const [primary] = tag.toLowerCase().split('-');
  return LANGUAGES.find((language) => language === primary);
}

function listed<T extends string>(value: string | undefined, known: readonly T[]): T[] {
  const words = (value ?? '').split(',').map((word) => word.trim());
  return words.flatMap((word) => known.find((one) => one === word) ?? []);
}

function seconds(value: string | undefined, otherwise: number, least: number, most: number): number {
  const number = Number(value);
  return value === undefined || !Number.isFinite(number) ? otherwise : Math.min(Math.max(number, least), most);
}
