// Frames of the WebSocket to messages and back: msgpack in binary frames, the same messages as JSON in text frames.
// Checks size and shape, so that what it returns can be trusted; knows nothing of conversations.
import { Packr, Unpackr } from 'msgpackr';
import type { z } from 'zod';
import { VaktraError } from '../errors.ts';
import { type ClientMessage, clientMessage, type ServerMessage } from './messages.ts';

export type WireFormat = 'json' | 'msgpack';

/** A message that was refused: `requestId` where it could be read, `path` of the field that is wrong. */
export interface Refusal {
  error: VaktraError;
  requestId?: string | number;
  path?: string;
}

/** Encoder of all connections: it keeps no state between messages without records. */
const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true });

/** One connection's decoder; each has its own, because msgpackr decodes record definitions and remembers them. */
export class Wire {
  readonly #maxMessageBytes: number;
  readonly #unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

  /** @param maxMessageBytes the longest frame that is decoded */
  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /**
   * One frame as a message.
   *
   * @param data the frame's bytes; the message keeps no reference to them
   * @returns the message, or why it was refused: `message_too_large`, `message_not_decodable`, `invalid_message`
   */
  decode(data: Uint8Array, format: WireFormat): { message: ClientMessage } | { refusal: Refusal } {
    if (data.byteLength > this.#maxMessageBytes) {
      const sentence = `A message of ${data.byteLength} bytes is over the limit of ${this.#maxMessageBytes}: send it in parts.`;
      return { refusal: { error: new VaktraError('message_too_large', sentence) } };
    }
    let value: unknown;
    try {
      value = format === 'json' ? JSON.parse(Buffer.from(data).toString('utf8')) : this.#unpackr.unpack(data);
    } catch (cause) {
      const kind = format === 'json' ? 'text frame is not JSON' : 'binary frame is not msgpack';
      const sentence = `The ${kind}: send msgpack in binary frames or JSON in text frames.`;
      return { refusal: { error: new VaktraError('message_not_decodable', sentence, { cause }) } };
    }
    const checked = clientMessage.safeParse(value);
    return checked.success ? { message: checked.data } : { refusal: explain(value, checked.error) };
  }
}

/** A message as the data of one frame: text for JSON, bytes for msgpack. */
export function encode(message: ServerMessage, format: WireFormat): string | Uint8Array {
  if (format === 'json') return JSON.stringify(message);
  return packr.pack(withoutUndefined(message));
}

/** The first thing that is wrong, by its path; the rest would only hide it. */
function explain(value: unknown, error: z.ZodError): Refusal {
  const issue = error.issues[0];
  const path = issue?.path.map(String).join('.') || '(message)';
  const sentence = `The message is not valid at ${path}: ${issue?.message ?? 'unknown shape'}. See docs/protocol.md.`;
  const refusal: Refusal = { error: new VaktraError('invalid_message', sentence), path };
  const id = readRequestId(value);
  return id === undefined ? refusal : { ...refusal, requestId: id };
}

/** The request's id of a message that is otherwise wrong, so that its sender knows which one it was. */
function readRequestId(value: unknown): string | number | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  const { id } = value;
  if (typeof id === 'string' && id.length <= 128) return id;
  return typeof id === 'number' && Number.isInteger(id) ? id : undefined;
}

/** msgpackr would write undefined as an extension that other languages do not read; JSON leaves such fields out, so do we. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => [key, withoutUndefined(field)]));
}
