// A bot that brings its own voice: pushes the sound of a WAV file, or of espeak-ng, and tells what was heard of it.
//   npm run example bot-audio -- --interrupt-after 2
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '../../client/sdk/index.ts';
import { readWav } from './wav.ts';

const SAMPLES_PER_SECOND = 48_000;
const TEXT = 'This voice comes from a program of its own. The avatar only lends it a face, and moves its lips.';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: process.env.VAKTRA_URL ?? 'http://localhost:8080' },
    portrait: { type: 'string', default: 'vigee-le-brun' },
    session: { type: 'string' },
    wav: { type: 'string' },
    'interrupt-after': { type: 'string' },
  },
});
const { url, portrait, session, wav } = values;

const avatar = await connect({
  url,
  apiKey: process.env.VAKTRA_API_KEY,
  ...(session === undefined ? { portrait } : { session }),
});
console.log(`The avatar is at ${avatar.pageUrl}`);

const sound = await readWav(wav === undefined ? speakWithEspeak(TEXT) : createReadStream(wav));
// As fast as the server takes it: it is spoken in real time all the same.
const speech = avatar.speakAudio(sound.pcm, sound.rateHz);

const started = await speech.started;
if (started) console.log(`Playback started at sample ${started.sample} of the conversation`);
if (values['interrupt-after'] !== undefined) {
  await sleep(Number(values['interrupt-after']) * 1000);
  await avatar.interrupt();
}
const { position, interrupted } = await speech.ended;
console.log(`Playback finished: position ${(position / SAMPLES_PER_SECOND).toFixed(2)} s, interrupted ${interrupted}`);

if (session === undefined) await avatar.close();
else avatar.leave();

function speakWithEspeak(text: string): AsyncIterable<Uint8Array> {
  const { stdout } = spawn('espeak-ng', ['--stdout', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  return stdout;
}
