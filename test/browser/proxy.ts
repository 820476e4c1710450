// A reverse proxy that puts a server under a path of its own, as nginx and Caddy do: requests and WebSockets, the path taken off.
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReverseProxy {
  /** With the path, without a slash at the end. */
  url: string;
  close(): void;
}

/**
 * @param target the server's own address
 * @param path such as `/some/path`
 */
export async function startProxy(target: string, path: string): Promise<ReverseProxy> {
  const ask = (incoming: IncomingMessage) =>
    request(new URL((incoming.url ?? '').slice(path.length), target), {
      method: incoming.method ?? 'GET',
      headers: incoming.headers,
    });
  const isBelow = ({ url = '' }: IncomingMessage) => url.startsWith(`${path}/`);
  const proxy = createServer((incoming, outgoing) => {
    if (incoming.url === path) {
      outgoing.writeHead(301, { location: `${path}/` }).end();
      return;
    }
    if (!isBelow(incoming)) {
      outgoing.writeHead(404).end();
      return;
    }
    const asked = ask(incoming);
    asked.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on('error', () => outgoing.destroy());
    incoming.pipe(asked);
  });
  proxy.on('upgrade', (incoming, socket, head) => {
    if (!isBelow(incoming)) {
      socket.destroy();
      return;
    }
    const asked = ask(incoming);
    asked.on('upgrade', (answer, behind, firstBytes) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));
      behind.write(head);
      socket.write(firstBytes);
      behind.pipe(socket).pipe(behind);
      behind.on('error', () => socket.destroy());
      socket.on('error', () => behind.destroy());
    });
    asked.on('error', () => socket.destroy());
    asked.end();
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${path}`,
    close() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
