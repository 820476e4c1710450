// What was asked beside what was measured.

import { printTable } from '../table.ts';

export interface Bar {
  figure: string;
  asked: string;
  measured: number;
  met: boolean;
}

export function atMost(figure: string, most: number, measured: number, unit: string): Bar {
  return { figure, asked: `<= ${most} ${unit}`, measured, met: measured <= most };
}

export function atLeast(figure: string, least: number, measured: number, unit: string): Bar {
  return { figure, asked: `>= ${least} ${unit}`, measured, met: measured >= least };
}

/** Prints the bars; with `strict` a missed one makes the command fail. */
export function judge(bars: readonly Bar[], strict: boolean): void {
  printTable(
    'Asked and measured',
    bars.map(({ met, ...bar }) => ({ ...bar, met: met ? 'yes' : 'NO' })),
  );
  if (strict && bars.some(({ met }) => !met)) process.exitCode = 1;
}
