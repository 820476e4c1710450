// Finds the requests for a key frame in a compound RTCP packet: PLI (RFC 4585 section 6.3.1) and FIR (RFC 5104 section
// 4.3.1). Everything else in it is left to the worker, which answers losses and writes the reports itself.

/** Payload-specific feedback; its format stands in the five low bits of the first byte. */
const PAYLOAD_FEEDBACK_TYPE = 206;
const FORMAT_MASK = 0x1f;
const PLI_FORMAT = 1;
const FIR_FORMAT = 4;

const HEADER_BYTES = 4;
const WORD_BYTES = 4;
/** Header, sender's ssrc, media ssrc. */
const FEEDBACK_HEADER_BYTES = 12;
const MEDIA_SSRC_OFFSET = 8;
/** FIR leaves the media ssrc 0 and names the streams in entries: ssrc, sequence number, 3 reserved bytes. */
const FIR_ENTRY_BYTES = 8;

/** Whether `packet` asks for a key frame of the stream `ssrc`. Damaged packets ask for nothing. */
export function requestsKeyFrame(packet: Buffer, ssrc: number): boolean {
  let offset = 0;
  while (offset + HEADER_BYTES <= packet.length) {
    // The length field counts words less one (RFC 3550 section 6.4.1).
    const end = offset + (packet.readUInt16BE(offset + 2) + 1) * WORD_BYTES;
    if (end > packet.length) return false;
    if (feedbackAsks(packet.subarray(offset, end), ssrc)) return true;
    offset = end;
  }
  return false;
}

function feedbackAsks(packet: Buffer, ssrc: number): boolean {
  if (packet[1] !== PAYLOAD_FEEDBACK_TYPE || packet.length < FEEDBACK_HEADER_BYTES) return false;
  const format = packet.readUInt8(0) & FORMAT_MASK;
  if (format === PLI_FORMAT) return packet.readUInt32BE(MEDIA_SSRC_OFFSET) === ssrc;
  if (format !== FIR_FORMAT) return false;
  for (let entry = FEEDBACK_HEADER_BYTES; entry + FIR_ENTRY_BYTES <= packet.length; entry += FIR_ENTRY_BYTES) {
    if (packet.readUInt32BE(entry) === ssrc) return true;
  }
  return false;
}
