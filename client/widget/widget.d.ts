// The public face of <vaktra-avatar>, for pages in TypeScript: what launcher.ts implements. docs/embedding.md explains each.

export type AvatarState = 'idle' | 'listening' | 'thinking' | 'speaking';
export type ConnectionState = 'disconnected' | 'connecting' | 'connected' | 'reconnecting';

export interface SpeakOptions {
  /** BCP 47 tag of the voice. */
  language?: string;
  emotion?: 'neutral' | 'happy' | 'sad' | 'angry' | 'fearful' | 'surprised';
  /** How clearly the emotion is seen, 0 to 1. */
  strength?: number;
}

/** `detail` of each event; events that come from the server have the fields that docs/protocol.md gives them. */
export interface VaktraAvatarEvents {
  /** The widget was opened, or made small. */
  open: undefined;
  minimise: undefined;
  /** A conversation stands: its id. */
  connected: { session: string };
  /** The conversation is over: by whom or why. */
  disconnected: { code: string; message: string };
  mute: { muted: boolean };
  error: { code: string; message: string };
  warning: { code: string; message: string };
  state: { state: AvatarState; sample: number };
  'speech.started': { event_id: string; sample: number };
  'speech.ended': { event_id: string; sample: number; text: string };
  'speech.interrupted': { event_id: string; playback_position: number; measure: 'sent' | 'heard'; text: string };
  transcript: { who: 'visitor' | 'avatar' | 'agent'; text: string; sample: number; final: boolean };
  caption: { event_id: string; text: string; start: number; end: number };
  source: { event_id: string; title: string; url: string };
  hand_over: { reason: string };
  /** The place among those who wait for a person, from 1 on; 0 where one waits no more. */
  queue: { position: number; waited_ms: number };
  /** A person of this name answers; without a name the avatar does again. */
  agent: { name?: string };
  /** A message for the team is asked for, was kept, or none was left. */
  message: { state: 'asked' | 'kept' | 'dropped' };
}

export interface VaktraAvatarElement extends HTMLElement {
  readonly state: AvatarState;
  readonly connection: ConnectionState;
  /** Whether the avatar's sound is off. */
  readonly muted: boolean;
  /** Shows the widget and opens a conversation, if none is open. Call it from a click, so that sound may play. */
  connect(): Promise<void>;
  /** Ends the conversation; the widget stays. */
  disconnect(): void;
  /** The avatar says this. Connects first where that is needed. */
  speak(text: string, options?: SpeakOptions): Promise<void>;
  /** The avatar answers this, as if the visitor had written it. */
  ask(text: string): Promise<void>;
  /** Stops what is being said. */
  interrupt(): void;
  mute(muted?: boolean): void;
  /** Makes the floating widget small; the conversation goes on. */
  minimise(): void;
  addEventListener<K extends keyof VaktraAvatarEvents>(
    type: K,
    listener: (this: VaktraAvatarElement, event: CustomEvent<VaktraAvatarEvents[K]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'vaktra-avatar': VaktraAvatarElement;
  }
}
