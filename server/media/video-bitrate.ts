// Turns what the viewers' networks can take into a bitrate for the one encoder that serves them all.

/** How often the transports are asked. The estimate moves over seconds (transport-wide congestion control). */
export const BITRATE_POLL_MS = 2000;
/** A new bitrate costs a key frame (the encoder is opened again), so small changes are not worth following. */
const WORTHWHILE_CHANGE = 0.2;
/** Room for retransmissions and for key frames, which are some ten times as large as other pictures. */
const SHARE_FOR_VIDEO = 0.85;
const SOUND_KBPS = 48;
/** Below this a face at 512x512 falls apart: better to lose packets now and then. */
const MIN_VIDEO_KBPS = 120;
const BPS_PER_KBPS = 1000;

/**
 * The bitrate for the encoder, in kbit/s: what the slowest viewer can take, within bounds; `current` while the change
 * would be small or nobody is there.
 *
 * @param availableBps what each viewer's transport can send, sound included
 */
export function suggestVideoKbps(availableBps: readonly number[], current: number, max: number): number {
  if (availableBps.length === 0) return current;
  const slowest = Math.min(...availableBps) / BPS_PER_KBPS;
  const wanted = Math.round(Math.min(max, Math.max(MIN_VIDEO_KBPS, slowest * SHARE_FOR_VIDEO - SOUND_KBPS)));
  const isWorthwhile = Math.abs(wanted - current) > current * WORTHWHILE_CHANGE;
  // Back at the top there is no next step that could make up for the rest.
  return isWorthwhile || (wanted === max && current < max) ? wanted : current;
}
