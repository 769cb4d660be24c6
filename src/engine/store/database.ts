/** Opens the owner's SQLite database (WAL) and brings its tables up to date. */
import { chmodSync } from 'node:fs';
import Database from 'libsql';

/** Each entry upgrades by one version, in order; entries are never changed once released. */
const migrations: readonly string[] = [
  `create table meta (key text primary key, value text not null);
   create table sandboxes (id text primary key, name text not null unique, record text not null);
   create table parked (id text primary key, record text not null);
   create table journal (sandbox_id text primary key, operation text not null, step text not null, started_at integer not null);`,
  'create table snapshots (id text primary key, name text not null unique, record text not null);',
  'create table ssh_access (sandbox_id text primary key, record text not null);',
  'create table volumes (id text primary key, name text not null unique, record text not null);',
  // Only hashes of tokens are kept. Without a port it is the token of a sandbox for one generation of it, with one it is signed.
  `create table preview_tokens (hash text primary key, sandbox_id text not null, port integer, generation integer, created_at integer not null, expires_at integer);
   create index preview_tokens_sandbox on preview_tokens (sandbox_id);
   create trigger preview_tokens_end after delete on sandboxes begin delete from preview_tokens where sandbox_id = old.id; end;`,
  // Names are unique within an organization; the owner's own is ''.
  ['sandboxes', 'snapshots', 'volumes']
    .map(
      (
        table,
      ) => `create table ${table}_of (id text primary key, organization text not null, name text not null, record text not null, unique (organization, name));
   insert into ${table}_of select id, '', name, record from ${table}; drop table ${table}; alter table ${table}_of rename to ${table};`,
    )
    .join('\n') +
    'create trigger preview_tokens_end after delete on sandboxes begin delete from preview_tokens where sandbox_id = old.id; end;',
];

export type Sql = InstanceType<typeof Database>;

function versionOf(database: Sql): number {
  const row = database.prepare('pragma user_version').get();
  return typeof row === 'object' && row !== null && 'user_version' in row ? Number(row.user_version) : 0;
}

/**
 * A write survives the death of the process as soon as the call returns; only a power cut may lose the last
 * moments (`synchronous = normal`), and reconciliation with the labels of the containers covers that. `upTo` stops at an
 * older version of the tables.
 */
export function openDatabase(path: string, upTo: number = migrations.length): Sql {
  const database = new Database(path);
  // The records hold the environments of sandboxes, which may hold secrets.
  if (path !== ':memory:') chmodSync(path, 0o600);
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 2000;');
  for (let version = versionOf(database); version < upTo; version += 1) {
    database.exec(`begin; ${migrations[version]}; pragma user_version = ${version + 1}; commit;`);
  }
  return database;
}
