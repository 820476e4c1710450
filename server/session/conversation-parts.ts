// What a conversation is put together from, and what its host notes about it.

import type { Logger } from 'pino';
import type { Brain, Moderation } from '../bot/index.ts';
import type { VaktraError } from '../errors.ts';
import type { MediaRoom, Pacer } from '../media/index.ts';
import type { Recogniser, Speech } from '../speech/index.ts';
import type { VideoShape } from '../types.ts';
import type { PipelineReport } from './pipeline-messages.ts';
import type { TurnMarks, TurnTiming } from './turn/index.ts';
import type { ChosenPortrait } from './types.ts';

/** What the host notes in its metrics. */
export interface ConversationObserver {
  /** A conversation was opened or closed; `count` are open now. */
  opened(count: number): void;
  /** From the request for a conversation until it was open, in seconds. */
  prepared(seconds: number): void;
  /** From the first viewer on until the first picture was sent, in seconds. */
  firstPicture(seconds: number): void;
  /** Something went wrong; the conversation may have survived it. */
  failed(part: 'conversation' | 'turn', error: VaktraError): void;
  /** From the request to the first sample handed to the network, in seconds. */
  speechStarted(seconds: number): void;
  /** From the interrupt to the last sample of the voice handed to the network, in seconds. */
  interrupted(seconds: number): void;
  /** The first sound of an answer was handed to the network; when each step before it was taken. */
  answered(marks: TurnMarks): void;
  reported(report: PipelineReport, skipped: number, soundAheadMs: number): void;
}

export interface ConversationParts {
  id: string;
  portrait: ChosenPortrait;
  video: VideoShape;
  room: MediaRoom;
  pacer: Pacer;
  speech: Speech;
  brain: Brain | undefined;
  /** What is said goes through it; undefined where everything may be said. */
  moderation: Moderation | undefined;
  recogniser: Recogniser | undefined;
  timing: TurnTiming;
  maxBacklogMs: number;
  /** BCP 47 tag of what is spoken. */
  language: string;
  videoBitrateKbps: number;
  logger: Logger;
  observer: ConversationObserver;
  /** Called once, after everything of the conversation is closed. */
  onClosed: () => void;
}
