// npm run render: portrait + voice -> video file, by the same speech, motion and picture code as a live conversation, as
// fast as it goes. Signed where the settings say by whom.

import { rm, writeFile } from 'node:fs/promises';
import { closePortraitThread } from '../avatar/index.ts';
import { type Config, loadConfig } from '../config.ts';
import { renderVideo } from '../session/index.ts';
import { ProgressBar } from './progress-bar.ts';
import { signRendered } from './provenance/index.ts';
import { type Arguments, readArguments } from './rendering/arguments.ts';
import { chooseLook } from './rendering/look.ts';
import { type Person, withPerson } from './rendering/person.ts';
import { runTool } from './run-tool.ts';
import { readVoice } from './voice.ts';

async function main(): Promise<void> {
  const args = readArguments();
  if (args === undefined) return;
  const config = loadConfig();
  try {
    await withPerson(config, args.who, (person) => render(args, config, person));
  } finally {
    await closePortraitThread();
  }
}

async function render(args: Arguments, config: Config, person: Person): Promise<void> {
  const { avatar, options, admission, consent, signal } = person;
  for (const { message } of avatar.warnings) process.stderr.write(`${message}\n`);
  const voice = args.voice === undefined ? undefined : await readVoice(args.voice, options.language);
  const visitor = args.visitor === undefined ? undefined : await readVoice(args.visitor);
  const look = await chooseLook(args.look, options);
  const mood = args.mood ?? (options.emotion && { emotion: options.emotion });
  const bar = new ProgressBar('rendering');
  try {
    const result = await renderVideo({
      ...{ config, avatar, voice, visitor, look, mood, signal },
      ...{ rest: args.rest, seed: args.seed, out: args.out },
      metadata: { title: 'AI-generated talking portrait', comment: `Consent: ${consent}` },
      recordMotion: args.motionOut !== undefined,
      onProgress: (done, total) => bar.show(done, total),
    });
    bar.end();
    if (args.motionOut !== undefined) await writeFile(args.motionOut, JSON.stringify(result.motion));
    const factor = result.elapsedSeconds / result.videoSeconds;
    process.stdout.write(
      `${args.out}: ${result.videoSeconds.toFixed(2)} s of video in ${result.elapsedSeconds.toFixed(2)} s, ` +
        `real-time factor ${factor.toFixed(3)}\n`,
    );
    process.stdout.write(`${await signRendered(args.out, config, admission)}\n`);
  } catch (error) {
    // A file that may not be made is not left behind half made.
    if (signal.aborted) await rm(args.out, { force: true });
    throw error;
  }
}

await runTool(main);
