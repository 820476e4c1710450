// What is asked of the pictures, beside what was measured.

import type { Identity } from './eval-picture-identity.ts';
import { type DrawnLips, summary } from './eval-picture-lips.ts';
import { COPIED, type Reenacted } from './eval-picture-reenact.ts';
import type { Stillness } from './eval-picture-still.ts';
import { mean } from './statistics.ts';

export interface Check {
  what: string;
  measured: number;
  asked: string;
  verdict: 'yes' | 'NO';
}

const FIRST = 'first renderer';

/** @param served name of the renderer that is judged */
export function checksOf(
  figures: { film: Reenacted[]; lips: DrawnLips[]; identity: Identity[]; still: Stillness[] },
  served: string,
): Check[] {
  const film = figures.film.filter(({ isHeldOut }) => isHeldOut);
  const of = (renderer: string) =>
    film.filter((row) => row.renderer === renderer && (row.geometry === 'basis' || row.renderer === COPIED));
  const decibels = (renderer: string) => mean(of(renderer).map(({ psnr }) => psnr));
  const steps = (count: number) => decibels(film.find(({ renderer }) => stepsOf(renderer) === count)?.renderer ?? '');
  const lips = figures.lips.filter(({ renderer }) => renderer === served);
  const identity = figures.identity.filter(({ renderer }) => renderer === served);
  const still = figures.still.filter(({ renderer }) => renderer === served);
  const spoken = lips.length > 0 ? summary(lips) : undefined;
  const number = (value: number | undefined) => value ?? Number.NaN;
  return [
    check('held-out mouths, dB over the first renderer', decibels(served) - decibels(FIRST), 2),
    check('held-out mouths, dB over copying the first picture', decibels(served) - decibels(COPIED), 4),
    check('energy of fine detail over the film, softest clip', Math.min(...of(served).map(({ fine }) => fine)), 0.8),
    check('the same, harshest clip', Math.max(...of(served).map(({ fine }) => fine)), undefined, 1.25),
    check('dB that 2 steps gain over 1', steps(2) - steps(1), undefined, 0.3),
    check('dB that 8 steps gain over 2', steps(8) - steps(2), undefined, 0.3),
    check('lip opening, r, mean over portraits', number(spoken?.openingR), 0.95),
    check('lip opening, r, worst portrait', number(spoken?.worstOpeningR), 0.85),
    check('lip opening, slope, mean over portraits', number(spoken?.openingSlope), 0.85, 1.15),
    check('closed lips seen closed, share', number(spoken?.closedShare), 0.98),
    check(
      'identity, worst of rest, open, turned',
      Math.min(
        ...identity.flatMap((row) => [row.rest, row.open, row.yaw, row.openYaw]),
        identity.length ? 9 : Number.NaN,
      ),
      0.85,
    ),
    check(
      'flicker of still parts at rest, grey levels, worst',
      Math.max(...still.map((row) => row.flickerIdle)),
      undefined,
      0.5,
    ),
    check('the same while speaking', Math.max(...still.map((row) => row.flickerSpeaking)), undefined, 0.5),
  ].filter(({ measured }) => Number.isFinite(measured));
}

function check(what: string, measured: number, least?: number, most?: number): Check {
  const isRight = measured >= (least ?? Number.NEGATIVE_INFINITY) && measured <= (most ?? Number.POSITIVE_INFINITY);
  const asked = least === undefined ? `<= ${most}` : most === undefined ? `>= ${least}` : `${least} to ${most}`;
  return { what, measured, asked, verdict: isRight ? 'yes' : 'NO' };
}

function stepsOf(renderer: string): number | undefined {
  const found = /^painter (\d+)/.exec(renderer);
  return found ? Number(found[1]) : undefined;
}
