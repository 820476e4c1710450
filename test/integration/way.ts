// A way to a server that a test can break: bytes are passed on both ways until it is cut, and connections refused until it is repaired.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Way {
  url: string;
  /** What the server says from now on is lost; what it is told still arrives. */
  hush(): void;
  /** Breaks all connections, and every new one. */
  cut(): void;
  repair(): void;
  close(): void;
}

export async function startWay(target: string): Promise<Way> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let isCut = false;
  let isHushed = false;
  const way = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on('data', (bytes) => {
        if (socket !== far || !isHushed) other.write(bytes);
      });
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((listening) => way.listen(0, '127.0.0.1', listening));
  const cut = (): void => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(way.address() as AddressInfo).port}`,
    hush() {
      isHushed = true;
    },
    cut,
    repair() {
      isCut = false;
      isHushed = false;
    },
    close() {
      cut();
      way.close();
    },
  };
}
