// Reads the files of a ZIP archive (APPNOTE 6.3, without encryption and ZIP64), such as a Python wheel.
import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/**
 * By name; each is unpacked when it is asked for.
 *
 * @param {Buffer} zip
 * @returns {Map<string, () => Buffer>}
 */
export function filesOfZip(zip) {
  let end = zip.length - END_BYTES;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('This is no ZIP archive.');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  const files = new Map();
  for (let k = 0; k < count; k++) {
    const method = zip.readUInt16LE(at + 10);
    const size = zip.readUInt32LE(at + 20);
    const nameBytes = zip.readUInt16LE(at + 28);
    const restBytes = zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    files.set(name, () => unpacked(zip, local, size, method));
    at += ENTRY_BYTES + nameBytes + restBytes;
  }
  return files;
}

/**
 * @param {Buffer} zip
 * @param {number} local where the file's own header is
 * @param {number} size packed
 * @param {number} method
 */
function unpacked(zip, local, size, method) {
  const from = local + LOCAL_BYTES + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(from, from + size);
  if (method === STORED) return packed;
  if (method === DEFLATED) return inflateRawSync(packed);
  throw new Error(`The archive is packed by a method that is not known here (${method}).`);
}
