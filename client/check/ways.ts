// Tries one way of sound and picture for real: a transport of its own that may take no other way, and the avatar's packets over it.
import type { Device } from 'mediasoup-client';
import type { IceCandidate, Transport } from 'mediasoup-client/types';
import type { Results } from '../../server/signaling/messages.ts';
import { ApiError } from '../src/api.ts';
import type { Socket } from '../src/socket.ts';
import type { Finding } from './findings.ts';

/** A relay that needs TCP and TLS first takes some seconds. */
const PATIENCE_MS = 8000;
const POLL_MS = 100;
/** Packets are counted before the way that they took is. */
const FIGURES_PATIENCE_MS = 1500;
/** So many have passed the encryption, the browser's checks and any firewall that only lets the first ones through. */
const ENOUGH_PACKETS = 30;

export type Way = 'udp' | 'tcp' | 'relay';

interface Flow {
  packets: number;
  roundTripMs?: number | undefined;
  /** Which addresses were used, by protocol. */
  pair?: string | undefined;
}

export async function tryWay(way: Way, device: Device, socket: Socket): Promise<Finding> {
  const offer = await socket.request({ type: 'transport.create' });
  const candidates = candidatesOf(way, offer);
  const targets = targetsOf(way, offer, candidates);
  if (targets.length === 0) return { outcome: 'absent', detail: ABSENT[way] };
  const transport = device.createRecvTransport({
    id: offer.id,
    iceParameters: offer.ice_parameters,
    iceCandidates: candidates,
    dtlsParameters: offer.dtls_parameters as never,
    iceServers: way === 'relay' ? offer.ice_servers : [],
    iceTransportPolicy: way === 'relay' ? 'relay' : 'all',
  });
  const to = `to ${targets.join(', ')}`;
  const startMs = performance.now();
  try {
    await receive(transport, device, socket);
    const flow = await flowing(transport);
    if (flow.packets < ENOUGH_PACKETS) {
      const reached =
        flow.pair === undefined ? 'Nothing answers' : 'The server answers, but sound and picture do not arrive';
      return {
        outcome: 'fails',
        detail: `${reached} within ${PATIENCE_MS / 1000} seconds.`,
        technical: flow.pair ?? to,
      };
    }
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    return {
      outcome: 'works',
      detail: `They arrive after ${seconds} s.`,
      technical: flow.pair ?? to,
      roundTripMs: flow.roundTripMs,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: 'fails', detail: reason, technical: error instanceof ApiError ? `${error.code}, ${to}` : to };
  } finally {
    transport.close();
  }
}

const ABSENT: Record<Way, string> = {
  udp: 'The server offers none.',
  tcp: 'The server offers none.',
  relay: 'No relay is set up on this server (media.turn.urls). It is needed only where nothing else works.',
};

function candidatesOf(way: Way, offer: Results['transport.create']): IceCandidate[] {
  // A relay speaks UDP with the server, whatever it speaks with the browser (RFC 8656).
  const protocol = way === 'tcp' ? 'tcp' : 'udp';
  return (offer.ice_candidates as IceCandidate[]).filter((candidate) => candidate.protocol === protocol);
}

function targetsOf(way: Way, offer: Results['transport.create'], candidates: IceCandidate[]): string[] {
  if (way === 'relay') return offer.ice_servers.flatMap(({ urls }) => urls);
  return candidates.map(({ address, ip, port }) => `${address ?? ip}:${port}`);
}

async function receive(transport: Transport, device: Device, socket: Socket): Promise<void> {
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    socket
      .request({ type: 'transport.connect', transport: transport.id, dtls_parameters: dtlsParameters as never })
      .then(() => done(), failed);
  });
  const { consumers } = await socket.request({
    type: 'consume',
    transport: transport.id,
    rtp_capabilities: device.recvRtpCapabilities as never,
  });
  await Promise.all(
    consumers.map(({ id, producer_id, kind, rtp_parameters }) =>
      transport.consume({ id, producerId: producer_id, kind, rtpParameters: rtp_parameters as never }),
    ),
  );
  await socket.request({ type: 'resume', transport: transport.id });
}

/** Looks until enough has arrived and the browser tells by which way, or until the patience is over. */
async function flowing(transport: Transport): Promise<Flow> {
  let endMs = performance.now() + PATIENCE_MS;
  let flow: Flow = { packets: 0 };
  const isWhole = (): boolean => flow.packets >= ENOUGH_PACKETS && flow.roundTripMs !== undefined;
  while (!isWhole() && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    flow = readFlow(await transport.getStats());
    // Not every browser tells the round trip.
    if (flow.packets >= ENOUGH_PACKETS) endMs = Math.min(endMs, performance.now() + FIGURES_PATIENCE_MS);
  }
  return flow;
}

function readFlow(report: RTCStatsReport): Flow {
  const flow: Flow = { packets: 0 };
  for (const entry of report.values()) {
    if (entry.type === 'inbound-rtp') flow.packets += entry.packetsReceived ?? 0;
    if (entry.type !== 'candidate-pair' || entry.state !== 'succeeded' || entry.nominated !== true) continue;
    const local = report.get(entry.localCandidateId);
    const remote = report.get(entry.remoteCandidateId);
    if (typeof entry.currentRoundTripTime === 'number') flow.roundTripMs = entry.currentRoundTripTime * 1000;
    if (local === undefined || remote === undefined) continue;
    const by = local.candidateType === 'relay' ? `relay by ${local.relayProtocol ?? local.protocol}` : local.protocol;
    flow.pair = `${by}, from a ${local.candidateType} address to ${remote.address ?? remote.ip}:${remote.port}`;
  }
  return flow;
}
