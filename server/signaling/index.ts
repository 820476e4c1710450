// How clients talk to the server: HTTP for the page and simple requests, a WebSocket for conversations (docs/protocol.md).
// Knows conversations only by session's interface.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { VaktraError } from '../errors.ts';
import type { ConversationHost, Desk, Studio } from '../session/index.ts';
import { type AccessSettings, createAccess } from './access/index.ts';
import type { Announcements } from './announcement.ts';
import { Attendance } from './attendance.ts';
import { Connection } from './connection.ts';
import { createHttp, type MetricsRegistry } from './http/index.ts';
import { type TlsSettings, tlsFiles } from './tls.ts';
import { type TurnSettings, turnServers } from './turn-servers.ts';
import type { Webhooks } from './webhooks/index.ts';

const SOCKET_PATH = '/v1/socket';
/**
 * Beyond http.maxMessageBytes a frame is refused by a message and the conversation goes on; beyond this many times that,
 * ws closes the socket (1009, RFC 6455 section 7.4.1) before it takes the memory.
 */
const HARD_LIMIT_FACTOR = 4;
/** How long a new conversation waits for its first socket: a browser on a slow network needs some seconds. */
const FIRST_SOCKET_MS = 15_000;

/** The settings that signaling reads; the server's Config (config/default.yaml explains each) is one of these. */
export interface SignalingConfig {
  http: { host: string; port: number; maxMessageBytes: number; origins: readonly string[]; tls: Readonly<TlsSettings> };
  access: AccessSettings;
  label: { announcement: Announcements };
  portraits: { maxUploadBytes: number };
  conversations: { graceSeconds: number; idleSeconds: number; maxSeconds: number; warningSeconds: number };
  media: { turn: TurnSettings };
}

export interface SignalingOptions {
  config: SignalingConfig;
  /** Directory of the built page (Vite's output). */
  clientDirectory: string;
  /** Where a development certificate is kept. */
  tlsDirectory: string;
  host: ConversationHost;
  /** Avatars of one's own; left out where none are kept. */
  studio?: Studio | undefined;
  /** Left out where nobody stands in for avatars. */
  desk?: Desk | undefined;
  /** Told what happens in conversations; left out where nobody is. */
  webhooks?: Webhooks | undefined;
  logger: Logger;
  metrics: MetricsRegistry;
  /** Told about each request that was refused or failed. */
  countError?: (part: 'http' | 'socket', error: VaktraError) => void;
}

export interface Signaling {
  /** @throws VaktraError `port_in_use` */
  listen(): Promise<{ port: number }>;
  /** From now on /readyz says "draining" and no conversation is opened; those that run go on. */
  drain(): void;
  /** Closes sockets and port; closes no conversation. Closing twice is harmless. */
  close(): Promise<void>;
}

export function createSignaling({
  config,
  clientDirectory,
  tlsDirectory,
  host,
  studio,
  desk,
  webhooks,
  logger,
  metrics,
  countError = () => undefined,
}: SignalingOptions): Signaling {
  const connections = new Set<Connection>();
  const access = createAccess(config.access);
  let ready = true;
  const attendance = new Attendance(
    {
      firstSocketMs: FIRST_SOCKET_MS,
      graceMs: config.conversations.graceSeconds * 1000,
      idleMs: config.conversations.idleSeconds * 1000,
      maxMs: config.conversations.maxSeconds * 1000,
      warningMs: config.conversations.warningSeconds * 1000,
    },
    (error) => logger.error({ err: error }, 'closing an unused conversation failed'),
  );
  const app = createHttp({
    clientDirectory,
    maxMessageBytes: config.http.maxMessageBytes,
    maxPictureBytes: config.portraits.maxUploadBytes,
    origins: config.http.origins,
    tls: tlsFiles(config.http.tls, tlsDirectory),
    access,
    announcements: config.label.announcement,
    sessionTokenSeconds: config.conversations.maxSeconds + config.conversations.graceSeconds,
    host,
    studio,
    attendance,
    webhooks,
    metrics,
    logger,
    countError: (error) => countError('http', error),
    isReady: () => ready,
  });
  const sockets = acceptSockets(app.server, config.http.maxMessageBytes, (socket, request) => {
    const connection = new Connection(socket, {
      access,
      request,
      host,
      desk,
      attendance,
      logger,
      countError: (error) => countError('socket', error),
      maxMessageBytes: config.http.maxMessageBytes,
      iceServers: () => turnServers(config.media.turn),
    });
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });

  return {
    async listen() {
      try {
        await app.listen({ host: config.http.host, port: config.http.port });
      } catch (error) {
        throw explainListenError(error, config.http);
      }
      const address = app.server.address();
      const port = typeof address === 'object' && address !== null ? address.port : config.http.port;
      logger.info({ host: config.http.host, port }, 'listening');
      return { port };
    },
    drain() {
      ready = false;
    },
    async close() {
      ready = false;
      attendance.close();
      for (const connection of connections) connection.close();
      sockets.close();
      await app.close();
    },
  };
}

function acceptSockets(
  server: Server,
  maxMessageBytes: number,
  onSocket: (socket: WebSocket, request: IncomingMessage) => void,
): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    // Compression would cost a buffer per socket and let small frames grow into large ones.
    perMessageDeflate: false,
    maxPayload: HARD_LIMIT_FACTOR * maxMessageBytes,
  });
  server.on('upgrade', (request, stream: Duplex, head) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== SOCKET_PATH) {
      stream.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, stream, head, onSocket);
  });
  return sockets;
}

function explainListenError(error: unknown, { host, port }: SignalingConfig['http']): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE') return error;
  const sentence = `Port ${port} on ${host} is in use: stop what listens there or set another port in the config.`;
  return new VaktraError('port_in_use', sentence, { cause: error });
}

export type { ClientMessage, Results, ServerMessage } from './messages.ts';
export { createWebhooks } from './webhooks/index.ts';
