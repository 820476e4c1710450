// What has to be known before a conversation is opened: who is shown, how, and what is spoken.
import { ApiError, type Look, listLanguages, listPortraits, type PortraitChoice } from '../src/api.ts';
import type { Options } from './options.ts';
import { voiceFor } from './voice.ts';

/** Whom the page names, or the server's first portrait. @throws ApiError */
export async function choiceFor({ avatar, portrait, server }: Options): Promise<PortraitChoice> {
  if (avatar !== undefined) return { avatar };
  if (portrait !== undefined) return { id: portrait };
  const { portraits } = await listPortraits(server);
  const [first] = portraits;
  if (first === undefined) throw new ApiError('portrait_unknown', 'The server has no portraits.');
  return { id: first.id };
}

/** Without WebGL nothing can be seen through. */
export function lookFor({ look, transparent }: Options): Look {
  return transparent && !hasWebGl() ? { ...look, background: 'blur' } : look;
}

/** The id of the server's voice for what is spoken; undefined where its own default is to speak. @throws ApiError */
export async function voiceOf({ voice, server }: Options): Promise<string | undefined> {
  return voiceFor(voice, await listLanguages(server));
}

function hasWebGl(): boolean {
  return document.createElement('canvas').getContext('webgl') !== null;
}
