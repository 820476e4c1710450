// Which settings there are and what each may be. config/default.yaml holds their values and explains them; a test keeps
// the two together. Has no defaults of its own and reads nothing.
import { z } from 'zod';
import { ORIGIN_PATTERN } from './origins.ts';

const PATH = 'a path';
const ADDRESS = 'a host name or IP address';

/** Every setting; the type of the server's Config comes from here. */
export const configSchema = z.strictObject({
  http: z.strictObject({
    host: text(ADDRESS),
    port: whole(0, 65_535),
    maxMessageBytes: whole(1024, 16 * 1024 * 1024),
    origins: listOf(
      z.string().regex(ORIGIN_PATTERN),
      'origins such as https://shop.example or https://*.shop.example, or *',
    ),
    tls: z.strictObject({
      cert: orNull(text(PATH)),
      key: orNull(text(PATH)),
      development: allowed(z.boolean(), 'true or false'),
    }),
  }),
  access: z.strictObject({
    apiKeys: listOf(z.string().regex(/^\S{16,}$/), 'keys of 16 characters or more, without spaces'),
    secret: orNull(z.string().min(16).meta({ allowed: 'a text of 16 characters or more' })),
    tokenMinutes: whole(1, 1440),
  }),
  media: z.strictObject({
    listenIp: allowed(z.union([z.ipv4(), z.ipv6()]), 'an IP address'),
    announcedAddress: orNull(text(ADDRESS)),
    basePort: whole(1024, 65_000),
    workers: orAuto(whole(1, 64)),
    workerBin: orNull(text(PATH)),
    videoBitrateKbps: whole(100, 4000),
    opusBitrateKbps: whole(12, 128),
    turn: z.strictObject({
      urls: listOf(z.string().regex(/^turns?:[^\s]+$/), 'addresses such as turn:turn.example.com:3478'),
      secret: orNull(text('a key')),
      ttlSeconds: whole(60, 604_800),
    }),
  }),
  pipeline: z.strictObject({ threads: orAuto(whole(1, 64)) }),
  motion: z.strictObject({
    model: text(PATH),
    steps: whole(1, 4),
    lipTemperature: share(),
    mood: z.strictObject({
      fromVoice: allowed(z.boolean(), 'true or false'),
      strength: share(),
    }),
    executionProvider: oneOf(['cpu', 'cuda', 'webgpu']),
  }),
  render: z.strictObject({
    painter: z.strictObject({
      enabled: allowed(z.boolean(), 'true or false'),
      model: text(PATH),
      steps: whole(1, 4),
      cacheMegabytes: whole(1, 4096),
      executionProvider: oneOf(['cpu', 'cuda', 'webgpu']),
    }),
  }),
  speech: z.strictObject({
    engine: oneOf(['auto', 'piper', 'espeak', 'flite', 'openai']),
    // BCP 47 as far as voices go: a language, then parts of letters and digits.
    language: allowed(z.string().regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i), 'a language tag such as en, hi or es-419'),
    maxTextChars: whole(1, 100_000),
    maxBacklogSeconds: whole(1, 3600),
    openai: z.strictObject({
      baseUrl: orNull(text('an http or https address')),
      model: orNull(text("a model's name")),
      voice: text("a voice's name"),
      apiKey: orNull(text('a key')),
      timeoutSeconds: whole(1, 120),
    }),
    recognition: z.strictObject({
      engine: oneOf(['auto', 'none', 'sphinx', 'transcriptions']),
      transcriptions: z.strictObject({
        baseUrl: orNull(text('an http or https address')),
        model: orNull(text("a model's name")),
        apiKey: orNull(text('a key')),
        timeoutSeconds: whole(1, 120),
      }),
    }),
    vad: z.strictObject({
      positive: share(),
      negative: share(),
      redemptionMs: whole(32, 5000),
      preSpeechPadMs: whole(0, 1000),
    }),
  }),
  turns: z.strictObject({
    silenceMs: whole(128, 5000),
    finishedSilenceMs: whole(128, 5000),
    backchannelMs: whole(100, 5000),
    insistMs: whole(100, 10_000),
  }),
  bot: z.strictObject({
    brain: oneOf(['none', 'faq', 'llm', 'webhook']),
    maxAnswerChars: whole(50, 20_000),
    patienceSeconds: whole(1, 120),
    faq: z.strictObject({ knowledge: text(PATH), threshold: share() }),
    llm: z.strictObject({
      baseUrl: orNull(text('an http or https address')),
      model: orNull(text("a model's name")),
      apiKey: orNull(text('a key')),
      instructions: text('a text'),
      lookUp: allowed(z.boolean(), 'true or false'),
    }),
    webhook: z.strictObject({
      url: orNull(text('an http or https address')),
      secret: orNull(text('a key')),
    }),
  }),
  moderation: z.strictObject({
    words: listOf(z.string().trim().min(1), 'words'),
    webhook: z.strictObject({
      url: orNull(text('an http or https address')),
      secret: orNull(text('a key')),
      timeoutSeconds: whole(1, 30),
      onFailure: oneOf(['allow', 'refuse']),
    }),
  }),
  outgoing: z.strictObject({ allowPrivate: allowed(z.boolean(), 'true or false') }),
  events: z.strictObject({
    url: orNull(text('an http or https address')),
    secret: orNull(text('a key')),
  }),
  portraits: z.strictObject({
    directory: text(PATH),
    maxUploadBytes: whole(10_000, 100_000_000),
  }),
  data: z.strictObject({
    directory: text(PATH),
    evidenceDays: whole(0, 36_500),
  }),
  consent: z.strictObject({ codeMinutes: whole(1, 1440) }),
  label: z.strictObject({
    picture: allowed(z.string().regex(/^[ -~]{2,24}$/), '2 to 24 ASCII characters'),
    announcement: z.strictObject({
      en: text('a sentence'),
      hi: text('a sentence'),
      de: text('a sentence'),
      es: text('a sentence'),
      zh: text('a sentence'),
      ar: text('a sentence'),
    }),
  }),
  provenance: z.strictObject({
    cert: orNull(text(PATH)),
    key: orNull(text(PATH)),
    development: allowed(z.boolean(), 'true or false'),
  }),
  conversations: z.strictObject({
    max: whole(1, 1000),
    graceSeconds: whole(0, 3600),
    idleSeconds: whole(5, 86_400),
    maxSeconds: whole(5, 604_800),
    warningSeconds: whole(1, 600),
  }),
  desk: z.strictObject({
    cannedAnswers: listOf(z.string().trim().min(1), 'sentences'),
    graceSeconds: whole(0, 600),
    patienceSeconds: whole(5, 3600),
    messageDays: whole(1, 3650),
  }),
  log: z.strictObject({
    level: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    pretty: allowed(z.union([z.boolean(), z.literal('auto')]), 'true, false or auto'),
  }),
});

/** One setting: its path, such as ['http', 'port'], and in words what it may be. */
export interface Setting {
  path: readonly string[];
  allowed: string;
}

/** All settings in the order of the schema. */
export function listSettings(schema: z.ZodObject = configSchema, above: readonly string[] = []): Setting[] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const path = [...above, key];
    if (value instanceof z.ZodObject) return listSettings(value, path);
    return [{ path, allowed: allowedFor(value as z.ZodType) }];
  });
}

function allowed<T extends z.ZodType>(schema: T, words: string): T {
  return schema.meta({ allowed: words });
}

function allowedFor(schema: z.ZodType): string {
  return String(schema.meta()?.allowed);
}

function text(words: string) {
  return allowed(z.string().trim().min(1), words);
}

function whole(min: number, max: number) {
  return allowed(z.int().min(min).max(max), `a whole number from ${min} to ${max}`);
}

function share() {
  return allowed(z.number().min(0).max(1), 'a number from 0 to 1');
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return allowed(z.enum(values), `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`);
}

/** In an environment variable the entries stand one behind the other, with commas between. */
function listOf<T extends z.ZodType>(entry: T, words: string) {
  const split = (value: unknown) =>
    typeof value === 'string' ? value.split(',').flatMap((part) => part.trim() || []) : (value ?? []);
  return allowed(z.preprocess(split, z.array(entry)), `a list of ${words}`);
}

function orNull<T extends z.ZodType>(schema: T) {
  return allowed(schema.nullable(), `${allowedFor(schema)}, or null`);
}

function orAuto<T extends z.ZodType>(schema: T) {
  return allowed(z.union([schema, z.literal('auto')]), `${allowedFor(schema)}, or auto`);
}
