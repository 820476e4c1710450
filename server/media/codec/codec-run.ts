// What all codecs here share: opening a codec with options, and turning FFmpeg's answers into errors. Runs in worker
// threads only: every call blocks.
import { AV_LOG_FATAL, AVERROR_EAGAIN } from 'node-av/constants';
import { type Codec, CodecContext, FFmpegError, Log } from 'node-av/lib';
import { VaktraError } from '../../errors.ts';

// FFmpeg writes to stderr past the log; its errors come back as answers, a damaged packet of a client among them.
Log.setLevel(AV_LOG_FATAL);

/** The codec is held as long as its context: FFmpeg goes on using it. */
export interface OpenCodec {
  context: CodecContext;
  codec: Codec;
}

/**
 * Opens a codec. Options are set on the context one by one: a Dictionary given to open2 is freed by FFmpeg, and once more
 * by node-av's collector, which crashes (6.1.1).
 *
 * @throws VaktraError `internal` when this FFmpeg has no such codec or refuses a setting
 */
export function openCodec(
  codec: Codec | null,
  name: string,
  configure: (context: CodecContext) => void,
  options: Record<string, string>,
): OpenCodec {
  if (codec === null) throw new VaktraError('internal', `This FFmpeg has no ${name}: reinstall node-av.`);
  const context = new CodecContext();
  context.allocContext3(codec);
  configure(context);
  for (const [key, value] of Object.entries(options)) {
    requireSuccess(context.setOption(key, value), `set ${key} of ${name} to ${value}`);
  }
  requireSuccess(context.open2Sync(codec, null), `open ${name}`);
  return { context, codec };
}

export function closeCodec({ context }: OpenCodec): void {
  context.freeContext();
}

/** @throws VaktraError `internal` with FFmpeg's own words */
export function requireSuccess(answer: number, what: string): void {
  if (answer >= 0) return;
  throw new VaktraError('internal', `FFmpeg could not ${what} (${FFmpegError.strerror(answer)}): see the log.`);
}

/** Whether the codec wants more input before it gives anything. */
export function wantsMore(answer: number): boolean {
  return answer === AVERROR_EAGAIN;
}
