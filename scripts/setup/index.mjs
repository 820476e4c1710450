// The steps that make a checkout ready, and which of them each purpose needs.
import { clientStep } from './client.mjs';
import { debianStep, optionalDebianStep, recognitionPackages, testPackages } from './debian.mjs';
import { slimStep, workerLibrariesStep } from './image.mjs';
import { packagesStep } from './packages.mjs';
import { runSteps } from './progress.mjs';
import { provenanceStep } from './provenance.mjs';
import { workerStep } from './worker.mjs';

export { serverNode } from './paths.mjs';

const STEPS = {
  packages: packagesStep,
  debian: debianStep(testPackages),
  recognition: optionalDebianStep(
    'recogniser',
    recognitionPackages,
    'visitors write, since nothing understands speech',
  ),
  worker: workerStep,
  client: clientStep,
  provenance: provenanceStep,
  slim: slimStep,
  'worker-libraries': workerLibrariesStep,
};

/** @typedef {keyof typeof STEPS} StepName */

/** @type {Record<'start' | 'test' | 'check' | 'size', StepName[]>} */
export const PURPOSES = {
  start: ['packages', 'worker', 'recognition', 'client'],
  test: ['packages', 'debian', 'worker', 'client', 'provenance'],
  check: ['packages'],
  size: ['packages', 'client'],
};

/** @param {string[]} names of steps, in the order in which they run */
export async function setUp(names) {
  const known = Object.keys(STEPS);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no step "${unknown}": there are ${known.join(', ')}.`);
  await runSteps(names.map((name) => STEPS[/** @type {StepName} */ (name)]));
}
