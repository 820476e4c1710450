// Entry of a pipeline worker: a thread that carries the pipelines of several conversations. One that fails is closed and
// told to the main thread; the others go on.

import { parentPort, workerData } from 'node:worker_threads';
import { toVaktraError, type VaktraError } from '../errors.ts';
import { loadMotionModel } from '../motion/index.ts';
import { loadVad } from '../speech/index.ts';
import { SAMPLES_PER_FRAME } from '../types.ts';
import { Microphone } from './microphone.ts';
import { ConversationPipeline, type PipelineOutput, type PipelineParts } from './pipeline.ts';
import type { PipelineReply, PipelineRequest, PipelineWorkerData } from './pipeline-messages.ts';

const NS_PER_PICTURE = 40_000_000n;
/** How often averages are told, in pictures (one second). */
const REPORT_PICTURES = 25;

/** One conversation of this thread. */
interface Resident {
  pipeline: ConversationPipeline;
  microphone: Microphone | undefined;
  voiceRates: Map<string, number>;
  startNs: bigint | undefined;
  pictures: number;
}

const port = parentPort;
if (!port) throw new Error('pipeline-worker.ts runs as a worker thread');
const residents = new Map<string, Resident>();

function post(reply: PipelineReply, buffer?: Uint8Array): void {
  port?.postMessage(reply, buffer ? [buffer.buffer as ArrayBuffer] : []);
}

/** A copy that owns its whole buffer: codecs hand out views of larger ones, which would be cloned whole. */
function owned(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function fail(id: string, error: VaktraError, fatal: boolean): void {
  post({ type: 'failed', id, code: error.code, message: error.message, fatal });
}

/** Ends one conversation after an error of its own; `failed` tells the main thread why. */
function giveUp(id: string, error: unknown): void {
  const resident = residents.get(id);
  if (!resident) return;
  residents.delete(id);
  fail(id, toVaktraError(error), true);
  resident.pipeline.close().catch((closing: unknown) => fail(id, toVaktraError(closing), true));
}

function open(parts: PipelineParts, request: Extract<PipelineRequest, { type: 'open' }>): void {
  const { id } = request;
  const output: PipelineOutput = {
    sound(sample, payload) {
      const copy = owned(payload);
      post({ type: 'sound', id, sample, payload: copy }, copy);
    },
    picture(index, data, key) {
      const copy = owned(data);
      post({ type: 'picture', id, index, data: copy, key }, copy);
      count(id);
    },
    skipped(index) {
      post({ type: 'skipped', id, index });
      count(id);
    },
    markers: (markers) => post({ type: 'markers', id, markers }),
    voiceFailed: (_eventId, error) => fail(id, error, false),
  };
  const pipeline = new ConversationPipeline(parts, request.avatar, request.seed, request.settings, output);
  residents.set(id, { pipeline, microphone: undefined, voiceRates: new Map(), startNs: undefined, pictures: 0 });
  post({ type: 'opened', id });
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
  return resident.startNs !== undefined && process.hrtime.bigint() > resident.startNs + BigInt(index + 1) * NS_PER_PICTURE;
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
  const resident = residents.get(request.id);
  // What was on its way when the conversation ended is of no use any more.
  if (!resident) return;
  const { pipeline } = resident;
  switch (request.type) {
    case 'close':
      residents.delete(request.id);
      resident.microphone?.close();
      pipeline.close().catch((error: unknown) => fail(request.id, toVaktraError(error), true));
      break;
    case 'produce':
      resident.startNs = request.startNs;
      pipeline
        .produce(request.through, (index) => isLate(resident, index))
        .catch((error: unknown) => giveUp(request.id, error));
      break;
    case 'voice-open':
      resident.voiceRates.set(request.eventId, request.sampleRateHz);
      pipeline.openVoice(request.eventId, request.sampleRateHz, false);
      break;
    case 'voice-push':
      pipeline.pushVoice(request.eventId, request.pcm, resident.voiceRates.get(request.eventId) ?? SAMPLES_PER_FRAME);
      break;
    case 'voice-end':
      resident.voiceRates.delete(request.eventId);
      pipeline.endVoice(request.eventId);
      break;
    case 'microphone-open':
      resident.microphone?.close();
      resident.microphone = new Microphone(pipeline);
      break;
    case 'microphone-packet':
      resident.microphone?.receive(request.packet);
      break;
    case 'microphone-close':
      resident.microphone?.close();
      resident.microphone = undefined;
      break;
    case 'interrupt':
      resident.voiceRates.clear();
      post({ type: 'interrupted', id: request.id, ...pipeline.interrupt() });
      break;
    case 'state':
      pipeline.setRestState(request.state);
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
  const data = workerData as PipelineWorkerData;
  const [motion, vad] = await Promise.all([loadMotionModel(data.motion), loadVad()]);
  port.on('message', (request: PipelineRequest) => {
    try {
      handle({ motion, vad }, request);
    } catch (error) {
      if (request.type === 'shut-down') throw error;
      if (residents.has(request.id)) giveUp(request.id, error);
      else fail(request.id, toVaktraError(error), true);
    }
  });
  post({ type: 'ready' });
} catch (error) {
  const { code, message } = toVaktraError(error);
  post({ type: 'start-failed', code, message });
}
