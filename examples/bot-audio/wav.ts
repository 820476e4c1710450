// The sound of a WAV file as it comes in: its header, then 16-bit mono samples. Takes a header that does not know the file's length, as
// programs write it into a pipe.

/** "RIFF", a length, "WAVE"; then chunks of a name, a length and bytes (Multimedia Programming Interface 1.0, chapter 3). */
const FIRST_CHUNK = 12;
const CHUNK_HEAD = 8;
const PCM = 1;

export interface Wav {
  rateHz: number;
  /** PCM s16 little-endian mono. */
  pcm: AsyncIterable<Uint8Array>;
}

/** @throws Error a sentence, for what is no such file */
export async function readWav(stream: AsyncIterable<Uint8Array>): Promise<Wav> {
  const pieces = stream[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  const need = async (bytes: number): Promise<void> => {
    while (head.length < bytes) {
      const { value, done } = await pieces.next();
      if (done) throw new Error(`The sound ends after ${head.length} bytes, within its header.`);
      head = Buffer.concat([head, value]);
    }
  };
  await need(FIRST_CHUNK);
  if (head.toString('latin1', 0, 4) !== 'RIFF') throw new Error('This is no WAV file.');
  let rateHz = 0;
  let at = FIRST_CHUNK;
  for (;;) {
    await need(at + CHUNK_HEAD);
    const name = head.toString('latin1', at, at + 4);
    const length = head.readUInt32LE(at + 4);
    const body = at + CHUNK_HEAD;
    if (name === 'data') {
      const first = head.subarray(body);
      return { rateHz, pcm: rest(first, pieces) };
    }
    await need(body + length);
    if (name === 'fmt ') {
      const [format, channels, bits] = [
        head.readUInt16LE(body),
        head.readUInt16LE(body + 2),
        head.readUInt16LE(body + 14),
      ];
      rateHz = head.readUInt32LE(body + 4);
      if (format !== PCM || channels !== 1 || bits !== 16) {
        throw new Error(`The sound has ${channels} channels of ${bits} bits: convert it to 16-bit mono.`);
      }
    }
    // Chunks begin at even places.
    at = body + length + (length % 2);
  }
}

async function* rest(first: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) yield piece.value;
}
