// Entry of a pipeline worker: a thread that carries the pipelines of several conversations. One that fails is closed and
// told to the main thread; the others go on.

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toVaktraError, VaktraError } from '../errors.ts';
import { loadMotionModel } from '../motion/index.ts';
import { loadPainter } from '../render/index.ts';
import { loadVad } from '../speech/index.ts';
import { Microphone } from './microphone.ts';
import { measureDrawn } from './motion-recorder.ts';
import { ConversationPipeline, type PipelineOutput, type PipelineParts } from './pipeline.ts';
import type { PipelineReply, PipelineRequest, PipelineWorkerData } from './pipeline-messages.ts';
import type { PipelineSettings } from './pipeline-settings.ts';
import { SharedAvatars } from './shared-avatars.ts';
import { VisitorEar } from './visitor/index.ts';

const NS_PER_PICTURE = 40_000_000n;
/**
 * Computing yields to the threads that send when the machine is full. Linux sets the priority of a thread alone, so the
 * main thread with its pacer keeps the usual one.
 */
const COMPUTE_NICENESS = 5;
/** How often averages are told, in pictures (one second). */
const REPORT_PICTURES = 25;

/** One conversation of this thread. */
interface Resident {
  pipeline: ConversationPipeline;
  microphone: Microphone | undefined;
  visitor: VisitorEar | undefined;
  /** Of the voice activity of voices and visitors. */
  settings: PipelineSettings;
  startNs: bigint | undefined;
  pictures: number;
}

const port = parentPort;
if (!port) throw new Error('pipeline-worker.ts runs as a worker thread');
const residents = new Map<string, Resident>();
const avatars = new SharedAvatars();

function post(reply: PipelineReply, buffer?: Uint8Array<ArrayBuffer>): void {
  port?.postMessage(reply, buffer ? [buffer.buffer] : []);
}

function fail(id: string, error: VaktraError, fatal: boolean): void {
  post({ type: 'failed', id, code: error.code, message: error.message, fatal });
}

/** Ends one conversation after an error of its own; `failed` tells the main thread why. */
function giveUp(id: string, error: unknown): void {
  const resident = residents.get(id);
  if (!resident) return;
  fail(id, toVaktraError(error), true);
  retire(id, resident);
}

/** Frees what one conversation holds here. */
function retire(id: string, { pipeline, microphone, visitor }: Resident): void {
  residents.delete(id);
  visitor?.close();
  microphone?.close();
  pipeline.close().catch((error: unknown) => fail(id, toVaktraError(error), true));
}

function open(parts: PipelineParts, request: Extract<PipelineRequest, { type: 'open' }>): void {
  const { id } = request;
  const output: PipelineOutput = {
    sound(sample, payload) {
      post({ type: 'sound', id, sample, payload }, payload);
    },
    picture(index, data, key) {
      post({ type: 'picture', id, index, data, key }, data);
      count(id);
    },
    skipped(index) {
      post({ type: 'skipped', id, index });
      count(id);
    },
    markers: (markers) => post({ type: 'markers', id, markers }),
    voiceFailed: (_eventId, error) => fail(id, error, false),
    drawn(frame, _picture, stream) {
      if (!request.settings.diagnostics?.traceMotion) return;
      post({ type: 'motion', id, index: frame.index, drawn: measureDrawn(frame, stream) });
    },
  };
  const avatar = request.avatar ?? avatars.get(request.avatarId);
  if (!avatar)
    throw new VaktraError('conversation_failed', 'The avatar did not reach the worker: open a new conversation.');
  avatars.use(id, request.avatarId, avatar);
  const pipeline = new ConversationPipeline(parts, avatar, request.seed, request.settings, output);
  const { settings } = request;
  residents.set(id, { pipeline, settings, microphone: undefined, visitor: undefined, startNs: undefined, pictures: 0 });
  post({ type: 'opened', id });
}

function listenTo({ vad }: PipelineParts, id: string, { pipeline, settings }: Resident): VisitorEar {
  const visitor = new VisitorEar({
    vad,
    settings: settings.visitorVad,
    tell: (event, transfer) =>
      port?.postMessage({ type: 'visitor', id, event } satisfies PipelineReply, transfer ? [transfer] : []),
    level: (rms) => pipeline.listen(rms),
  });
  pipeline.onSent((sound) => visitor.played(sound));
  return visitor;
}

function count(id: string): void {
  const resident = residents.get(id);
  if (!resident) return;
  resident.pictures += 1;
  if (resident.pictures % REPORT_PICTURES === 0) post({ type: 'report', id, report: resident.pipeline.report() });
}

async function shutDown(): Promise<void> {
  await Promise.allSettled([...residents.values()].map(({ pipeline }) => pipeline.close()));
  process.exit(0);
}

/** A picture is late when the next one is due already. */
function isLate(resident: Resident, index: number): boolean {
  return (
    resident.startNs !== undefined && process.hrtime.bigint() > resident.startNs + BigInt(index + 1) * NS_PER_PICTURE
  );
}

function handle(parts: PipelineParts, request: PipelineRequest): void {
  if (request.type === 'open') {
    open(parts, request);
    return;
  }
  if (request.type === 'shut-down') {
    void shutDown();
    return;
  }
  if (request.type === 'census') {
    post({ type: 'census', residents: residents.size });
    return;
  }
  if (request.type === 'close') avatars.release(request.id);
  const resident = residents.get(request.id);
  // What was on its way when the conversation ended is of no use any more.
  if (!resident) return;
  const { pipeline } = resident;
  switch (request.type) {
    case 'close':
      retire(request.id, resident);
      break;
    case 'produce':
      resident.startNs = request.startNs;
      pipeline
        .produce(request.through, (index) => isLate(resident, index))
        .catch((error: unknown) => giveUp(request.id, error));
      break;
    case 'voice-open':
      pipeline.moods.open(request.eventId, request.mood);
      pipeline.voices.open(request.eventId, request.sampleRateHz, false);
      break;
    case 'voice-push':
      pipeline.voices.push(request.eventId, request.pcm);
      break;
    case 'voice-end':
      pipeline.voices.end(request.eventId);
      break;
    case 'microphone-open':
      resident.microphone?.close();
      resident.microphone = new Microphone(pipeline, pipeline.liveReserveMs);
      break;
    case 'microphone-packet':
      resident.microphone?.receive(request.packet);
      break;
    case 'microphone-close':
      resident.microphone?.close();
      resident.microphone = undefined;
      break;
    case 'visitor-open':
      resident.visitor?.close();
      resident.visitor = listenTo(parts, request.id, resident);
      break;
    case 'visitor-packet':
      resident.visitor?.receive(request.packet);
      break;
    case 'visitor-hold':
      resident.visitor?.hold(request.down);
      break;
    case 'visitor-close':
      resident.visitor?.close();
      resident.visitor = undefined;
      pipeline.onSent(undefined);
      break;
    case 'rest':
      pipeline.rest(request.state);
      break;
    case 'duck':
      pipeline.duckTo(request.loudness);
      break;
    case 'interrupt':
      post({ type: 'interrupted', id: request.id, sample: pipeline.interrupt() });
      break;
    case 'mood':
      pipeline.moods.stand(request.mood);
      break;
    case 'key-frame':
      pipeline.requestKeyFrame();
      break;
    case 'bitrate':
      pipeline.setBitrate(request.kbps);
      break;
  }
}

try {
  setPriority(COMPUTE_NICENESS);
  const data = workerData as PipelineWorkerData;
  const [motion, vad, painter] = await Promise.all([
    loadMotionModel(data.motion),
    loadVad(),
    data.painter && loadPainter(data.painter),
  ]);
  port.on('message', (request: PipelineRequest) => {
    try {
      handle({ motion, vad, painter }, request);
    } catch (error) {
      if (!('id' in request)) throw error;
      if (residents.has(request.id)) giveUp(request.id, error);
      else fail(request.id, toVaktraError(error), true);
    }
  });
  post({ type: 'ready' });
} catch (error) {
  const { code, message } = toVaktraError(error);
  post({ type: 'start-failed', code, message });
}
