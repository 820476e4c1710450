// Turns what the viewers' networks can take into a bitrate for the one encoder that serves them all.

/** How often the transports are asked. The estimate moves over seconds (transport-wide congestion control). */
export const BITRATE_POLL_MS = 1000;
/** A new bitrate costs a key frame (the encoder is opened again), so small changes are not worth following. */
const WORTHWHILE_CHANGE = 0.2;
/** Room for retransmissions and for key frames, which are a few times as large as other pictures. */
const SHARE_FOR_VIDEO = 0.85;
const SOUND_KBPS = 48;
/** Below this a face at 512x512 falls apart: better to lose packets now and then. */
const MIN_VIDEO_KBPS = 120;
/**
 * After any delay the estimator falls back to 0.85 of what was sent lately, which is little while a face is still. That is
 * no limit of the network. One shows in an estimate near what is sent while the encoder uses its bitrate (this share of it
 * at least), or in one far below what is sent.
 */
const USED_SHARE = 0.6;
const NEAR_RATIO = 1.1;
const FAR_BELOW_RATIO = 0.75;
/** One poll may fall into a moment when this machine was busy. */
const POLLS_TO_LOWER = 2;
const BPS_PER_KBPS = 1000;

/** What a transport says about itself, in bit/s, sound included. */
export interface ViewerBitrate {
  availableBps: number;
  sentBps: number;
}

export class VideoBitrateAdvisor {
  readonly #maxKbps: number;
  #kbps: number;
  /** What the last polls wanted, while they all wanted less. */
  #lower: number[] = [];

  constructor(maxKbps: number) {
    this.#maxKbps = maxKbps;
    this.#kbps = maxKbps;
  }

  /** Takes a poll of all viewers and gives the bitrate for the encoder, in kbit/s: what the slowest viewer can take. */
  update(viewers: readonly ViewerBitrate[]): number {
    const wanted = Math.min(this.#maxKbps, ...viewers.map((viewer) => this.#wanted(viewer)));
    this.#lower = wanted < this.#kbps ? [...this.#lower, wanted] : [];
    if (viewers.length === 0) return this.#kbps;
    if (wanted > this.#kbps) this.#raise(wanted);
    else if (this.#lower.length >= POLLS_TO_LOWER) this.#take(Math.max(...this.#lower.splice(0)));
    return this.#kbps;
  }

  #wanted({ availableBps, sentBps }: ViewerBitrate): number {
    const kbps = Math.round(Math.max(MIN_VIDEO_KBPS, (availableBps / BPS_PER_KBPS) * SHARE_FOR_VIDEO - SOUND_KBPS));
    const sentVideoKbps = sentBps / BPS_PER_KBPS - SOUND_KBPS;
    const isUsed = sentVideoKbps >= this.#kbps * USED_SHARE;
    const isLimit = sentVideoKbps > kbps && availableBps <= sentBps * (isUsed ? NEAR_RATIO : FAR_BELOW_RATIO);
    return isLimit ? kbps : Math.max(kbps, this.#kbps);
  }

  #raise(kbps: number): void {
    // At the top there is no later step that would make up for a small one.
    if (kbps === this.#maxKbps) this.#kbps = kbps;
    else this.#take(kbps);
  }

  #take(kbps: number): void {
    if (Math.abs(kbps - this.#kbps) > this.#kbps * WORTHWHILE_CHANGE) this.#kbps = kbps;
  }
}
