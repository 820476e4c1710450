// How clients talk to the server: HTTP for the page and simple requests, a WebSocket for conversations (docs/protocol.md).
// Knows conversations only by session's interface.
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { VaktraError } from '../errors.ts';
import type { ConversationHost } from '../session/index.ts';
import { Attendance } from './attendance.ts';
import { Connection } from './connection.ts';
import { createHttp, type MetricsRegistry } from './http.ts';
import { MAX_MESSAGE_BYTES } from './messages.ts';

const SOCKET_PATH = '/v1/socket';
/**
 * Beyond MAX_MESSAGE_BYTES a frame is refused by a message and the conversation goes on; beyond this many times that,
 * ws closes the socket (1009, RFC 6455 section 7.4.1) before it takes the memory.
 */
const HARD_LIMIT_FACTOR = 4;

export interface SignalingConfig {
  /** Address to listen on, for example 0.0.0.0. */
  host: string;
  /** TCP port; 0 takes any free one. */
  port: number;
  /** Directory of the built page. */
  clientDirectory: string;
  /** How long a conversation lives after its last socket left. Default 10. */
  socketGraceSeconds: number;
  /** How long a conversation may go unused while a socket is there. */
  idleConversationSeconds: number;
  /** Largest picture that is taken as a portrait, in bytes. Default 10 MiB. */
  maxPictureBytes: number;
}

export interface SignalingOptions {
  config: SignalingConfig;
  host: ConversationHost;
  logger: Logger;
  metrics: MetricsRegistry;
}

export interface Signaling {
  /** @throws VaktraError `port_in_use` */
  listen(): Promise<{ port: number }>;
  /** From now on /readyz says "draining" and no conversation is opened; those that run go on. */
  drain(): void;
  /** Closes sockets and port; closes no conversation. Closing twice is harmless. */
  close(): Promise<void>;
}

export function createSignaling({ config, host, logger, metrics }: SignalingOptions): Signaling {
  const connections = new Set<Connection>();
  let ready = true;
  const attendance = new Attendance(
    { graceMs: config.socketGraceSeconds * 1000, idleMs: config.idleConversationSeconds * 1000 },
    (error) => logger.error({ err: error }, 'closing an unused conversation failed'),
  );
  const { clientDirectory, maxPictureBytes } = config;
  const isReady = (): boolean => ready;
  const app = createHttp({ clientDirectory, maxPictureBytes, host, attendance, metrics, logger, isReady });
  const sockets = acceptSockets(app.server, (socket) => {
    const connection = new Connection(socket, { host, attendance, logger });
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });

  return {
    async listen() {
      try {
        await app.listen({ host: config.host, port: config.port });
      } catch (error) {
        throw explainListenError(error, config);
      }
      const address = app.server.address();
      const port = typeof address === 'object' && address !== null ? address.port : config.port;
      logger.info({ host: config.host, port }, 'listening');
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

function acceptSockets(server: Server, onSocket: (socket: WebSocket) => void): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    // Compression would cost a buffer per socket and let small frames grow into large ones.
    perMessageDeflate: false,
    maxPayload: HARD_LIMIT_FACTOR * MAX_MESSAGE_BYTES,
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

function explainListenError(error: unknown, { host, port }: SignalingConfig): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE') return error;
  const sentence = `Port ${port} on ${host} is in use: stop what listens there or set another port in the config.`;
  return new VaktraError('port_in_use', sentence, { cause: error });
}

export type { ClientMessage, Results, ServerMessage } from './messages.ts';
