import { describe, expect, it } from 'vitest';
import { videoBitrate } from '../../server/session/video-bitrate.ts';

const SQUARE = { width: 512, height: 512, matte: 'none' } as const;

describe('bitrate of a picture', () => {
  it('is the configured one at 512 and goes with the size, more slowly than the pixels', () => {
    expect(videoBitrate(600, SQUARE)).toBe(600);
    const large = videoBitrate(600, { ...SQUARE, width: 720, height: 720 });
    expect(large).toBeGreaterThan(600);
    expect(large).toBeLessThan(600 * (720 / 512) ** 2);
    expect(videoBitrate(600, { ...SQUARE, width: 384, height: 384 })).toBeLessThan(450);
  });

  it('leaves some for a matte', () => {
    const kbps = videoBitrate(600, { ...SQUARE, matte: 'below' });
    expect(kbps).toBeGreaterThan(630);
    expect(kbps).toBeLessThan(800);
  });
});
