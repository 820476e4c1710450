// The voice of one conversation on its one clock: what is to be heard next, in the order in which it was asked for.
// Spoken text and pushed audio queue up as events; a live microphone is heard when no event is due. Where nothing is
// to be heard the timeline reads as silence. It knows no wall clock: reading is what moves it on.

import { CLOCK_RATE_HZ, MODEL_SAMPLES_PER_FRAME, SAMPLES_PER_FRAME, type SampleIndex } from '../types.ts';

/** Clock samples (48 kHz) per sample that the models hear (16 kHz). */
const CLOCK_PER_MODEL_SAMPLE = SAMPLES_PER_FRAME / MODEL_SAMPLES_PER_FRAME;

/** A stretch of voice that the chunker has labelled; `data48` is the same moment as `data16`, three times as long. */
export interface TimelineSpan {
  data16: Float32Array;
  data48: Float32Array;
  speaking: boolean;
}

/** Something that happens at a sample of the clock. */
export interface TimelineMarker {
  kind: 'start' | 'end';
  eventId: string;
  sample: SampleIndex;
}

/** What was read: whole pictures of sound, at both rates. */
export interface TimelineRead {
  data16: Float32Array;
  data48: Float32Array;
  /** Per picture: does any voice sound in it? */
  speaking: boolean[];
  markers: TimelineMarker[];
}

interface VoiceEvent {
  id: string;
  live: boolean;
  spans: TimelineSpan[];
  /** Model samples of the first span that were read already. */
  offset: number;
  queued: number;
  sounding: boolean;
  ended: boolean;
  /** Reading waits until this many model samples are queued: at the start, and again after running dry. */
  wanted: number;
}

export interface TimelineOptions {
  /** Sound that a live voice keeps in reserve, in milliseconds; below one window of motion it would stutter. */
  liveReserveMs: number;
}

export class VoiceTimeline {
  readonly #liveReserve: number;
  #events: VoiceEvent[] = [];
  #live: VoiceEvent | undefined;
  /** A live voice that was closed while it was heard: its end is still to be told. */
  #cutLive: VoiceEvent | undefined;
  #position = 0;

  constructor(options: TimelineOptions) {
    this.#liveReserve = Math.round((options.liveReserveMs * CLOCK_RATE_HZ) / 1000 / CLOCK_PER_MODEL_SAMPLE);
  }

  /** The clock's sample at which the next read begins. */
  get position(): SampleIndex {
    return this.#position * CLOCK_PER_MODEL_SAMPLE;
  }

  /** Voice that waits in events, in milliseconds. */
  get backlogMs(): number {
    let samples = 0;
    for (const event of this.#events) samples += event.queued;
    return (samples * CLOCK_PER_MODEL_SAMPLE * 1000) / CLOCK_RATE_HZ;
  }

  /** Voice of the live microphone that waits, in milliseconds. */
  get liveBacklogMs(): number {
    return ((this.#live?.queued ?? 0) * CLOCK_PER_MODEL_SAMPLE * 1000) / CLOCK_RATE_HZ;
  }

  /** Are at least `pictures` pictures of event voice ready to be read without a gap? */
  hasVoiceFor(pictures: number): boolean {
    const event = this.#events[0];
    return event !== undefined && event.queued >= pictures * MODEL_SAMPLES_PER_FRAME;
  }

  /** Opens an event behind those that are waiting. Opening the live voice replaces the one before. */
  open(eventId: string, live: boolean): void {
    const event: VoiceEvent = {
      id: eventId,
      live,
      spans: [],
      offset: 0,
      queued: 0,
      sounding: false,
      ended: false,
      wanted: live ? this.#liveReserve : 1,
    };
    if (live) this.#live = event;
    else this.#events.push(event);
  }

  /** Adds voice to an event; voice for an event that was cleared or ended is dropped. */
  append(eventId: string, span: TimelineSpan): void {
    const event = this.#find(eventId);
    if (!event || event.ended || span.data16.length === 0) return;
    event.spans.push(span);
    event.queued += span.data16.length;
  }

  /** No more voice comes for this event. */
  end(eventId: string): void {
    const event = this.#find(eventId);
    if (event) event.ended = true;
  }

  /** Forgets all voice that was not read. Returns the events that were waiting or sounding, and keeps the live one open. */
  clear(): string[] {
    const cleared = this.#events.map((event) => event.id);
    this.#events = [];
    const live = this.#live;
    if (live) {
      if (live.sounding) cleared.push(live.id);
      this.open(live.id, true);
    }
    return cleared;
  }

  /** Closes the live voice, heard or not; what it was saying ends with the next read. */
  closeLive(): void {
    if (this.#live?.sounding) this.#cutLive = this.#live;
    this.#live = undefined;
  }

  /** Reads the next `pictures` pictures of sound; silence where there is no voice. */
  read(pictures: number): TimelineRead {
    const wanted = pictures * MODEL_SAMPLES_PER_FRAME;
    const result: TimelineRead = {
      data16: new Float32Array(wanted),
      data48: new Float32Array(wanted * CLOCK_PER_MODEL_SAMPLE),
      speaking: new Array<boolean>(pictures).fill(false),
      markers: [],
    };
    if (this.#cutLive) this.#mark(result, 'end', this.#cutLive, 0);
    this.#cutLive = undefined;
    let done = 0;
    while (done < wanted) {
      const event = this.#due();
      if (!event) break;
      done += this.#take(event, result, done);
      this.#retire(event, result, done);
    }
    this.#position += wanted;
    return result;
  }

  #find(eventId: string): VoiceEvent | undefined {
    if (this.#live?.id === eventId) return this.#live;
    return this.#events.find((event) => event.id === eventId);
  }

  /** The event whose voice is to be heard now, if it has enough of it. A live utterance is not cut by a waiting event. */
  #due(): VoiceEvent | undefined {
    const live = this.#live;
    if (live && live.queued > 0 && live.sounding) return live;
    const event = this.#events[0];
    if (event) {
      if (live) this.#trim(live);
      if (event.queued >= event.wanted || event.ended) return event;
      return undefined;
    }
    return live && live.queued >= live.wanted && live.queued > 0 ? live : undefined;
  }

  /** Copies the rest of the event's first span, or what there is room for. Returns the model samples copied. */
  #take(event: VoiceEvent, result: TimelineRead, at: number): number {
    event.wanted = 1;
    const span = event.spans[0];
    if (!span) return 0;
    const count = Math.min(result.data16.length - at, span.data16.length - event.offset);
    const until = event.offset + count;
    result.data16.set(span.data16.subarray(event.offset, until), at);
    result.data48.set(
      span.data48.subarray(event.offset * CLOCK_PER_MODEL_SAMPLE, until * CLOCK_PER_MODEL_SAMPLE),
      at * CLOCK_PER_MODEL_SAMPLE,
    );
    // An event sounds from its first sample on; a live voice sounds while somebody speaks into the microphone.
    const sounds = !event.live || span.speaking;
    if (event.sounding !== sounds) {
      event.sounding = sounds;
      this.#mark(result, sounds ? 'start' : 'end', event, at);
    }
    if (span.speaking) {
      const last = Math.floor((at + count - 1) / MODEL_SAMPLES_PER_FRAME);
      result.speaking.fill(true, Math.floor(at / MODEL_SAMPLES_PER_FRAME), last + 1);
    }
    event.offset = until;
    event.queued -= count;
    if (until === span.data16.length) {
      event.spans.shift();
      event.offset = 0;
    }
    return count;
  }

  /** Ends an event that has no more voice; one that merely ran dry waits for a reserve, lest each packet make a gap. */
  #retire(event: VoiceEvent, result: TimelineRead, done: number): void {
    if (event.queued > 0) return;
    if (event.ended && !event.live) {
      this.#events.shift();
      if (!event.sounding) this.#mark(result, 'start', event, done);
      this.#mark(result, 'end', event, done);
      return;
    }
    event.wanted = this.#liveReserve;
  }

  #mark(result: TimelineRead, kind: TimelineMarker['kind'], event: VoiceEvent, at: number): void {
    result.markers.push({ kind, eventId: event.id, sample: this.position + at * CLOCK_PER_MODEL_SAMPLE });
  }

  /** While an event is heard the microphone is not: only its reserve is kept, so that it goes on without delay. */
  #trim(live: VoiceEvent): void {
    while (live.queued > this.#liveReserve && live.spans.length > 1) {
      live.queued -= (live.spans.shift() as TimelineSpan).data16.length - live.offset;
      live.offset = 0;
    }
  }
}
