// What visitors left for the desk, in a file of the data directory (SQLite): kept until somebody ticks it off, or for the configured time.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VaktraError } from '../../errors.ts';
import type { LeftMessage } from './types.ts';

const DATABASE_FILE = 'desk.sqlite';
const BUSY_TIMEOUT_MS = 5000;
const FOLDER_OWNER_ONLY = 0o700;
const DAY_MS = 86_400_000;
const SCHEMA_VERSION = 1;

/** Erased messages are overwritten in the file, as those of people who want to be forgotten must be. */
const PRAGMAS = `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;
  PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};`;
const TABLE = `CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL, reason TEXT NOT NULL
  ) STRICT;
  PRAGMA user_version = ${SCHEMA_VERSION};`;

export interface MessageStore {
  /** @throws VaktraError `data_unusable` */
  add(message: Omit<LeftMessage, 'id' | 'at'>): LeftMessage;
  /** Newest first; those that are too old are erased before. */
  list(): LeftMessage[];
  /** Harmless for one that is gone. */
  erase(id: string): void;
  close(): void;
}

/**
 * @param keptDays how long a message that nobody ticked off is kept
 * @throws VaktraError `data_unusable`
 */
export function openMessageStore(directory: string, keptDays: number): MessageStore {
  const database = open(directory);
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      throw new VaktraError('data_unusable', `Messages cannot be kept in ${directory}: look after data.directory.`, {
        cause,
      });
    }
  };
  return {
    add: (fields) =>
      guarded(() => {
        const message = { id: randomUUID(), at: new Date().toISOString(), ...fields };
        const { id, at, text, language, reason } = message;
        database.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?)').run(id, at, text, language, reason);
        return message;
      }),
    list: () =>
      guarded(() => {
        const oldest = new Date(Date.now() - keptDays * DAY_MS).toISOString();
        database.prepare('DELETE FROM messages WHERE at < ?').run(oldest);
        return database.prepare('SELECT * FROM messages ORDER BY at DESC').all() as unknown as LeftMessage[];
      }),
    erase: (id) => guarded(() => void database.prepare('DELETE FROM messages WHERE id = ?').run(id)),
    close: () => database.close(),
  };
}

function open(directory: string): DatabaseSync {
  try {
    mkdirSync(directory, { recursive: true, mode: FOLDER_OWNER_ONLY });
    const database = new DatabaseSync(path.join(directory, DATABASE_FILE));
    database.exec(PRAGMAS);
    database.exec(TABLE);
    return database;
  } catch (cause) {
    const sentence = `The desk's database in ${directory} cannot be opened: give the server a folder by data.directory.`;
    throw new VaktraError('data_unusable', sentence, { cause });
  }
}
