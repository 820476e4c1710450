import { describe, expect, it } from 'vitest';
import { VaktraError } from '../../server/errors.ts';
import { createLogger, createMetrics } from '../../server/observe/index.ts';

function collector(isTTY = false) {
  const lines: string[] = [];
  return { lines, output: { isTTY, write: (line: string) => void lines.push(line) } };
}

describe('the log', () => {
  it('is one JSON object per line, with time and level as words', () => {
    const { lines, output } = collector();
    createLogger({ level: 'info', pretty: 'auto' }, output).info({ port: 40_001 }, 'media worker started');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', port: 40_001, msg: 'media worker started' });
    expect(JSON.parse(lines[0] ?? '').time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('is for people on a terminal, with the stack of an error below', () => {
    const { lines, output } = collector(true);
    const logger = createLogger({ level: 'info', pretty: 'auto' }, output);
    logger.info({ port: 40_001, name: 'two words' }, 'media worker started');
    logger.error({ err: new VaktraError('port_in_use', 'Port 8080 is in use.') }, 'cannot listen');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d media worker started {2}port=40001 name="two words"\n$/);
    expect(lines[1]).toMatch(/ERROR cannot listen\n {4}\[port_in_use\] .*Port 8080 is in use\.\n {8}at /);
  });

  it('leaves out what is below its level', () => {
    const { lines, output } = collector();
    createLogger({ level: 'warn', pretty: false }, output).info('nothing');
    expect(lines).toEqual([]);
  });

  it('never writes what a person said or who agreed', () => {
    const { lines, output } = collector();
    const logger = createLogger({ level: 'info', pretty: false }, output);
    logger.info({ text: 'my secret', message: { text: 'my secret' }, upload: { consent: 'Jane Roe' } }, 'received');
    expect(lines[0]).not.toMatch(/my secret|Jane Roe/);
  });
});

describe('the metrics', () => {
  it('are printed for Prometheus with the values that were set', async () => {
    const metrics = createMetrics(
      () => [
        { queuedMs: 80, soundAheadMs: 0, computingMsPerPicture: 12 },
        { queuedMs: 60, soundAheadMs: 40, computingMsPerPicture: 8 },
      ],
      2,
    );
    metrics.sessionsActive.set(3);
    metrics.framesRepeated.inc(2);
    metrics.interruptStop.observe(0.12);
    metrics.frameRender.observe({ stage: 'motion' }, 0.0021);
    const page = await metrics.registry.metrics();
    expect(metrics.registry.contentType).toContain('text/plain');
    expect(page).toContain('\navatar_sessions_active 3\n');
    expect(page).toContain('\navatar_frames_repeated_total 2\n');
    expect(page).toContain('avatar_interrupt_stop_seconds_bucket{le="0.15"} 1');
    expect(page).toContain('avatar_interrupt_stop_seconds_bucket{le="0.1"} 0');
    expect(page).toContain('avatar_frame_render_seconds_sum{stage="motion"} 0.0021');
    expect(page).toContain('\navatar_audio_buffer_seconds 0.06\n');
    expect(page).toContain('\navatar_av_offset_ms 40\n');
    // 20 of the 80 ms that two threads have while a picture is due.
    expect(page).toContain('\navatar_realtime_factor 0.25\n');
    expect(page).toContain('process_cpu_seconds_total');
  });

  it('belong to one server: a second one starts from nothing', async () => {
    createMetrics(() => [], 2).sessionsActive.set(3);
    expect(await createMetrics(() => [], 2).registry.metrics()).toContain('\navatar_sessions_active 0\n');
  });

  it('carry their unit in their name', async () => {
    const own = (await createMetrics(() => [], 2).registry.getMetricsAsJSON()).filter(({ name }) =>
      name.startsWith('avatar_'),
    );
    expect(own.length).toBeGreaterThan(5);
    for (const { name } of own) expect(name).toMatch(/_(seconds|total|active|ms|factor)$/);
  });
});
