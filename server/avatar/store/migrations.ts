// The tables, as steps from each version to the next: a database of any older version is brought up to date when it is opened.
// A step that was released is never changed; the number of steps that were taken is SQLite's user_version.
import type { DatabaseSync } from 'node:sqlite';
import { VaktraError } from '../../errors.ts';

const STEPS: readonly string[] = [
  `CREATE TABLE avatars (
     id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, face INTEGER,
     options TEXT NOT NULL, marks TEXT NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL
   ) STRICT;
   CREATE TABLE consents (
     id TEXT PRIMARY KEY, avatar_id TEXT, version INTEGER NOT NULL, manner TEXT NOT NULL, status TEXT NOT NULL,
     who TEXT NOT NULL, recorded_by TEXT NOT NULL, purpose TEXT NOT NULL, source TEXT, created_at TEXT NOT NULL,
     given_at TEXT, until TEXT, revoked_at TEXT, challenge TEXT
   ) STRICT;
   CREATE INDEX consents_by_avatar ON consents (avatar_id, created_at);
   CREATE TABLE audit (
     number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, action TEXT NOT NULL, avatar_id TEXT,
     consent_id TEXT, conversation_id TEXT, detail TEXT
   ) STRICT;
   CREATE INDEX audit_by_avatar ON audit (avatar_id, number);
   CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
   CREATE TRIGGER audit_is_not_erased BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;`,
];

/** @throws VaktraError `data_unusable` for a database of a newer version of this server */
export function migrate(database: DatabaseSync): void {
  // Two servers that start at once on one file: the second waits here, and finds it done.
  database.exec('BEGIN IMMEDIATE');
  try {
    const taken = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (taken > STEPS.length) {
      const sentence = `The database of avatars has version ${taken}, and this server knows up to ${STEPS.length}: update it.`;
      throw new VaktraError('data_unusable', sentence);
    }
    for (const step of STEPS.slice(taken)) database.exec(step);
    database.exec(`PRAGMA user_version = ${STEPS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
