// What the check page says about what it found, and the report that people send.
import { describe, expect, it } from 'vitest';
import type { Finding, Findings, Outcome } from '../../client/check/findings.ts';
import { writeReport } from '../../client/check/report.ts';
import { judge } from '../../client/check/verdict.ts';

const found = (outcome: Outcome, more: Partial<Finding> = {}): Finding => ({ outcome, detail: '', ...more });
const WELL: Findings = {
  secure: found('works'),
  server: found('works'),
  socket: found('works', { roundTripMs: 12 }),
  udp: found('works', { roundTripMs: 11 }),
  tcp: found('works'),
  relay: found('absent'),
  microphone: found('works'),
};

describe('the verdict', () => {
  it.each<[string, Findings, string, RegExp]>([
    ['everything works', {}, 'good', /Everything works/],
    ['without UDP it works by TCP', { udp: found('fails') }, 'fair', /by TCP/],
    [
      'with a relay alone it works by that',
      { udp: found('fails'), tcp: found('fails'), relay: found('works') },
      'fair',
      /through a relay/,
    ],
    ['with no way it says what to open', { udp: found('fails'), tcp: found('fails') }, 'bad', /set up a relay/],
    [
      'with a relay that does not help either it does not ask for one',
      { udp: found('fails'), tcp: found('fails'), relay: found('fails') },
      'bad',
      /relay cannot be reached/,
    ],
    [
      'a microphone that is kept back is said last',
      { microphone: found('fails', { detail: 'Allow it.' }) },
      'fair',
      /cannot speak\. Allow it\./,
    ],
    ['by HTTP nobody can speak', { secure: found('warned'), microphone: found('fails') }, 'fair', /HTTPS/],
    ['a long way is named', { udp: found('works', { roundTripMs: 612 }) }, 'fair', /612 ms/],
    [
      'a server that is full could not be tried',
      { udp: found('absent', { detail: 'None was given.' }), tcp: found('absent') },
      'fair',
      /could not be tried\. None was given\./,
    ],
  ])('%s', (_, change, mood, words) => {
    const verdict = judge({ ...WELL, ...change });
    expect(verdict.mood).toBe(mood);
    expect(`${verdict.title} ${verdict.advice}`).toMatch(words);
  });

  it('blames the first thing that does not work', () => {
    expect(judge({ secure: found('works'), server: found('fails') }).title).toMatch(/server does not answer/);
    expect(judge({ server: found('works'), socket: found('fails') }).title).toMatch(/WebSocket/);
  });
});

describe('the report', () => {
  const page = {
    address: 'https://shop.example/avatar/check/?token=secret#x',
    browser: 'Browser 1',
    time: new Date('2026-03-04T05:06:07Z'),
  };

  it('has every step with its address and its time, and the browser', () => {
    const findings = {
      ...WELL,
      tcp: found('fails', { detail: 'Nothing answers.', technical: 'to 203.0.113.7:40000' }),
    };
    const report = writeReport(findings, judge(findings), page);
    expect(report).toContain('2026-03-04T05:06:07.000Z');
    expect(report).toContain('Browser: Browser 1');
    expect(report).toContain('Sound and picture by TCP: FAILS | Nothing answers. | to 203.0.113.7:40000');
    expect(report).toContain('WebSocket: works |  | 12 ms there and back');
    expect(report.split('\n').filter((line) => /^(Secure|Server|WebSocket|Sound|Microphone)/.test(line))).toHaveLength(
      7,
    );
  });

  it('has no token', () => {
    const report = writeReport(WELL, judge(WELL), page);
    expect(report).toContain('Page: https://shop.example/avatar/check/');
    expect(report).not.toContain('secret');
  });
});
