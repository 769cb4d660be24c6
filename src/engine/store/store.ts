/** Reads and writes the owner's records. Synchronous: one write takes tens of microseconds. */
import { z } from 'zod';
import type { SandboxId } from '../../ids.ts';
import { openDatabase, type Sql } from './database.ts';
import { PreviewTokenTable } from './preview-token-table.ts';
import {
  JournalEntry,
  type JournalOperation,
  ParkedRecord,
  SandboxRecord,
  SnapshotRecord,
  SshAccessRecord,
  VolumeRecord,
} from './records.ts';

const RecordRow = z.object({ record: z.string() });
const MetaRow = z.object({ value: z.string() });
const JournalRow = z
  .object({ sandbox_id: z.string(), operation: z.string(), step: z.string(), started_at: z.number() })
  .transform((row) => ({
    sandboxId: row.sandbox_id,
    operation: row.operation,
    step: row.step,
    startedAt: row.started_at,
  }))
  .pipe(JournalEntry);

function prepareStatements(sql: Sql) {
  return {
    getMeta: sql.prepare('select value from meta where key = ?'),
    putMeta: sql.prepare(
      'insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
    ),
    sandboxes: sql.prepare('select record from sandboxes'),
    putSandbox: sql.prepare(
      'insert into sandboxes (id, organization, name, record) values (?, ?, ?, ?) on conflict (id) do update set name = excluded.name, record = excluded.record',
    ),
    dropSandbox: sql.prepare('delete from sandboxes where id = ?'),
    parked: sql.prepare('select record from parked'),
    putParked: sql.prepare('insert into parked (id, record) values (?, ?)'),
    dropParked: sql.prepare('delete from parked where id = ?'),
    journal: sql.prepare('select sandbox_id, operation, step, started_at from journal order by started_at'),
    putJournal: sql.prepare(
      'insert into journal (sandbox_id, operation, step, started_at) values (?, ?, ?, ?) on conflict (sandbox_id) do update set operation = excluded.operation, step = excluded.step',
    ),
    dropJournal: sql.prepare('delete from journal where sandbox_id = ?'),
    snapshots: sql.prepare('select record from snapshots'),
    putSnapshot: sql.prepare(
      'insert into snapshots (id, organization, name, record) values (?, ?, ?, ?) on conflict (id) do update set name = excluded.name, record = excluded.record',
    ),
    dropSnapshot: sql.prepare('delete from snapshots where id = ?'),
    sshAccesses: sql.prepare('select record from ssh_access'),
    putSshAccess: sql.prepare(
      'insert into ssh_access (sandbox_id, record) values (?, ?) on conflict (sandbox_id) do update set record = excluded.record',
    ),
    dropSshAccess: sql.prepare('delete from ssh_access where sandbox_id = ?'),
    volumes: sql.prepare('select record from volumes'),
    putVolume: sql.prepare(
      'insert into volumes (id, organization, name, record) values (?, ?, ?, ?) on conflict (id) do update set name = excluded.name, record = excluded.record',
    ),
    dropVolume: sql.prepare('delete from volumes where id = ?'),
    begin: sql.prepare('begin immediate'),
    commit: sql.prepare('commit'),
    rollback: sql.prepare('rollback'),
  };
}

type Statements = ReturnType<typeof prepareStatements>;
type Owned = Pick<SandboxRecord | SnapshotRecord | VolumeRecord, 'id' | 'organizationId' | 'name'>;

export class Store {
  readonly #sql: Sql;
  readonly #statements: Statements;
  readonly previewTokens: PreviewTokenTable;

  /** `path` may be `:memory:`. */
  constructor(path: string) {
    this.#sql = openDatabase(path);
    this.#statements = prepareStatements(this.#sql);
    this.previewTokens = new PreviewTokenTable(this.#sql);
  }

  #put(statement: Statements['putSandbox'], record: Owned): void {
    statement.run(record.id, record.organizationId ?? '', record.name, JSON.stringify(record));
  }

  /** All writes of `work` or none. Not to be nested. */
  transaction(work: () => void): void {
    this.#statements.begin.run();
    try {
      work();
      this.#statements.commit.run();
    } catch (error) {
      this.#statements.rollback.run();
      throw error;
    }
  }

  meta(key: string): string | null {
    const row = this.#statements.getMeta.get(key);
    return row === undefined || row === null ? null : MetaRow.parse(row).value;
  }

  putMeta(key: string, value: string): void {
    this.#statements.putMeta.run(key, value);
  }

  sandboxes(): SandboxRecord[] {
    return this.#statements.sandboxes
      .all()
      .map((row) => SandboxRecord.parse(JSON.parse(RecordRow.parse(row).record)));
  }

  putSandbox(record: SandboxRecord): void {
    this.#put(this.#statements.putSandbox, record);
  }

  dropSandbox(id: SandboxId): void {
    this.#statements.dropSandbox.run(id);
  }

  parked(): ParkedRecord[] {
    return this.#statements.parked
      .all()
      .map((row) => ParkedRecord.parse(JSON.parse(RecordRow.parse(row).record)));
  }

  putParked(record: ParkedRecord): void {
    this.#statements.putParked.run(record.id, JSON.stringify(record));
  }

  dropParked(id: SandboxId): void {
    this.#statements.dropParked.run(id);
  }

  journal(): JournalEntry[] {
    return this.#statements.journal.all().map((row) => JournalRow.parse(row));
  }

  /** Notes that `operation` reached `step`, before what follows the step touches Docker. */
  putJournal(sandboxId: SandboxId, operation: JournalOperation, step: string, startedAt: number): void {
    this.#statements.putJournal.run(sandboxId, operation, step, startedAt);
  }

  dropJournal(sandboxId: SandboxId): void {
    this.#statements.dropJournal.run(sandboxId);
  }

  snapshots(): SnapshotRecord[] {
    return this.#statements.snapshots
      .all()
      .map((row) => SnapshotRecord.parse(JSON.parse(RecordRow.parse(row).record)));
  }

  putSnapshot(record: SnapshotRecord): void {
    this.#put(this.#statements.putSnapshot, record);
  }

  dropSnapshot(id: string): void {
    this.#statements.dropSnapshot.run(id);
  }

  sshAccesses(): SshAccessRecord[] {
    return this.#statements.sshAccesses
      .all()
      .map((row) => SshAccessRecord.parse(JSON.parse(RecordRow.parse(row).record)));
  }

  /** A sandbox has one at most: an earlier one is replaced. */
  putSshAccess(record: SshAccessRecord): void {
    this.#statements.putSshAccess.run(record.sandboxId, JSON.stringify(record));
  }

  dropSshAccess(sandboxId: SandboxId): void {
    this.#statements.dropSshAccess.run(sandboxId);
  }

  volumes(): VolumeRecord[] {
    return this.#statements.volumes
      .all()
      .map((row) => VolumeRecord.parse(JSON.parse(RecordRow.parse(row).record)));
  }

  putVolume(record: VolumeRecord): void {
    this.#put(this.#statements.putVolume, record);
  }

  dropVolume(id: string): void {
    this.#statements.dropVolume.run(id);
  }

  close(): void {
    this.#sql.close();
  }
}
