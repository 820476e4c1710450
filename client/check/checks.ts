// Everything that is tried, from the page's own address to the avatar's packets. One conversation is opened for it, and closed again.
import { Device } from 'mediasoup-client';
import { ApiError, listPortraits, openSession, type Session } from '../src/api.ts';
import { ownServer } from '../src/server.ts';
import { Socket } from '../src/socket.ts';
import type { Finding, Step } from './findings.ts';
import { tryWay, type Way } from './ways.ts';

const WAYS: readonly Way[] = ['udp', 'tcp', 'relay'];
const PINGS = 5;

/** Told about each step as soon as it is known. */
export type OnFinding = (step: Step, finding: Finding) => void;

/** @param signal ends it early; the conversation is closed then too */
export async function runChecks(onFinding: OnFinding, signal: AbortSignal): Promise<void> {
  onFinding('secure', secureContext());
  onFinding('microphone', await microphone());
  const startMs = performance.now();
  let session: Session;
  try {
    const { portraits } = await listPortraits();
    onFinding('server', {
      outcome: 'works',
      detail: `It answers after ${Math.round(performance.now() - startMs)} ms.`,
    });
    session = await openSession({ id: portraits[0]?.id ?? '' });
  } catch (error) {
    refuse(error, onFinding);
    return;
  }
  await tryConversation(session, onFinding, signal);
}

async function tryConversation(session: Session, onFinding: OnFinding, signal: AbortSignal): Promise<void> {
  let socket: Socket | undefined;
  const close = (): void => socket?.tell({ type: 'close' });
  signal.addEventListener('abort', close);
  try {
    socket = await Socket.connect(
      ownServer,
      () => undefined,
      () => undefined,
    );
    const token = session.token ?? (await ownServer.token());
    const hello = { type: 'hello', session: session.id, ...(token !== undefined && { token }) } as const;
    const { rtp_capabilities } = await socket.request(hello);
    onFinding('socket', { outcome: 'works', detail: 'It is open.', roundTripMs: await pingTime(socket) });
    await tryWays(socket, rtp_capabilities as never, onFinding);
  } catch (error) {
    const { code, message } = asApiError(error);
    onFinding('socket', { outcome: 'fails', detail: message, technical: code });
  } finally {
    signal.removeEventListener('abort', close);
    close();
    socket?.close();
  }
}

async function tryWays(socket: Socket, routerRtpCapabilities: never, onFinding: OnFinding): Promise<void> {
  let device: Device;
  try {
    device = await Device.factory();
    await device.load({ routerRtpCapabilities });
  } catch (error) {
    const technical = String(error);
    for (const way of WAYS)
      onFinding(way, { outcome: 'fails', detail: 'This browser has no WebRTC, or it is switched off.', technical });
    return;
  }
  await Promise.all(WAYS.map(async (way) => onFinding(way, await tryWay(way, device, socket))));
}

/** The server answered, but gave no conversation: then the ways cannot be tried, which says nothing about them. */
function refuse(error: unknown, onFinding: OnFinding): void {
  const { code, message } = asApiError(error);
  if (code === 'unreachable') {
    onFinding('server', { outcome: 'fails', detail: message, technical: code });
    return;
  }
  onFinding('server', { outcome: 'warned', detail: message, technical: code });
  const detail = 'It needs a conversation, and the server gave none.';
  for (const step of ['socket', ...WAYS] as const) onFinding(step, { outcome: 'absent', detail });
}

async function pingTime(socket: Socket): Promise<number> {
  const times: number[] = [];
  for (let ping = 0; ping < PINGS; ping += 1) {
    const startMs = performance.now();
    await socket.request({ type: 'ping' });
    times.push(performance.now() - startMs);
  }
  return times.toSorted((one, other) => one - other)[Math.floor(PINGS / 2)] ?? 0;
}

function secureContext(): Finding {
  if (isSecureContext)
    return { outcome: 'works', detail: 'The browser trusts this page.', technical: location.protocol };
  return {
    outcome: 'warned',
    detail: 'The page came by plain HTTP: the browser gives it no microphone.',
    technical: location.protocol,
  };
}

/** What the browser would say if it were asked; asks nobody. */
async function microphone(): Promise<Finding> {
  if (navigator.mediaDevices === undefined)
    return { outcome: 'fails', detail: 'The browser shows it only to secure pages.' };
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!devices.some(({ kind }) => kind === 'audioinput'))
    return { outcome: 'warned', detail: 'None is connected. Writing works.' };
  const state = await navigator.permissions
    .query({ name: 'microphone' as PermissionName })
    .then((status) => status.state)
    // Some browsers do not tell before they are asked for it.
    .catch(() => 'prompt' as const);
  if (state === 'granted') return { outcome: 'works', detail: 'This page may use it.' };
  if (state === 'prompt') return { outcome: 'works', detail: 'The browser will ask you once you press “Talk”.' };
  return {
    outcome: 'fails',
    detail: 'The browser keeps it from this page. Allow it in the address bar, then check again.',
  };
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError
    ? error
    : new ApiError('internal', error instanceof Error ? error.message : String(error));
}
