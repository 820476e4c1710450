// What of a conversation is heard at this moment: the clock of its played sound, captions in step with it, and the delay told to the server.
import type { Captions } from './captions.ts';
import type { Conversation } from './conversation.ts';
import { FigureReader, type ReceiverFigures } from './figures.ts';
import { PlaybackClock } from './playback-clock.ts';
import type { ServerEvent } from './socket.ts';

/** As the protocol allows; what is longer is no playout delay any more. */
const MAX_PLAYOUT_DELAY_MS = 10_000;

export class Playout {
  readonly #captions: Captions;
  readonly #clock = new PlaybackClock();
  #figures = new FigureReader();

  constructor(captions: Captions) {
    this.#captions = captions;
  }

  /** What the server says about its clock and its words. */
  receive(event: ServerEvent): void {
    if (event.type === 'state') this.#clock.report(event.sample, performance.now());
    else if (event.type === 'stats') this.#clock.report(event.position, performance.now());
    else if (event.type === 'caption') this.#captions.add(event);
    else if (event.type === 'speech.interrupted') this.#captions.cut(this.#clock.heardAt(performance.now()) ?? 0);
  }

  /** To be called for each picture. */
  draw(): void {
    const heard = this.#clock.heardAt(performance.now());
    if (heard !== undefined) this.#captions.draw(heard);
  }

  /** Reads the browser's figures, once a second, and tells the server how late its sound is heard. */
  async measure(conversation: Conversation | undefined): Promise<ReceiverFigures | undefined> {
    const report = await conversation?.receiverStats();
    if (report === undefined) return undefined;
    const figures = this.#figures.read(report);
    const { playoutDelayMs, roundTripMs = 0 } = figures;
    if (playoutDelayMs === undefined) return figures;
    this.#clock.setPlayoutDelay(playoutDelayMs);
    // The server counts from the moment of sending, so half the round trip belongs to what it must subtract.
    const delayMs = playoutDelayMs + roundTripMs / 2;
    conversation?.tell({ type: 'playout', delay_ms: Math.min(delayMs, MAX_PLAYOUT_DELAY_MS) });
    return figures;
  }

  /** Another conversation begins, or none. */
  reset(): void {
    this.#figures = new FigureReader();
    this.#clock.reset();
    this.#captions.clear();
  }
}
