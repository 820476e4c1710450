// Reads the settings: config/default.yaml, a file of the operator's own over it, environment variables over both.
// What does not fit is refused at start, with the key, the value and what is allowed; nothing is corrected silently.
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { configSchema, listSettings, type Setting } from './config-schema.ts';
import { VaktraError } from './errors.ts';

/** The project's folder: relative paths in the settings start here. */
export const PROJECT_ROOT = join(import.meta.dirname, '..');

const DEFAULTS_PATH = join(PROJECT_ROOT, 'config/default.yaml');
const VARIABLE_PREFIX = 'VAKTRA_';
/** Variables with our prefix that are no settings: the operator's own file, and where training data lies. */
const OTHER_VARIABLES = new Set(['VAKTRA_CONFIG', 'VAKTRA_DATA']);
/** Settings whose values no log may show. */
const SECRET = /(secret|apiKeys?)$/i;
/** Two slips of the finger are a typo; more is another word (`port` and `host` are two apart). */
const MAX_TYPO_EDITS = 2;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** All settings, frozen; paths are absolute. */
export type Config = DeepReadonly<z.infer<typeof configSchema>>;

export interface ConfigSource {
  /** A file with the keys that differ from config/default.yaml; without it VAKTRA_CONFIG, else none. */
  path?: string | undefined;
  /** Environment variables; without it the process's own. */
  env?: Record<string, string | undefined>;
}

type Tree = { [key: string]: unknown };

/**
 * The settings the server runs with.
 *
 * @throws VaktraError `config_invalid` for a file that cannot be read, an unknown key or a value that is not allowed
 */
export function loadConfig({ path, env = process.env }: ConfigSource = {}): Config {
  const ownPath = path ?? env.VAKTRA_CONFIG;
  const origins = new Map<string, string>();
  const tree: Tree = {};
  merge(tree, readTree(DEFAULTS_PATH), [], DEFAULTS_PATH, origins);
  if (ownPath !== undefined) merge(tree, readTree(ownPath), [], ownPath, origins);
  applyVariables(tree, env, origins);

  const result = configSchema.safeParse(tree);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => describe(issue, tree, origins));
    throw new VaktraError('config_invalid', [...new Set(issues)].join(' '));
  }
  checkTogether(result.data);
  return deepFreeze(withAbsolutePaths(result.data));
}

/** The environment variable that overrides a setting: ['http', 'maxMessageBytes'] -> VAKTRA_HTTP_MAX_MESSAGE_BYTES. */
export function variableName(path: readonly string[]): string {
  return VARIABLE_PREFIX + path.map((key) => key.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_');
}

function readTree(path: string): Tree {
  let tree: unknown;
  try {
    tree = parseYaml(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new VaktraError('config_invalid', `The settings file ${path} cannot be read (${reason}).`, { cause: error });
  }
  // An empty file changes nothing.
  if (tree === null) return {};
  if (!isTree(tree)) throw new VaktraError('config_invalid', `The settings file ${path} must hold "key: value" lines.`);
  return tree;
}

function merge(target: Tree, source: Tree, above: string[], origin: string, origins: Map<string, string>): void {
  for (const [key, value] of Object.entries(source)) {
    const path = [...above, key];
    const existing = Object.hasOwn(target, key) ? target[key] : undefined;
    if (isTree(value) && isTree(existing)) {
      merge(existing, value, path, origin, origins);
    } else {
      // defineProperty, so that a key named __proto__ is a key like any other, and refused as unknown.
      Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
      origins.set(path.join('.'), `in ${origin}`);
    }
  }
}

function applyVariables(tree: Tree, env: Record<string, string | undefined>, origins: Map<string, string>): void {
  const settings = new Map(listSettings().map((setting) => [variableName(setting.path), setting]));
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(VARIABLE_PREFIX) || OTHER_VARIABLES.has(name) || value === undefined) continue;
    const setting = settings.get(name);
    if (setting === undefined) refuseIfMeant(name, settings);
    else setByPath(tree, setting, value, name, origins);
  }
}

/** Kubernetes makes variables of its own for a service called vaktra (VAKTRA_SERVICE_HOST): only near misses are refused. */
function refuseIfMeant(name: string, settings: Map<string, Setting>): void {
  const section = name.slice(VARIABLE_PREFIX.length).split('_')[0];
  const inSection = Object.keys(configSchema.shape).some((key) => key.toUpperCase() === section);
  const near = nearest(name, [...settings.keys()]);
  if (!inSection && near === undefined) return;
  const hint = near === undefined ? 'The names are in config/default.yaml.' : `Did you mean ${near}?`;
  throw new VaktraError('config_invalid', `The environment variable ${name} names no setting. ${hint}`);
}

function setByPath(tree: Tree, setting: Setting, text: string, name: string, origins: Map<string, string>): void {
  let node = tree;
  for (const key of setting.path.slice(0, -1)) {
    // A file may have put something else where a section belongs; the schema would say so, unless we replaced it.
    if (!isTree(node[key])) return;
    node = node[key];
  }
  node[setting.path.at(-1) as string] = scalar(text);
  origins.set(setting.path.join('.'), `in the environment variable ${name}`);
}

/** Read as a file's value would be (8080 a number, null nothing), but never as a list or a section. */
function scalar(text: string): unknown {
  try {
    const value: unknown = parseYaml(text);
    return typeof value === 'object' && value !== null ? text : value;
  } catch {
    // Not YAML ("*", "a: b: c"): then it is just text, and the schema decides.
    return text;
  }
}

function describe(issue: z.core.$ZodIssue, tree: Tree, origins: Map<string, string>): string {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => describeUnknown(issue.path, key, origins)).join(' ');
  // Of a list with a wrong entry the whole is shown.
  const path = issue.path.filter((key) => typeof key !== 'number');
  const name = path.join('.');
  const value = path.reduce<unknown>((node, key) => (isTree(node) ? node[String(key)] : undefined), tree);
  const origin = origins.get(name) ?? '';
  const setting = listSettings().find(({ path }) => path.join('.') === name);
  const wanted = setting?.allowed ?? 'a section with keys of its own';
  const shown = SECRET.test(name) ? 'not valid' : JSON.stringify(value);
  return `${name} is ${shown} ${origin}: it must be ${wanted}.`;
}

function describeUnknown(above: PropertyKey[], key: string, origins: Map<string, string>): string {
  const siblings = siblingKeys(above);
  const near = nearest(key, siblings);
  const name = [...above, key].join('.');
  const origin = origins.get(name) ?? [...origins].find(([path]) => path.startsWith(`${name}.`))?.[1] ?? '';
  const hint =
    near === undefined ? `Known here: ${siblings.join(', ')}.` : `Did you mean ${[...above, near].join('.')}?`;
  return `${name} ${origin} names no setting. ${hint}`;
}

function siblingKeys(above: PropertyKey[]): string[] {
  const paths = listSettings().map((setting) => setting.path);
  const below = paths.filter((path) => above.every((key, depth) => path[depth] === key));
  return [...new Set(below.map((path) => path[above.length] as string))];
}

/** What no single key shows: which values contradict each other. */
function checkTogether({ speech, conversations }: z.infer<typeof configSchema>): void {
  const { positive, negative } = speech.vad;
  if (negative > positive) {
    throw new VaktraError(
      'config_invalid',
      `speech.vad.negative is ${negative}: it must not be above speech.vad.positive, which is ${positive}.`,
    );
  }
  const { warningSeconds } = conversations;
  for (const key of ['idleSeconds', 'maxSeconds'] as const) {
    if (warningSeconds < conversations[key]) continue;
    throw new VaktraError(
      'config_invalid',
      `conversations.warningSeconds is ${warningSeconds}: it must be below conversations.${key}, which is ${conversations[key]}.`,
    );
  }
}

function withAbsolutePaths(config: z.infer<typeof configSchema>): z.infer<typeof configSchema> {
  const absolute = (path: string) => (isAbsolute(path) ? path : join(PROJECT_ROOT, path));
  const orNull = (path: string | null) => (path === null ? null : absolute(path));
  const { workerBin } = config.media;
  const { tls } = config.http;
  return {
    ...config,
    http: { ...config.http, tls: { ...tls, cert: orNull(tls.cert), key: orNull(tls.key) } },
    media: { ...config.media, workerBin: orNull(workerBin) },
    motion: { ...config.motion, model: absolute(config.motion.model) },
    portraits: { ...config.portraits, directory: absolute(config.portraits.directory) },
    data: { ...config.data, directory: absolute(config.data.directory) },
  };
}

function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0] !== undefined && ranked[0].edits <= MAX_TYPO_EDITS ? ranked[0].candidate : undefined;
}

/** Levenshtein distance, row by row (Wagner and Fischer 1974). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, substitution);
    }
    row = next;
  }
  return row[b.length] as number;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
