// Counts what a viewer gets: puts the RTP packets of a video stream together to pictures and tells them apart by their bytes.

import { createHash } from 'node:crypto';

const RTP_HEADER_BYTES = 12;
const MARKER_BIT = 0x80;

export class PictureCounter {
  #digest = createHash('sha1');
  #last = '';
  #distinct = 0;

  /** @param packet a whole RTP packet, in order, without extensions */
  add(packet: Buffer): void {
    this.#digest.update(packet.subarray(RTP_HEADER_BYTES));
    if (!((packet[1] ?? 0) & MARKER_BIT)) return;
    const digest = this.#digest.digest('base64');
    this.#digest = createHash('sha1');
    if (digest !== this.#last) this.#distinct += 1;
    this.#last = digest;
  }

  /** Pictures that differ from the one before. */
  get distinct(): number {
    return this.#distinct;
  }
}
