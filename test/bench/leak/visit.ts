// One conversation from its opening to its end, as a client has it: HTTP, WebSocket, transports with consumers and a
// microphone, text that is spoken and asked, an interrupt; sound and pictures arrive at a viewer inside the process.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { TestServer } from '../../browser/whole-server.ts';

const PATIENCE_MS = 30_000;
const POLL_MS = 10;
/** Pictures that are watched before the conversation ends: it is in full swing then. */
const PICTURES = 10;
const PORTRAIT = 'vigee-le-brun';
const MICROPHONE = {
  codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
  encodings: [{ ssrc: 1111 }],
  mid: 'microphone',
};

/** `closed`: the client ends it. `killed`: its socket is destroyed in the middle of a speech. `deleted`: over HTTP. */
export type Ending = 'closed' | 'killed' | 'deleted';

/** Resolves when the client is gone; a killed conversation lives on for its grace. @throws Error what went wrong */
export async function visit(server: TestServer, ending: Ending): Promise<void> {
  const { id } = await http(server, 'POST', '/v1/sessions', { portrait: PORTRAIT });
  if (id === undefined) throw new Error('no conversation was opened');
  const client = await Client.open(server);
  const { rtp_capabilities } = await client.request('hello', { session: id });
  const receiving = (await client.request('transport.create')).id;
  await client.request('consume', { transport: receiving, rtp_capabilities });
  await client.request('transport.restart_ice', { transport: receiving });
  await client.request('resume', { transport: receiving });
  const sending = (await client.request('transport.create')).id;
  await client.request('microphone.start', { transport: sending, rtp_parameters: MICROPHONE, use: 'listen' });

  let pictures = 0;
  let sounds = 0;
  const sink = await server.app.host.get(id).openSink({
    onPacket(kind) {
      if (kind === 'video') pictures += 1;
      else sounds += 1;
    },
  });
  await client.request('speak', { event_id: 'first', text: 'Good morning, and welcome to the gallery.' });
  await until(() => pictures >= PICTURES && sounds >= PICTURES && client.has('speech.started'));
  await client.request('interrupt');
  await client.request('ask', { text: 'What does it cost?' });
  await client.request('speak', { event_id: 'second', text: 'This is never heard to its end.' });
  // A sink belongs to its router, and closes with it: left open as a viewer is that was killed.
  if (ending === 'closed') sink.close();
  await client.end(ending);
  if (ending === 'deleted') await http(server, 'DELETE', `/v1/sessions/${id}`);
}

/** @throws Error where `holds` does not come true in time */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await sleep(POLL_MS);
  }
}

/** On a connection of its own: one that is kept for the next request would be counted as left behind. */
async function http(server: TestServer, method: string, path: string, body?: object): Promise<{ id?: string }> {
  const headers = body && { 'content-type': 'application/json' };
  const sent = request(server.url + path, { method, agent: false, ...(headers && { headers }) });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = Buffer.concat(await response.toArray()).toString();
  if ((response.statusCode ?? 0) >= 300) throw new Error(`${method} ${path} was refused: ${answer}`);
  return answer === '' ? {} : JSON.parse(answer);
}

class Client {
  readonly #socket: WebSocket;
  readonly #replies = new Map<number, (message: Record<string, never>) => void>();
  readonly #seen = new Set<string>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString());
      this.#seen.add(message.type);
      if (message.id !== undefined) this.#replies.get(message.id)?.(message);
    });
  }

  static async open({ url }: TestServer): Promise<Client> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`);
    await once(socket, 'open');
    return new Client(socket);
  }

  has(type: string): boolean {
    return this.#seen.has(type);
  }

  async request(type: string, fields: object = {}): Promise<{ id: string; rtp_capabilities: object }> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<Record<string, never>>((resolve) => {
      this.#replies.set(id, resolve);
    });
    this.#socket.send(JSON.stringify({ ...fields, type, id }));
    const message = await answered;
    this.#replies.delete(id);
    if (message.result === undefined) throw new Error(`"${type}" was refused: ${JSON.stringify(message)}`);
    return message.result;
  }

  async end(ending: Ending): Promise<void> {
    const gone = once(this.#socket, 'close');
    if (ending === 'closed') {
      await this.request('close');
      this.#socket.close();
    } else {
      this.#socket.terminate();
    }
    await gone;
  }
}
