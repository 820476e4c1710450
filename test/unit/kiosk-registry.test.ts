// What the server knows of its kiosks, and how one is told to start anew.
import { beforeEach, describe, expect, it } from 'vitest';
import { KioskRegistry, type KioskReport, kioskName, kioskReport } from '../../server/signaling/kiosks/index.ts';

const REPORT: KioskReport = {
  page: 'page-1',
  version: '0.1.0',
  screen: 'attract',
  connection: 'connected',
  session: 'abc',
  language: 'en',
  uptime_seconds: 12,
  visits: 1,
  recoveries: 0,
  slowest_recovery_ms: 0,
  memory_mb: 14.5,
  errors: [{ at: '2026-01-02T03:04:05.678Z', code: 'unreachable', message: 'The server cannot be reached.' }],
};

let nowMs = Date.UTC(2026, 0, 2);
let kiosks: KioskRegistry;

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 2);
  kiosks = new KioskRegistry(() => nowMs);
});

describe('the kiosks', () => {
  it('are listed by name with what they reported last, and when', () => {
    kiosks.report('lobby', REPORT);
    nowMs += 1000;
    kiosks.report('door', { ...REPORT, screen: 'talk' });
    const { page: _, ...told } = REPORT;
    expect(kiosks.list()).toEqual([
      {
        name: 'door',
        ...told,
        screen: 'talk',
        last_seen: '2026-01-02T00:00:01.000Z',
        is_online: true,
        restart_pending: false,
      },
      { name: 'lobby', ...told, last_seen: '2026-01-02T00:00:00.000Z', is_online: true, restart_pending: false },
    ]);
  });

  it('are away when they have not reported for a while', () => {
    kiosks.report('lobby', REPORT);
    nowMs += 15_000;
    expect(kiosks.list()[0]?.is_online).toBe(false);
  });

  it('are told to start anew until another page reports', () => {
    expect(kiosks.report('lobby', REPORT)).toEqual({ restart: false });
    kiosks.restart('lobby');
    expect(kiosks.list()[0]?.restart_pending).toBe(true);
    // The first answer may get lost.
    expect(kiosks.report('lobby', REPORT)).toEqual({ restart: true });
    expect(kiosks.report('lobby', REPORT)).toEqual({ restart: true });
    expect(kiosks.report('lobby', { ...REPORT, page: 'page-2' })).toEqual({ restart: false });
    expect(kiosks.list()[0]?.restart_pending).toBe(false);
  });

  it('that nobody heard of cannot start anew', () => {
    expect(() => kiosks.restart('cellar')).toThrow(expect.objectContaining({ code: 'kiosk_unknown' }));
  });

  it('of made-up names do not pile up', () => {
    for (let index = 0; index < 600; index++) kiosks.report(`kiosk-${index}`, REPORT);
    const names = kiosks.list().map(({ name }) => name);
    expect(names).toHaveLength(500);
    expect(names).toContain('kiosk-599');
    expect(names).not.toContain('kiosk-99');
  });
});

describe('a report', () => {
  it('has its bounds', () => {
    expect(kioskReport.safeParse(REPORT).success).toBe(true);
    const [error] = REPORT.errors;
    for (const wrong of [
      { screen: 'dancing' },
      { page: '' },
      { uptime_seconds: -1 },
      { errors: Array.from({ length: 21 }, () => error) },
      { errors: [{ ...error, message: 'x'.repeat(301) }] },
      { secret: 1 },
    ]) {
      expect(kioskReport.safeParse({ ...REPORT, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
    }
  });

  it('has a name that fits in an address', () => {
    for (const name of ['lobby', 'Hall-2.east', '7']) expect(kioskName.safeParse({ name }).success).toBe(true);
    for (const name of ['', '../x', 'a b', 'ü', '-a', 'x'.repeat(65)]) {
      expect(kioskName.safeParse({ name }).success).toBe(false);
    }
  });
});
