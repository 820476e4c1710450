// The steps that install packages of Debian (and its relatives): for tests a browser and a second voice, for building
// mediasoup's worker a compiler and libraries. The server itself works without any, but then understands no speech.
import { outputOf, runQuietly } from './command.mjs';

export const recognitionPackages = ['libpocketsphinx3', 'pocketsphinx-en-us'];
export const testPackages = ['chromium', 'flite', ...recognitionPackages];
export const workerBuildPackages = [
  ...[
    'g++',
    'cmake',
    'ninja-build',
    'pkg-config',
    'python3',
    'python3-setuptools',
    'curl',
    'ca-certificates',
    'xz-utils',
  ],
  ...['libssl-dev', 'libuv1-dev', 'libsrtp2-dev', 'libusrsctp-dev', 'libabsl-dev'],
];

/**
 * @param {string[]} packages
 * @returns {import('./progress.mjs').Step}
 */
export function debianStep(packages) {
  return {
    title: 'Debian packages',
    isDone: () => (missing(packages).length === 0 ? `${packages.length} there` : null),
    run: (say) => installDebian(packages, say),
  };
}

/**
 * The same for packages that can be done without: where they cannot be installed, it says what is missing and goes on.
 *
 * @param {string} title
 * @param {string[]} packages
 * @param {string} without what does not work then
 * @returns {import('./progress.mjs').Step}
 */
export function optionalDebianStep(title, packages, without) {
  const step = debianStep(packages);
  return {
    ...step,
    title,
    run: (say) => installDebian(packages, say).catch(() => `${without}: apt-get install ${packages.join(' ')}`),
  };
}

/**
 * Installs what is missing, as root; anyone else is told what to ask for.
 *
 * @param {string[]} packages
 * @param {(text: string) => void} say
 */
export async function installDebian(packages, say) {
  const wanted = missing(packages);
  if (wanted.length === 0) return 'all there';
  if (outputOf(['apt-get', '--version']) === null) {
    throw new Error(
      `This machine has no apt-get. Install what Debian calls ${wanted.join(', ')}, then run this again.`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      `Only root may install Debian packages. Run this, then start again:\n  sudo apt-get install -y ${wanted.join(' ')}`,
    );
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  say('reading the package lists');
  // One source of many that cannot be reached fails the whole update; what is wanted may well be in the others.
  await runQuietly('apt-update', ['apt-get', 'update'], { env }).catch(() =>
    say('not all package lists could be read'),
  );
  say(wanted.join(', '));
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...wanted];
  await runQuietly('apt-install', install, {
    env,
    onLine: (line) => /^(Get|Unpacking|Setting up)/.test(line) && say(line),
  });
  return wanted.join(', ');
}

/** @param {string[]} packages */
function missing(packages) {
  return packages.filter((name) => {
    // "Status: install ok installed"; a package that was removed but left its settings is known, too.
    const about = outputOf(['dpkg-query', '--status', name]);
    return about === null || !/^Status: .* installed$/m.test(about);
  });
}
