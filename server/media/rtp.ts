// RTP packets as bytes, both ways: the fixed header for what is sent, and header, extensions and padding of what arrives
// (RFC 3550 section 5.1). Knows no codec and keeps no state.

/** Length of a header without contributing sources and extensions. */
export const RTP_HEADER_BYTES = 12;

export interface RtpHeader {
  payloadType: number;
  /** Video: last packet of a picture. */
  marker: boolean;
  /** 16 bits; the caller wraps. */
  sequence: number;
  /** 32 bits, in the clock of the track. */
  timestamp: number;
  ssrc: number;
}

export interface RtpPacket extends RtpHeader {
  /** A view on the bytes that were parsed, without padding. */
  payload: Uint8Array;
}

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// |V=2|P|X|  CC   |M|     PT      |            sequence           |
// |                           timestamp                           |
// |                             SSRC                              |
const VERSION_2 = 0x80;
const VERSION_MASK = 0xc0;
const PADDING_BIT = 0x20;
const EXTENSION_BIT = 0x10;
const CSRC_COUNT_MASK = 0x0f;
const MARKER_BIT = 0x80;
const PAYLOAD_TYPE_MASK = 0x7f;
const WORD_BYTES = 4;

/** Writes the header to the first 12 bytes of `buffer`. */
export function writeRtpHeader(buffer: Buffer, header: RtpHeader): void {
  buffer[0] = VERSION_2;
  buffer[1] = (header.marker ? MARKER_BIT : 0) | header.payloadType;
  buffer.writeUInt16BE(header.sequence, 2);
  buffer.writeUInt32BE(header.timestamp, 4);
  buffer.writeUInt32BE(header.ssrc, 8);
}

/** The packet in `data`, or null when the bytes are no whole RTP packet (the sender's fault: drop it and go on). */
export function parseRtpPacket(data: Uint8Array): RtpPacket | null {
  if (data.length < RTP_HEADER_BYTES) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const first = view.getUint8(0);
  if ((first & VERSION_MASK) !== VERSION_2) return null;
  const start = payloadStart(view, first);
  const end = data.length - paddingBytes(view, first);
  if (start > end) return null;
  const second = view.getUint8(1);
  return {
    payloadType: second & PAYLOAD_TYPE_MASK,
    marker: (second & MARKER_BIT) !== 0,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: data.subarray(start, end),
  };
}

function payloadStart(view: DataView, first: number): number {
  const afterSources = RTP_HEADER_BYTES + (first & CSRC_COUNT_MASK) * WORD_BYTES;
  if ((first & EXTENSION_BIT) === 0) return afterSources;
  // Extension: 16 bits of profile, 16 bits of length in words, then that many words (section 5.3.1).
  if (afterSources + WORD_BYTES > view.byteLength) return Number.POSITIVE_INFINITY;
  return afterSources + WORD_BYTES + view.getUint16(afterSources + 2) * WORD_BYTES;
}

function paddingBytes(view: DataView, first: number): number {
  return (first & PADDING_BIT) === 0 ? 0 : view.getUint8(view.byteLength - 1);
}
