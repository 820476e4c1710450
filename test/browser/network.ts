// A network between a browser and the server that can be cut, moved and kept from passing UDP or TCP. It listens on an
// address of its own with the same media port as the server, which announces that address instead of its real one.

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Loopback is all of 127.0.0.0/8 on Linux: a second machine without a second machine. */
export const NETWORK_ADDRESS = '127.0.0.2';
const SERVER_ADDRESS = '127.0.0.1';

export interface Network {
  /** The server's page, through this network. */
  url: string;
  /** Media packets that came through since `allow`, from the browser, by way; those of a relay apart. */
  readonly passed: { udp: number; tcp: number; relay: number };
  /** Which media gets through from now on; sockets and page always do, but for a cut. */
  allow(ways: { udp: boolean; tcp: boolean; relay: boolean }): void;
  /** Nothing passes any more, and nobody is told. */
  cut(): void;
  /** It passes again; what waited in TCP comes late, what was sent by UDP is lost. */
  mend(): void;
  /** As when a phone leaves a network for another: connections break, and UDP comes from another port. */
  move(): void;
  close(): Promise<void>;
}

/** @param relayPorts from which a TURN server sends; first and last */
export async function openNetwork(
  httpPort: number,
  mediaPort: number,
  relayPorts: readonly [number, number],
): Promise<Network> {
  const passed = { udp: 0, tcp: 0, relay: 0 };
  let allowed = { udp: true, tcp: true, relay: true };
  let isCut = false;
  const isRelay = (port: number): boolean => port >= relayPorts[0] && port <= relayPorts[1];

  const udp = createSocket('udp4');
  const behind = new Map<number, UdpSocket>();
  const wayBehind = (address: string, port: number): UdpSocket => {
    const known = behind.get(port);
    if (known !== undefined) return known;
    const socket = createSocket('udp4');
    socket.on('message', (packet) => {
      if (!isCut) udp.send(packet, port, address);
    });
    behind.set(port, socket);
    return socket;
  };
  const forgetUdp = (): void => {
    for (const socket of behind.values()) socket.close();
    behind.clear();
  };
  udp.on('message', (packet, { address, port }) => {
    const way = isRelay(port) ? 'relay' : 'udp';
    if (isCut || !allowed[way]) return;
    passed[way] += 1;
    wayBehind(address, port).send(packet, mediaPort, SERVER_ADDRESS);
  });
  udp.bind(mediaPort, NETWORK_ADDRESS);
  await once(udp, 'listening');

  const open = new Set<Socket>();
  const mediaSockets = new Set<Socket>();
  const forward = (from: Socket, to: Socket, count: () => void): void => {
    open.add(from);
    from.on('data', (data) => {
      count();
      to.write(data);
    });
    // What breaks on one side breaks on the other.
    from.on('error', () => to.destroy());
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
    if (isCut) from.pause();
  };
  const listen = async (port: number, target: number, isAllowed: () => boolean, count: () => void): Promise<Server> => {
    const server = createServer((client) => {
      if (!isAllowed()) {
        client.destroy();
        return;
      }
      if (port === mediaPort) mediaSockets.add(client.on('close', () => mediaSockets.delete(client)));
      const upstream = connect(target, SERVER_ADDRESS);
      forward(client, upstream, count);
      forward(upstream, client, () => undefined);
    });
    server.listen(port, NETWORK_ADDRESS);
    await once(server, 'listening');
    return server;
  };
  const media = await listen(
    mediaPort,
    mediaPort,
    () => allowed.tcp,
    () => {
      passed.tcp += 1;
    },
  );
  const page = await listen(
    0,
    httpPort,
    () => true,
    () => undefined,
  );

  return {
    url: `http://${NETWORK_ADDRESS}:${(page.address() as AddressInfo).port}`,
    passed,
    allow(ways) {
      allowed = ways;
      Object.assign(passed, { udp: 0, tcp: 0, relay: 0 });
      if (!ways.tcp) for (const socket of mediaSockets) socket.destroy();
    },
    cut() {
      isCut = true;
      for (const socket of open) socket.pause();
    },
    mend() {
      isCut = false;
      for (const socket of open) socket.resume();
    },
    move() {
      forgetUdp();
      for (const socket of open) socket.destroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      forgetUdp();
      udp.close();
      await Promise.all([media, page].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
