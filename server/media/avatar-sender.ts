// One conversation's encoded sound and pictures on their way out: a short queue of each, sent when due. The clock of the
// conversation is the count of samples sent here; ticks come from the pacer, so that sound and pictures of the same samples
// leave in the same tick (mediasoup's worker writes the sender reports from the moment of arrival).
import { VaktraError } from '../errors.ts';
import type { FrameIndex, SampleIndex } from '../types.ts';
import { CLOCK_RATE_HZ, SAMPLES_PER_FRAME, SAMPLES_PER_PACKET } from '../types.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from './rtp.ts';
import { pictureTimestamp, soundTimestamp } from './rtp-time.ts';
import { packetizeVp8 } from './vp8-packetizer.ts';

/** A tick is one Opus packet. */
export const TICK_MS = (SAMPLES_PER_PACKET * 1000) / CLOCK_RATE_HZ;
/** After a blocked event loop: at most 100 ms of sound leave in one tick; jitter buffers take that, longer bursts get lost. */
const MAX_PACKETS_PER_TICK = 5;
/** The first picture takes longer than the first sound; the clock waits this long for it, so that it need not begin late. */
const MAX_START_WAIT_TICKS = 10;
/** Half a second. Units are asked for by demand, about 100 ms ahead: more than this is a fault of the caller. */
const MAX_QUEUED_SOUNDS = 25;
const MAX_QUEUED_PICTURES = 13;
const SEQUENCE_MODULUS = 2 ** 16;
/** 20 ms of silence, fullband: a packet whose first bit says so (RFC 6716 section 4.3). The decoder fades into it. */
const SILENCE = Uint8Array.of(0xf8, 0xff, 0xfe);
const NS_PER_TICK = BigInt(TICK_MS) * 1_000_000n;

/** One outgoing RTP stream. */
export interface RtpTrack {
  payloadType: number;
  ssrc: number;
  firstSequence: number;
  /** In the clock of the track: 48 kHz for sound, 90 kHz for pictures. */
  firstTimestamp: number;
  /** Takes the packet; it must not keep the buffer after it returns. */
  send(packet: Buffer): void;
}

export interface AvatarTracks {
  sound: RtpTrack;
  pictures: RtpTrack;
}

export interface AvatarSenderEvents {
  /** The clock passed the first sample of this picture, whether the picture was there or not: time to ask for more. */
  onPicturePassed(index: FrameIndex): void;
  /** Something threw while sending; the sender is closed, other conversations go on. */
  onFailed(error: VaktraError): void;
}

/** Counts since the conversation began. */
export interface SenderCounts {
  soundPackets: number;
  pictures: number;
  keyPictures: number;
  /** Pictures that were never made: the viewer saw the one before for longer. */
  picturesRepeated: number;
  /** Pictures that left at least one tick after the sound of their first sample. */
  picturesLate: number;
  /** Times that the clock stood still because no sound was there, and for how many ticks in all. */
  stalls: number;
  stalledTicks: number;
}

interface QueuedPicture {
  index: FrameIndex;
  data: Uint8Array;
  isKey: boolean;
}

export class AvatarSender {
  readonly counts: SenderCounts = {
    soundPackets: 0,
    pictures: 0,
    keyPictures: 0,
    picturesRepeated: 0,
    picturesLate: 0,
    stalls: 0,
    stalledTicks: 0,
  };
  readonly #tracks: AvatarTracks;
  readonly #events: AvatarSenderEvents;
  readonly #sounds: Uint8Array[] = [];
  readonly #pictures: QueuedPicture[] = [];
  /** Time of tick 0, on the monotonic clock. */
  readonly #firstTickNs: bigint;
  /** The tick at which sample 0 was due, moved on by every stall. */
  #epochTick: number | undefined;
  #waitedTicks = 0;
  #isStalled = false;
  #position: SampleIndex = 0;
  #pushedSample: SampleIndex = 0;
  #nextPicture: FrameIndex = 0;
  /** -1 before the first. */
  #shownPicture: FrameIndex = -1;
  #soundSequence: number;
  #pictureSequence: number;
  /** Silence is sent in place of the sound before this sample. */
  #silentUntil: SampleIndex = 0;
  /** Calls of `silence` that were not followed by `resumeAt`. */
  #silences = 0;
  #isClosed = false;

  constructor(tracks: AvatarTracks, events: AvatarSenderEvents, firstTickNs: bigint) {
    this.#tracks = tracks;
    this.#events = events;
    this.#firstTickNs = firstTickNs;
    this.#soundSequence = tracks.sound.firstSequence;
    this.#pictureSequence = tracks.pictures.firstSequence;
  }

  /** Samples sent so far: the conversation's clock. */
  get position(): SampleIndex {
    return this.#position;
  }

  /** How far the sound is ahead of the picture that is shown with it; 0 where both are sent as they belong together. */
  get soundAheadMs(): number {
    const endOfShown = (this.#shownPicture + 1) * SAMPLES_PER_FRAME;
    return (Math.max(0, this.#position - endOfShown) * 1000) / CLOCK_RATE_HZ;
  }

  /** What waits to be sent. */
  get queued(): { soundMs: number; pictures: number } {
    return { soundMs: this.#sounds.length * TICK_MS, pictures: this.#pictures.length };
  }

  /** Monotonic time (process.hrtime.bigint) at which sample 0 was due, as it stands after stalls; undefined before the start. */
  get startNs(): bigint | undefined {
    return this.#epochTick === undefined ? undefined : this.#firstTickNs + BigInt(this.#epochTick) * NS_PER_TICK;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Queues 20 ms of encoded sound. Kept until it is sent; what arrives after `close` is dropped.
   *
   * @throws VaktraError `invalid_sample` when `sample` does not follow the last packet, or when half a second waits already
   */
  pushSound(sample: SampleIndex, payload: Uint8Array): void {
    if (this.#isClosed) return;
    if (sample !== this.#pushedSample) {
      throw new VaktraError(
        'invalid_sample',
        `Sound came for sample ${sample}: the next one is ${this.#pushedSample}.`,
      );
    }
    if (this.#sounds.length >= MAX_QUEUED_SOUNDS) throw overfull('sound', this.#sounds.length * TICK_MS);
    this.#sounds.push(payload);
    this.#pushedSample += SAMPLES_PER_PACKET;
  }

  /**
   * Queues an encoded VP8 picture. Indices rise; one that is left out was skipped by its maker and counts as repeated.
   *
   * @throws VaktraError `invalid_sample` when `index` does not rise, or when half a second waits already
   */
  pushPicture(index: FrameIndex, data: Uint8Array, isKey: boolean): void {
    if (this.#isClosed) return;
    if (!Number.isSafeInteger(index) || index < this.#nextPicture) {
      throw new VaktraError(
        'invalid_sample',
        `Picture ${index} came where ${this.#nextPicture} or a later one must follow.`,
      );
    }
    if (this.#pictures.length >= MAX_QUEUED_PICTURES) throw overfull('pictures', this.#pictures.length * 2 * TICK_MS);
    this.counts.picturesRepeated += index - this.#nextPicture;
    this.#nextPicture = index + 1;
    this.#pictures.push({ index, data, isKey });
  }

  /**
   * From the next packet on silence is sent in place of what waits and of what comes, until each call was followed by `resumeAt`.
   *
   * @returns the first silent sample
   */
  silence(): SampleIndex {
    this.#silences += 1;
    return this.#position;
  }

  /** Sound counts again from this sample on: what was made before knew of no silence. */
  resumeAt(sample: SampleIndex): void {
    this.#silences = Math.max(0, this.#silences - 1);
    this.#silentUntil = Math.max(this.#silentUntil, sample);
  }

  /** Sends what is due at `tick`. Called by the pacer alone, with rising numbers; numbers may be left out after a block. */
  tick(tick: number): void {
    if (this.#isClosed) return;
    try {
      this.#sendDue(tick);
    } catch (error) {
      this.close();
      const cause = error instanceof VaktraError ? error.message : String(error);
      this.#events.onFailed(
        new VaktraError('conversation_failed', `Sending stopped (${cause}): open a new conversation.`, {
          cause: error,
        }),
      );
    }
  }

  /** Drops what waits. Harmless twice. */
  close(): void {
    this.#isClosed = true;
    this.#sounds.length = 0;
    this.#pictures.length = 0;
  }

  #sendDue(tick: number): void {
    this.#sendLatePictures();
    this.#epochTick ??= this.#startTick(tick);
    if (this.#epochTick === undefined) return;
    for (let sent = 0; sent < MAX_PACKETS_PER_TICK && this.#dueTick(this.#epochTick) <= tick; sent += 1) {
      const sound = this.#sounds.shift();
      if (sound === undefined) {
        this.#stall(tick);
        return;
      }
      this.#isStalled = false;
      this.#sendTogether(sound);
      // A listener may have closed the conversation.
      if (this.#isClosed) return;
    }
  }

  #startTick(tick: number): number | undefined {
    if (this.#sounds.length === 0) return undefined;
    this.#waitedTicks += 1;
    if (this.#pictures.length === 0 && this.#waitedTicks <= MAX_START_WAIT_TICKS) return undefined;
    return tick;
  }

  #dueTick(epochTick: number): number {
    return epochTick + this.#position / SAMPLES_PER_PACKET;
  }

  /** No sound is there: the clock waits, so that nothing is skipped and both tracks move together. */
  #stall(tick: number): void {
    const epochTick = this.#epochTick ?? tick;
    const lost = tick + 1 - this.#dueTick(epochTick);
    this.#epochTick = epochTick + lost;
    this.counts.stalledTicks += lost;
    if (!this.#isStalled) this.counts.stalls += 1;
    this.#isStalled = true;
  }

  #sendTogether(sound: Uint8Array): void {
    const sample = this.#position;
    // Pictures first: their packets are the larger ones, and the report of either track is then written after both.
    while (this.#isPictureDue(sample)) this.#sendPicture();
    const isSilent = this.#silences > 0 || sample < this.#silentUntil;
    this.#sendSound(sample, isSilent ? SILENCE : sound);
    this.#position = sample + SAMPLES_PER_PACKET;
    if (sample % SAMPLES_PER_FRAME === 0) this.#events.onPicturePassed(sample / SAMPLES_PER_FRAME);
  }

  /** Encoded pictures are never dropped: the ones behind them build on them. */
  #sendLatePictures(): void {
    while (this.#isPictureDue(this.#position - SAMPLES_PER_PACKET)) {
      this.counts.picturesLate += 1;
      this.#sendPicture();
    }
  }

  #isPictureDue(sample: SampleIndex): boolean {
    const next = this.#pictures[0];
    return next !== undefined && next.index * SAMPLES_PER_FRAME <= sample;
  }

  #sendSound(sample: SampleIndex, payload: Uint8Array): void {
    const { payloadType, ssrc, firstTimestamp, send } = this.#tracks.sound;
    const packet = Buffer.allocUnsafe(RTP_HEADER_BYTES + payload.length);
    const timestamp = soundTimestamp(sample, firstTimestamp);
    writeRtpHeader(packet, { payloadType, marker: false, sequence: this.#soundSequence, timestamp, ssrc });
    packet.set(payload, RTP_HEADER_BYTES);
    send(packet);
    this.#soundSequence = (this.#soundSequence + 1) % SEQUENCE_MODULUS;
    this.counts.soundPackets += 1;
  }

  #sendPicture(): void {
    const picture = this.#pictures.shift();
    if (picture === undefined) return;
    const { payloadType, ssrc, firstTimestamp, send } = this.#tracks.pictures;
    const timestamp = pictureTimestamp(picture.index, firstTimestamp);
    packetizeVp8(picture.data, this.counts.pictures, RTP_HEADER_BYTES, (packet, marker) => {
      writeRtpHeader(packet, { payloadType, marker, sequence: this.#pictureSequence, timestamp, ssrc });
      send(packet);
      this.#pictureSequence = (this.#pictureSequence + 1) % SEQUENCE_MODULUS;
    });
    this.counts.pictures += 1;
    this.#shownPicture = picture.index;
    if (picture.isKey) this.counts.keyPictures += 1;
  }
}

function overfull(what: string, waitingMs: number): VaktraError {
  return new VaktraError(
    'invalid_sample',
    `${waitingMs} ms of ${what} wait to be sent: push on demand, about 100 ms ahead.`,
  );
}
