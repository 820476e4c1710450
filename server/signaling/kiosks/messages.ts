// What a kiosk tells the server about itself, as schemas (docs/kiosk.md).
import { z } from 'zod';

/** In characters. */
const MAX_NAME = 64;
const MAX_WORD = 64;
const MAX_SENTENCE = 300;
/** Of the newest errors. */
const MAX_ERRORS = 20;

const word = z.string().max(MAX_WORD);
const count = z.number().int().min(0);

/** A name that fits in an address as it is. */
export const kioskName = z.object({
  name: z
    .string()
    .max(MAX_NAME)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'take letters, digits, dots, hyphens and underscores'),
});

export const kioskReport = z.strictObject({
  /** Of this load of the page. */
  page: word.min(1),
  version: word,
  /** What the screen shows. */
  screen: z.enum(['opening', 'attract', 'talk', 'offline']),
  connection: z.enum(['connecting', 'connected', 'reconnecting', 'ended']),
  /** The conversation that it shows. */
  session: word.optional(),
  language: word,
  uptime_seconds: count,
  /** Visitors who began to talk, breaks that it came back from and the longest of them, since the page was loaded. */
  visits: count,
  recoveries: count,
  slowest_recovery_ms: count,
  /** Of the page's scripts, where the browser tells. */
  memory_mb: z.number().min(0).optional(),
  errors: z
    .array(z.strictObject({ at: z.iso.datetime(), code: word, message: z.string().max(MAX_SENTENCE) }))
    .max(MAX_ERRORS),
});

export type KioskReport = z.output<typeof kioskReport>;
