import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ConfigSource, loadConfig, PROJECT_ROOT, variableName } from '../../server/config.ts';
import { listSettings } from '../../server/config-schema.ts';
import { VaktraError } from '../../server/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'vaktra-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(path, text);
  return path;
}

function refusal(source: ConfigSource): string {
  try {
    loadConfig({ env: {}, ...source });
  } catch (error) {
    expect(error).toBeInstanceOf(VaktraError);
    expect(error).toMatchObject({ code: 'config_invalid', status: 500 });
    return (error as VaktraError).message;
  }
  throw new Error('the settings were taken');
}

describe('config/default.yaml', () => {
  const text = readFileSync(join(PROJECT_ROOT, 'config/default.yaml'), 'utf8');

  it('holds exactly the settings of the schema, in its order', () => {
    expect(leaves(parse(text))).toEqual(listSettings().map(({ path }) => path.join('.')));
  });

  it('says above every key what it may be, in the words of the schema', () => {
    const comments = commentsByPath(text);
    for (const { path, allowed } of listSettings()) {
      const name = path.join('.');
      expect(comments.get(name), name).toContain(`Allowed: ${allowed}.`);
    }
  });

  it('explains every key beyond what it may be', () => {
    for (const [name, comment] of commentsByPath(text)) {
      expect(comment.replace(/Allowed: .*/, '').trim().length, name).toBeGreaterThan(20);
    }
  });
});

describe('loadConfig', () => {
  it('takes the defaults when nothing else is said', () => {
    const config = loadConfig({ env: {} });
    expect(config.http.port).toBe(8080);
    expect(config.speech.vad.preSpeechPadMs).toBe(96);
    expect(config.motion.model).toBe(join(PROJECT_ROOT, 'models/motion.onnx'));
  });

  it('lays a file over the defaults key by key', () => {
    const { vad } = loadConfig({ env: {}, path: fileWith('speech:\n  vad:\n    redemptionMs: 512\n') }).speech;
    expect(vad).toEqual({ positive: 0.5, negative: 0.35, redemptionMs: 512, preSpeechPadMs: 96 });
  });

  it('finds the file by VAKTRA_CONFIG, too', () => {
    const path = fileWith('http: { port: 9009 }');
    expect(loadConfig({ env: { VAKTRA_CONFIG: path } }).http.port).toBe(9009);
  });

  it('lets environment variables win over files, numbers as numbers and text as text', () => {
    const path = fileWith('http: { port: 9009 }');
    const env = {
      VAKTRA_HTTP_PORT: '9010',
      VAKTRA_MEDIA_ANNOUNCED_ADDRESS: '192.0.2.7',
      VAKTRA_LOG_PRETTY: 'false',
      VAKTRA_PIPELINE_THREADS: '3',
    };
    const config = loadConfig({ path, env });
    expect(config.http.port).toBe(9010);
    expect(config.media.announcedAddress).toBe('192.0.2.7');
    expect(config.log.pretty).toBe(false);
    expect(config.pipeline.threads).toBe(3);
  });

  it('takes a list from a file, and from a variable with commas', () => {
    const path = fileWith('moderation: { words: [one, "two, three"] }');
    expect(loadConfig({ env: {}, path }).moderation.words).toEqual(['one', 'two, three']);
    const env = { VAKTRA_MODERATION_WORDS: 'darn, heck' };
    expect(loadConfig({ env, path }).moderation.words).toEqual(['darn', 'heck']);
    expect(loadConfig({ env: { VAKTRA_MODERATION_WORDS: '' } }).moderation.words).toEqual([]);
    expect(refusal({ env: { VAKTRA_MEDIA_TURN_URLS: 'turn:a.example, http://b.example' } })).toContain(
      'it must be a list of addresses such as turn:turn.example.com:3478',
    );
  });

  it('derives a name for every setting, each its own', () => {
    const names = listSettings().map(({ path }) => variableName(path));
    expect(names).toContain('VAKTRA_SPEECH_VAD_PRE_SPEECH_PAD_MS');
    expect(new Set(names).size).toBe(names.length);
  });

  it('names a key or a secret that it refuses, and does not show it', () => {
    const env = { VAKTRA_ACCESS_API_KEYS: 'too-short', VAKTRA_ACCESS_SECRET: 'short too' };
    const sentence = refusal({ env });
    expect(sentence).toContain('access.apiKeys is not valid in the environment variable VAKTRA_ACCESS_API_KEYS');
    expect(sentence).toContain('access.secret is not valid');
    expect(sentence).not.toMatch(/too-short|short too/);
  });

  it('gives a config that nobody can change', () => {
    const config = loadConfig({ env: {} });
    expect(() => Object.assign(config.speech.vad, { positive: 1 })).toThrow(TypeError);
  });

  it('names key, value, place and what is allowed when a value is wrong', () => {
    const path = fileWith('http:\n  port: 80808\n');
    expect(refusal({ path })).toBe(`http.port is 80808 in ${path}: it must be a whole number from 0 to 65535.`);
    expect(refusal({ env: { VAKTRA_CONVERSATIONS_MAX: 'two' } })).toBe(
      'conversations.max is "two" in the environment variable VAKTRA_CONVERSATIONS_MAX: it must be a whole number from 1 to 1000.',
    );
    expect(refusal({ env: { VAKTRA_MEDIA_LISTEN_IP: 'localhost' } })).toContain('it must be an IP address');
    expect(refusal({ env: { VAKTRA_HTTP_HOST: '' } })).toContain('http.host is null');
  });

  it('reports all wrong values at once', () => {
    const message = refusal({ path: fileWith('http: { port: -1 }\nlog: { level: loud }') });
    expect(message).toContain('http.port is -1');
    expect(message).toContain('log.level is "loud"');
  });

  it('suggests the key that a typo meant', () => {
    expect(refusal({ path: fileWith('speech: { vad: { redemtionMs: 300 } }') })).toMatch(
      /^speech\.vad\.redemtionMs in .+ names no setting\. Did you mean speech\.vad\.redemptionMs\?$/,
    );
    expect(refusal({ path: fileWith('htpp: { port: 1 }') })).toContain('Did you mean http?');
    expect(refusal({ env: { VAKTRA_HTP_PORT: '1' } })).toContain('Did you mean VAKTRA_HTTP_PORT?');
  });

  it('lists the keys there are when nothing is near', () => {
    expect(refusal({ path: fileWith('log: { colour: red }') })).toContain('Known here: level, pretty.');
  });

  it('refuses a value where a section belongs, also when a variable reaches into it', () => {
    expect(refusal({ path: fileWith('http: 8080') })).toContain('http is 8080');
    expect(refusal({ path: fileWith('http: 8080'), env: { VAKTRA_HTTP_PORT: '1' } })).toContain('http is 8080');
  });

  it('refuses keys that only look like settings to JavaScript', () => {
    expect(refusal({ path: fileWith('__proto__: { polluted: true }') })).toContain('__proto__');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses values that contradict each other', () => {
    expect(refusal({ env: { VAKTRA_SPEECH_VAD_NEGATIVE: '0.6' } })).toBe(
      'speech.vad.negative is 0.6: it must not be above speech.vad.positive, which is 0.5.',
    );
    expect(refusal({ env: { VAKTRA_CONVERSATIONS_IDLE_SECONDS: '30' } })).toBe(
      'conversations.warningSeconds is 30: it must be below conversations.idleSeconds, which is 30.',
    );
    expect(refusal({ env: { VAKTRA_CONVERSATIONS_MAX_SECONDS: '10' } })).toBe(
      'conversations.warningSeconds is 30: it must be below conversations.maxSeconds, which is 10.',
    );
  });

  it('names a file that is not there or is no YAML', () => {
    expect(refusal({ path: '/does/not/exist.yaml' })).toContain('/does/not/exist.yaml cannot be read (ENOENT');
    expect(refusal({ path: fileWith('a: [1') })).toContain('cannot be read');
    expect(refusal({ path: fileWith('- a list') })).toContain('must hold "key: value" lines');
  });

  it('leaves alone what an orchestrator sets for a service called vaktra', () => {
    const env = { VAKTRA_SERVICE_HOST: '10.0.0.1', VAKTRA_PORT_8080_TCP_ADDR: '10.0.0.1', VAKTRA_DATA: '/data' };
    expect(loadConfig({ env }).http.port).toBe(8080);
  });
});

function leaves(tree: object, above = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(value, `${above}${key}.`)
      : [`${above}${key}`],
  );
}

/** The comment directly above each key that has a value, by the key's path. */
function commentsByPath(yaml: string): Map<string, string> {
  const comments = new Map<string, string>();
  const path: string[] = [];
  let comment = '';
  for (const line of yaml.split('\n')) {
    const [, spaces = '', key, value] = /^( *)(\w+):(.*)$/.exec(line) ?? [];
    if (/^ *#/.test(line)) comment += `${line.replace(/^ *# ?/, '')} `;
    if (key === undefined) continue;
    path.splice(spaces.length / 2, path.length, key);
    if (value !== '') comments.set(path.join('.'), comment);
    comment = '';
  }
  return comments;
}
