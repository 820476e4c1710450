// What a conversation offers to those who talk to clients: the interface between signaling and session.

import type { types as mediasoup } from 'mediasoup';
import type { Said } from '../bot/index.ts';
import type { VaktraError } from '../errors.ts';
import type { ConsumerDescription, MicrophoneUse, TransportDescription } from '../media/index.ts';
import type {
  Background,
  ConversationState,
  Emotion,
  FrameIndex,
  Look,
  PortraitWarning,
  PreparingStep,
  SampleIndex,
  VideoShape,
} from '../types.ts';
import type { Agent } from './desk/index.ts';
import type { RecordedFrame } from './motion-recorder.ts';
import type { TurnMarks } from './turn/index.ts';

/** A shipped portrait or an avatar of the studio by its id, or an uploaded picture together with the sentence that says who agreed to its use. */
export type PortraitChoice =
  | { id: string }
  | { avatar: string }
  | {
      upload: Uint8Array;
      consent: string;
      /** Which face of a picture with several: its place in the refusal's list. */
      face?: number | undefined;
    };

/** The portrait of a conversation; `warnings` say what about its picture could be better. */
export interface ChosenPortrait {
  id: string;
  title: string;
  warnings: readonly PortraitWarning[];
}

/** A look as it is asked for: a background's picture comes as the bytes of its file. */
export interface LookChoice extends Omit<Look, 'background'> {
  background: Exclude<Background, { kind: 'picture' }> | { kind: 'picture'; image: Uint8Array };
}

export interface ConversationOptions {
  portrait: PortraitChoice;
  /** Left out, the portrait as it is, 512 pixels square. */
  look?: LookChoice | undefined;
  /** BCP 47 tag of what is spoken; the configured one where it is left out. */
  language?: string | undefined;
  /** Called as each step of preparing the portrait begins; not at all where it is ready. */
  onStep?: ((step: PreparingStep) => void) | undefined;
}

/** A word (or a stretch of text) and when it is heard, in samples of the conversation's clock. */
export interface Caption {
  eventId: string;
  text: string;
  start: SampleIndex;
  end: SampleIndex;
}

/** Numbers for the page and the metrics, taken about once a second. */
export interface ConversationStats {
  state: ConversationState;
  position: SampleIndex;
  picturesSent: FrameIndex;
  picturesRepeated: number;
  clockStalls: number;
  /** Encoded sound that waits to be sent. */
  queuedMs: number;
  /** Voice that waits to be spoken. */
  backlogMs: number;
  motionMsPerPicture: number;
  renderMsPerPicture: number;
  encodeMsPerPicture: number;
  videoBitrateKbps: number;
}

/** Events of a conversation. A listener that throws is logged and never takes the conversation down. */
export interface ConversationEvents {
  state: [{ state: ConversationState; sample: SampleIndex }];
  /** The first sample of this utterance is handed to the network. */
  speechStarted: [{ eventId: string; sample: SampleIndex }];
  /** `text`: its words; empty where they are not known, as of pushed audio. */
  speechEnded: [{ eventId: string; start: SampleIndex; sample: SampleIndex; text: string }];
  /**
   * `playbackPosition`: samples of this speech that were heard; `sent` where the client reports no playout delay. `text`: the words
   * that began before it.
   */
  speechInterrupted: [
    { eventId: string; start: SampleIndex; playbackPosition: SampleIndex; measure: 'sent' | 'heard'; text: string },
  ];
  caption: [Caption];
  /** What was said and heard, by whom; with `isFinal` false what a visitor has said so far, empty where that was nothing. */
  transcript: [Said & { isFinal: boolean }];
  /** The first sound of an answer is handed to the network; when each step before it was taken. */
  answered: [{ eventId: string; marks: TurnMarks }];
  /** Where an answer comes from. */
  source: [{ eventId: string; title: string; url: string }];
  /** The visitor is to be given to a person. */
  handOver: [{ reason: string }];
  /** The visitor's place among those who wait for a person, from 1 on; 0 where they wait no more. */
  queue: [{ position: number; waitedMs: number }];
  /** A person answers from now on; without a name the avatar does again. */
  agent: [{ name: string | undefined }];
  /** Nobody is there, and a message is asked for; it was kept; or the visitor left none. */
  message: [{ state: 'asked' | 'kept' | 'dropped' }];
  /** A microphone was opened or closed. */
  microphone: [{ use: MicrophoneUse; open: boolean }];
  warning: [VaktraError];
  /** Each drawn picture's motion, where diagnostics ask for it. */
  motion: [{ index: FrameIndex; drawn: RecordedFrame }];
  /** The conversation ended; `error` is there when it did so by itself. */
  closed: [{ error?: VaktraError }];
}

export type { ConsumerDescription, MicrophoneUse } from '../media/index.ts';

/** Whether a person stands in for the avatar, or is waited for. */
export interface PersonStanding {
  /** Their name; undefined where the avatar answers. */
  agent: string | undefined;
  /** The visitor's place among those who wait for a person, from 1 on. */
  queue: { position: number; waitedMs: number } | undefined;
  /** Nobody is there: what the visitor says next is a message. */
  isMessageAsked: boolean;
  /** Those that are open. */
  microphones: MicrophoneUse[];
}

/** A mood as a client asks for it; without a strength it has the configured one. */
export interface MoodWish {
  emotion: Emotion;
  /** 0 to 1. */
  strength?: number | undefined;
}

/** Text to be spoken; `language` as in `ConversationHost.languages`, the configured one where it is left out. */
export interface SpeakRequest {
  eventId: string;
  /** Whole, or as it is written. */
  text: string | AsyncIterable<string>;
  language?: string | undefined;
  /** How the face feels about it; left out, the wording or the voice decides. */
  mood?: MoodWish | undefined;
  /** The moderation has seen it. */
  isReviewed?: true;
}

/** How far a speech was heard. */
export interface Playback {
  /** Samples of it that were heard; `sent` where that is not known. */
  position: SampleIndex;
  measure: 'sent' | 'heard';
  isInterrupted: boolean;
  /** The words that were heard. */
  text: string;
}

/** Sound to be spoken: PCM s16 little-endian mono, 8 to 48 kHz. */
export interface AudioRequest {
  eventId: string;
  pcm: Uint8Array;
  sampleRateHz: number;
  /** Counts with the first sound of its event. */
  mood?: MoodWish | undefined;
  /** Which of the event's parts this is, from 0; one that was taken before is not spoken again. */
  part?: number | undefined;
}

/**
 * One conversation. All methods reject or throw a VaktraError with a code; none of them leaves the conversation
 * half-changed. After `close` everything throws `conversation_closed`.
 */
export interface Conversation {
  readonly id: string;
  readonly portrait: ChosenPortrait;
  readonly video: VideoShape;

  on<E extends keyof ConversationEvents>(event: E, listener: (...args: ConversationEvents[E]) => void): this;
  off<E extends keyof ConversationEvents>(event: E, listener: (...args: ConversationEvents[E]) => void): this;

  // media
  readonly rtpCapabilities: mediasoup.RtpCapabilities;
  createTransport(): Promise<TransportDescription>;
  connectTransport(transportId: string, dtlsParameters: mediasoup.DtlsParameters): Promise<void>;
  restartIce(transportId: string): Promise<mediasoup.IceParameters>;
  /** The avatar's sound and picture for one viewer, paused until `resumeConsumers`. */
  consume(transportId: string, rtpCapabilities: mediasoup.RtpCapabilities): Promise<ConsumerDescription[]>;
  resumeConsumers(transportId: string): Promise<void>;
  /** The visitor's open microphone as sound for a viewer, paused until `resumeConsumers`; undefined where none is open. */
  hearVisitor(
    transportId: string,
    rtpCapabilities: mediasoup.RtpCapabilities,
  ): Promise<ConsumerDescription | undefined>;
  /** A microphone; of each use the last one that was produced counts. Default use: the avatar speaks with it. */
  produceMicrophone(
    transportId: string,
    rtpParameters: mediasoup.RtpParameters,
    use?: MicrophoneUse,
  ): Promise<{ id: string }>;
  /** Without a use all of them. */
  stopMicrophone(use?: MicrophoneUse): Promise<void>;

  // a person in the avatar's place
  readonly person: { readonly agent: Agent | undefined; readonly standing: PersonStanding };
  /** Asks for a person. */
  handOver(reason: string): void;

  // voice
  /** What a visitor writes: answered as if it had been said. */
  ask(text: string): void;
  /** Push to talk: while `down` everything that the visitor's microphone hears is one utterance. */
  holdToTalk(down: boolean): void;
  /** What is spoken from now on, by visitor and avatar: a BCP 47 tag. */
  setLanguage(language: string): void;
  /** What was said so far, oldest first. */
  readonly transcript: readonly Said[];
  /** Queues text behind what is being said. The same again under the same event's name is not spoken again. */
  speak(request: SpeakRequest): Promise<void>;
  /** As `speak`; resolves when it was heard to its end or interrupted. */
  say(request: SpeakRequest): Promise<Playback>;
  /** Pushed audio, as fast as the sender likes up to the backlog limit. */
  pushAudio(request: AudioRequest): void;
  /** No more audio for this event: closes the utterance that VAD has not closed. Resolves when it was heard, or interrupted. */
  speakEnd(request: { eventId: string }): Promise<Playback>;
  /** Stops all speech at once and empties every queue of this conversation. Harmless when nothing is said. */
  interrupt(): void;
  /** The mood of the face from now on, where a speech is not given its own; undefined leaves it to wording and voice. */
  setMood(mood: MoodWish | undefined): void;
  /** The viewer's playout delay (jitter buffer and output), so that playback positions tell what was heard. */
  reportPlayoutDelay(delayMs: number): void;

  stats(): ConversationStats;
  /** Tells the clients of something that the conversation survives. */
  warn(warning: VaktraError): void;
  close(error?: VaktraError): Promise<void>;
}

export interface PortraitSummary {
  id: string;
  title: string;
  artist: string;
  year: string;
  licence: string;
}

/** All conversations of this server. */
export interface ConversationHost {
  create(options: ConversationOptions): Promise<Conversation>;
  /** @throws VaktraError `conversation_unknown` */
  get(id: string): Conversation;
  readonly size: number;
  portraits(): PortraitSummary[];
  /** A shipped portrait's picture as it is drawn at rest (JPEG), for the page's choice. */
  portraitThumbnail(id: string, sizePx: number): Promise<Uint8Array>;
  languages(): { id: string; name: string }[];
  /** What visitors may ask in this language, for pages that offer it to be touched. */
  topics(language: string): readonly string[];
  close(): Promise<void>;
}
