// The findings as text that somebody can send. Has no token and nothing that the page's address carries behind its path.
import { type Findings, STEP_NAMES, STEPS } from './findings.ts';
import type { Verdict } from './verdict.ts';

const OUTCOMES = { works: 'works', warned: 'works, but', fails: 'FAILS', absent: 'not tried' };

export function writeReport(
  findings: Findings,
  verdict: Verdict,
  page: { address: string; browser: string; time: Date },
): string {
  const { origin, pathname } = new URL(page.address);
  const lines = STEPS.flatMap((step) => {
    const finding = findings[step];
    if (finding === undefined) return [];
    const roundTrip = finding.roundTripMs === undefined ? [] : [`${Math.round(finding.roundTripMs)} ms there and back`];
    const technical = finding.technical === undefined ? [] : [finding.technical];
    return [
      `${STEP_NAMES[step]}: ${[OUTCOMES[finding.outcome], finding.detail, ...roundTrip, ...technical].join(' | ')}`,
    ];
  });
  return [
    `Vaktra connection check, ${page.time.toISOString()}`,
    `Page: ${origin}${pathname}`,
    `Browser: ${page.browser}`,
    '',
    `${verdict.title} ${verdict.advice}`,
    '',
    ...lines,
  ].join('\n');
}
