// Writes VP8 and Opus into a WebM file, with words about its origin in its metadata. For file output; blocks on the disk.
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_VP8,
  AV_PIX_FMT_YUV420P,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Dictionary, FFmpegError, FormatContext, Packet, Rational, type Stream } from 'node-av/lib';
import { VaktraError } from '../../errors.ts';
import type { FrameIndex, SampleIndex } from '../../types.ts';
import { CLOCK_RATE_HZ, FRAME_RATE_HZ, SAMPLES_PER_FRAME, SAMPLES_PER_PACKET } from '../../types.ts';

/** All times are given to the muxer in samples of the one clock; it rounds to its own milliseconds, in which both fit. */
const CLOCK = { num: 1, den: CLOCK_RATE_HZ };

export interface WebmOptions {
  width: number;
  height: number;
  /** OpusHead of the encoder that makes the sound. */
  opusHeader: Uint8Array;
  /** Tags of the file, for example title and comment. */
  metadata: Record<string, string>;
}

/** All methods throw VaktraError `output_unwritable`. Sound and pictures may come in any order within about a second. */
export interface WebmWriter {
  writePicture(index: FrameIndex, data: Uint8Array, isKey: boolean): void;
  /** A packet of 20 ms. */
  writeSound(sample: SampleIndex, payload: Uint8Array): void;
  /** Writes the index; without it a player cannot seek. Harmless twice. */
  close(): void;
}

/** Opens the file and writes its head. The channel count is mono. */
export function createWebmWriter(path: string, options: WebmOptions): WebmWriter {
  const context = new FormatContext();
  const check = (answer: number, what: string): void => {
    if (answer >= 0) return;
    const reason = FFmpegError.strerror(answer);
    throw new VaktraError(
      'output_unwritable',
      `${path}: could not ${what} (${reason}): choose a file that can be written.`,
    );
  };
  check(context.allocOutputContext2(null, 'webm', path), 'begin a WebM file');
  const metadata = Dictionary.fromObject(options.metadata);
  const video = addVideo(context, options);
  const audio = addAudio(context, options.opusHeader);
  check(context.openOutputSync(), 'open the file');
  context.metadata = metadata;
  check(context.writeHeaderSync(null), 'write the head');
  const packet = new Packet();
  packet.alloc();
  let isClosed = false;

  function write(stream: Stream, start: SampleIndex, samples: number, data: Uint8Array, isKey: boolean): void {
    packet.data = Buffer.from(data);
    packet.streamIndex = stream.index;
    packet.pts = BigInt(start);
    packet.dts = BigInt(start);
    packet.duration = BigInt(samples);
    packet.isKeyframe = isKey;
    packet.rescaleTs(CLOCK, stream.timeBase);
    check(context.interleavedWriteFrameSync(packet), 'write');
  }

  return {
    writePicture(index, data, isKey) {
      write(video, index * SAMPLES_PER_FRAME, SAMPLES_PER_FRAME, data, isKey);
    },
    writeSound(sample, payload) {
      write(audio, sample, SAMPLES_PER_PACKET, payload, true);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      const answer = context.writeTrailerSync();
      context.closeOutputSync();
      context.freeContext();
      packet.free();
      metadata.free();
      check(answer, 'write the index');
    },
  };
}

function addVideo(context: FormatContext, { width, height }: WebmOptions): Stream {
  const stream = context.newStream(null);
  stream.timeBase = new Rational(CLOCK.num, CLOCK.den);
  stream.avgFrameRate = new Rational(FRAME_RATE_HZ, 1);
  stream.codecpar.codecType = AVMEDIA_TYPE_VIDEO;
  stream.codecpar.codecId = AV_CODEC_ID_VP8;
  stream.codecpar.format = AV_PIX_FMT_YUV420P;
  stream.codecpar.width = width;
  stream.codecpar.height = height;
  return stream;
}

function addAudio(context: FormatContext, opusHeader: Uint8Array): Stream {
  const stream = context.newStream(null);
  stream.timeBase = new Rational(CLOCK.num, CLOCK.den);
  stream.codecpar.codecType = AVMEDIA_TYPE_AUDIO;
  stream.codecpar.codecId = AV_CODEC_ID_OPUS;
  stream.codecpar.sampleRate = CLOCK_RATE_HZ;
  stream.codecpar.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  stream.codecpar.frameSize = SAMPLES_PER_PACKET;
  stream.codecpar.extradata = Buffer.from(opusHeader);
  return stream;
}
