// The store on SQLite, in one file of the data directory. Each statement takes well under a millisecond, so it runs on the thread that
// asks. Erased rows are overwritten in the file (secure_delete), and the write-ahead log is emptied after each erasing.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { VaktraError } from '../../errors.ts';
import { OwnedFiles } from './files.ts';
import { migrate } from './migrations.ts';
import { type AuditRow, type AvatarRow, auditLineOf, avatarOf, type ConsentRow, consentOf } from './rows.ts';
import type { AuditEntry, AuditLine, AuditQuery, AvatarStore, ConsentRecord, StoredAvatar } from './types.ts';

const DATABASE_FILE = 'avatars.sqlite';
/** Other processes on the same file (a tool beside the server) write for milliseconds. */
const BUSY_TIMEOUT_MS = 5000;
const FOLDER_OWNER_ONLY = 0o700;

const PRAGMAS = `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON; PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};`;

const FORGET = `UPDATE consents SET status = 'erased', who = '', recorded_by = '', purpose = '', source = NULL, challenge = NULL`;

export class SqliteAvatarStore implements AvatarStore {
  readonly #database: DatabaseSync;
  readonly #files: OwnedFiles;

  /** @throws VaktraError `data_unusable` */
  constructor(directory: string) {
    try {
      mkdirSync(directory, { recursive: true, mode: FOLDER_OWNER_ONLY });
      this.#database = new DatabaseSync(path.join(directory, DATABASE_FILE));
      this.#database.exec(PRAGMAS);
      migrate(this.#database);
    } catch (cause) {
      if (cause instanceof VaktraError) throw cause;
      const sentence = `The database of avatars in ${directory} cannot be opened: give the server a folder by data.directory.`;
      throw new VaktraError('data_unusable', sentence, { cause });
    }
    this.#files = new OwnedFiles(path.join(directory, 'files'));
  }

  async avatars(): Promise<StoredAvatar[]> {
    return this.#all<AvatarRow>('SELECT * FROM avatars ORDER BY created_at DESC').map(avatarOf);
  }

  async avatar(id: string): Promise<StoredAvatar> {
    const row = this.#all<AvatarRow>('SELECT * FROM avatars WHERE id = ?', id)[0];
    if (row) return avatarOf(row);
    throw new VaktraError('avatar_unknown', `There is no avatar "${id}", or no longer: choose one of the list.`);
  }

  async saveAvatar({ face, options, marks, ...avatar }: StoredAvatar): Promise<void> {
    this.#upsert('avatars', {
      id: avatar.id,
      name: avatar.name,
      kind: avatar.kind,
      version: avatar.version,
      face: face ?? null,
      options: JSON.stringify(options),
      marks: JSON.stringify(marks),
      created_at: avatar.createdAt,
      changed_at: avatar.changedAt,
    });
  }

  async eraseAvatar(id: string): Promise<void> {
    const consents = await this.consentsOf(id);
    this.#run('DELETE FROM avatars WHERE id = ?', id);
    this.#run(`${FORGET} WHERE avatar_id = ?`, id);
    for (const owner of [id, ...consents.map((consent) => consent.id)]) await this.#files.erase(owner);
    this.#emptyLog();
  }

  async consent(id: string): Promise<ConsentRecord> {
    const row = this.#all<ConsentRow>('SELECT * FROM consents WHERE id = ?', id)[0];
    if (row) return consentOf(row);
    throw new VaktraError('consent_unknown', `There is no consent record "${id}": ask for the avatar's own.`);
  }

  async consentsOf(avatarId: string): Promise<ConsentRecord[]> {
    const query = 'SELECT * FROM consents WHERE avatar_id = ? ORDER BY created_at DESC, rowid DESC';
    return this.#all<ConsentRow>(query, avatarId).map(consentOf);
  }

  async saveConsent(record: ConsentRecord): Promise<void> {
    this.#upsert('consents', {
      id: record.id,
      avatar_id: record.avatarId ?? null,
      version: record.version,
      manner: record.manner,
      status: record.status,
      who: record.who,
      recorded_by: record.recordedBy,
      purpose: record.purpose,
      source: record.source ?? null,
      created_at: record.createdAt,
      given_at: record.givenAt ?? null,
      until: record.until ?? null,
      revoked_at: record.revokedAt ?? null,
      challenge: record.challenge ? JSON.stringify(record.challenge) : null,
    });
  }

  async eraseConsent(id: string): Promise<void> {
    this.#run(`${FORGET} WHERE id = ?`, id);
    await this.#files.erase(id);
    this.#emptyLog();
  }

  async consentsEndedBefore(time: string): Promise<ConsentRecord[]> {
    // A sentence that nobody read ended when it was to be read.
    const query = `SELECT * FROM consents WHERE status <> 'erased' AND (revoked_at < ?1 OR until < ?1
      OR (status = 'pending' AND created_at < ?1))`;
    return this.#all<ConsentRow>(query, time).map(consentOf);
  }

  async log({ action, avatarId, consentId, conversationId, detail }: AuditEntry): Promise<void> {
    const values = [new Date().toISOString(), action, avatarId, consentId, conversationId, detail];
    this.#run(
      'INSERT INTO audit (at, action, avatar_id, consent_id, conversation_id, detail) VALUES (?, ?, ?, ?, ?, ?)',
      ...values.map((value) => value ?? null),
    );
  }

  async audit({ avatarId, before, limit }: AuditQuery): Promise<AuditLine[]> {
    const query = `SELECT * FROM audit WHERE (?1 IS NULL OR avatar_id = ?1) AND (?2 IS NULL OR number < ?2)
      ORDER BY number DESC LIMIT ?3`;
    return this.#all<AuditRow>(query, avatarId ?? null, before ?? null, limit).map(auditLineOf);
  }

  writeFile(owner: string, name: string, bytes: Uint8Array): Promise<void> {
    return this.#files.write(owner, name, bytes);
  }

  readFile(owner: string, name: string): Promise<Uint8Array | undefined> {
    return this.#files.read(owner, name);
  }

  eraseFiles(owner: string): Promise<void> {
    return this.#files.erase(owner);
  }

  folderOf(owner: string): string {
    return this.#files.folderOf(owner);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #upsert(table: 'avatars' | 'consents', values: Record<string, SQLInputValue>): void {
    const names = Object.keys(values);
    const changes = names.slice(1).map((name) => `${name} = excluded.${name}`);
    this.#run(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
        ON CONFLICT (id) DO UPDATE SET ${changes.join(', ')}`,
      ...Object.values(values),
    );
  }

  #run(query: string, ...values: SQLInputValue[]): void {
    this.#guarded(() => this.#database.prepare(query).run(...values));
  }

  #all<Row>(query: string, ...values: SQLInputValue[]): Row[] {
    return this.#guarded(() => this.#database.prepare(query).all(...values)) as Row[];
  }

  #emptyLog(): void {
    this.#guarded(() => this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new VaktraError('data_unusable', `The database of avatars failed (${reason}): look after data.directory.`, {
        cause,
      });
    }
  }
}
