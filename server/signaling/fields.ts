// Fields that many messages of the socket share.
import { z } from 'zod';

/** Longest name a client may give to a speech, a transport or a request, in characters. */
const MAX_NAME_CHARS = 128;
/** Longest token, in characters; ours with many origins have some hundreds. */
const MAX_TOKEN_CHARS = 8192;

export const name = z.string().min(1).max(MAX_NAME_CHARS);
export const requestId = z.union([name, z.number().int()]);
export const token = z.string().max(MAX_TOKEN_CHARS);

/** `id` is the client's own mark of a request; with it the request is answered by a `reply`. */
export const request = { id: requestId.optional() };
