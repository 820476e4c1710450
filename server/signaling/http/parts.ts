// What the routes are put together from.
import type { Logger } from 'pino';
import type { VaktraError } from '../../errors.ts';
import type { ConversationHost, Studio } from '../../session/index.ts';
import type { Access } from '../access/index.ts';
import type { Announcements } from '../announcement.ts';
import type { Attendance } from '../attendance.ts';
import type { Webhooks } from '../webhooks/index.ts';

/** What `/metrics` needs of a prom-client registry. */
export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface HttpParts {
  /** The built page. */
  clientDirectory: string;
  maxMessageBytes: number;
  maxPictureBytes: number;
  /** Other websites whose pages may ask. */
  origins: readonly string[];
  /** Certificate and key of https; undefined for http. */
  tls: { cert: Buffer; key: Buffer } | undefined;
  access: Access;
  announcements: Announcements;
  /** How long a token that comes with a conversation is good for: as long as one may last. */
  sessionTokenSeconds: number;
  host: ConversationHost;
  /** Undefined where no avatars are kept. */
  studio: Studio | undefined;
  attendance: Attendance;
  /** Undefined where nobody is told what happens. */
  webhooks: Webhooks | undefined;
  metrics: MetricsRegistry;
  logger: Logger;
  /** Told about each request that was refused or failed. */
  countError: (error: VaktraError) => void;
  /** False once the server drains: it takes no new conversations. */
  isReady: () => boolean;
}
