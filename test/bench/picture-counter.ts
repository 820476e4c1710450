// Counts what a viewer gets: puts the RTP packets of a video stream together to pictures and tells them apart by their bytes.

import { createHash } from 'node:crypto';
import { parseRtpPacket } from '../../server/media/rtp.ts';
import { parseVp8Payload } from '../../server/media/vp8-packetizer.ts';

/** Puts packets together, in the order of their arrival; calls `onPicture` with each whole VP8 picture. */
export class PictureAssembler {
  readonly #onPicture: (picture: Buffer) => void;
  #parts: Uint8Array[] = [];

  constructor(onPicture: (picture: Buffer) => void) {
    this.#onPicture = onPicture;
  }

  add(data: Buffer): void {
    const packet = parseRtpPacket(data);
    const vp8 = packet && parseVp8Payload(packet.payload);
    if (!vp8) return;
    this.#parts.push(vp8.data);
    if (!packet.marker) return;
    this.#onPicture(Buffer.concat(this.#parts));
    this.#parts = [];
  }
}

export class PictureCounter {
  readonly #assembler = new PictureAssembler((picture) => this.#count(picture));
  #last = '';
  #distinct = 0;

  add(data: Buffer): void {
    this.#assembler.add(data);
  }

  /** Pictures that differ from the one before. */
  get distinct(): number {
    return this.#distinct;
  }

  #count(picture: Buffer): void {
    const digest = createHash('sha1').update(picture).digest('base64');
    if (digest !== this.#last) this.#distinct += 1;
    this.#last = digest;
  }
}
