// Cuts an encoded VP8 picture into RTP payloads (RFC 7741 section 4.2), and puts received payloads together again.
// One partition, 15-bit PictureID; no layers, since one encode serves every viewer.

/** Payload bytes of a packet, descriptor included: with IP, UDP, SRTP and header extensions it stays under 1280. */
export const MAX_PAYLOAD_BYTES = 1200;
/** PictureIDs are 15 bits here. */
const PICTURE_ID_MODULUS = 2 ** 15;

//   0 1 2 3 4 5 6 7
//  |X|R|N|S|R| PID |   X: extension follows, S: start of a partition
//  |I|L|T|K|  RSV  |   I: PictureID follows
//  |M| PictureID   |   M: it has 15 bits
//  |   PictureID   |
const DESCRIPTOR_BYTES = 4;
const EXTENDED_BIT = 0x80;
const START_BIT = 0x10;
const PICTURE_ID_BIT = 0x80;
const LONG_PICTURE_ID_BIT = 0x80;
const LAYER_INDEX_BIT = 0x40;
const TEMPORAL_OR_KEY_MASK = 0x30;

/**
 * Calls `send` for each payload of the picture in order. All payloads are of nearly the same size: a short last one would
 * cost a whole header all the same.
 *
 * @param pictureId counts pictures, any whole number from 0 up: wrapped here
 * @param send gets the packet with `headerBytes` of free room before the payload; valid until the call returns
 */
export function packetizeVp8(
  picture: Uint8Array,
  pictureId: number,
  headerBytes: number,
  send: (packet: Buffer, isLast: boolean) => void,
): void {
  const room = MAX_PAYLOAD_BYTES - DESCRIPTOR_BYTES;
  const count = Math.max(1, Math.ceil(picture.length / room));
  const wrappedId = pictureId % PICTURE_ID_MODULUS;
  const packet = Buffer.allocUnsafe(headerBytes + MAX_PAYLOAD_BYTES);
  for (let index = 0; index < count; index += 1) {
    const start = Math.floor((picture.length * index) / count);
    const end = Math.floor((picture.length * (index + 1)) / count);
    packet[headerBytes] = EXTENDED_BIT | (index === 0 ? START_BIT : 0);
    packet[headerBytes + 1] = PICTURE_ID_BIT;
    packet.writeUInt16BE((LONG_PICTURE_ID_BIT << 8) | wrappedId, headerBytes + 2);
    packet.set(picture.subarray(start, end), headerBytes + DESCRIPTOR_BYTES);
    send(packet.subarray(0, headerBytes + DESCRIPTOR_BYTES + end - start), index === count - 1);
  }
}

export interface Vp8Payload {
  /** First payload of a picture. */
  isStart: boolean;
  /** Null when the sender gives none. */
  pictureId: number | null;
  /** A view on the bytes behind the descriptor. */
  data: Uint8Array;
}

/** Reads a payload's descriptor, whichever of its fields are there; null when it is cut short. */
export function parseVp8Payload(payload: Uint8Array): Vp8Payload | null {
  const first = payload[0];
  if (first === undefined) return null;
  let offset = 1;
  let pictureId: number | null = null;
  if ((first & EXTENDED_BIT) !== 0) {
    const flags = payload[offset] ?? 0;
    offset += 1;
    if ((flags & PICTURE_ID_BIT) !== 0) {
      const high = payload[offset] ?? 0;
      const isLong = (high & LONG_PICTURE_ID_BIT) !== 0;
      pictureId = isLong ? ((high & ~LONG_PICTURE_ID_BIT) << 8) | (payload[offset + 1] ?? 0) : high;
      offset += isLong ? 2 : 1;
    }
    if ((flags & LAYER_INDEX_BIT) !== 0) offset += 1;
    if ((flags & TEMPORAL_OR_KEY_MASK) !== 0) offset += 1;
  }
  if (offset >= payload.length) return null;
  return { isStart: (first & START_BIT) !== 0, pictureId, data: payload.subarray(offset) };
}
