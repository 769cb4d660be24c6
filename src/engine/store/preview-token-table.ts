/** The rows of preview tokens: hashes, and what each opens. They go with their sandbox. */
import { z } from 'zod';
import type { SandboxId } from '../../ids.ts';
import type { Sql } from './database.ts';

const SignedRow = z
  .object({ sandbox_id: z.string(), expires_at: z.number() })
  .transform((row) => ({ sandboxId: row.sandbox_id, expiresAt: row.expires_at }));
const HashRow = z.object({ hash: z.string() });
const CountRow = z.object({ count: z.number() });

/** What a signed token opens, and until when, in milliseconds since the epoch. */
export type SignedToken = z.infer<typeof SignedRow>;

function prepareStatements(sql: Sql) {
  return {
    put: sql.prepare(
      'insert into preview_tokens (hash, sandbox_id, port, generation, created_at, expires_at) values (?, ?, ?, ?, ?, ?)',
    ),
    standard: sql.prepare(
      'select hash from preview_tokens where sandbox_id = ? and port is null and generation = ?',
    ),
    trim: sql.prepare(
      'delete from preview_tokens where sandbox_id = ?1 and port is null and hash not in (select hash from preview_tokens where sandbox_id = ?1 and port is null order by created_at desc, rowid desc limit ?2)',
    ),
    signed: sql.prepare('select sandbox_id, expires_at from preview_tokens where hash = ? and port = ?'),
    countSigned: sql.prepare(
      'select count(*) as count from preview_tokens where sandbox_id = ? and port is not null',
    ),
    dropSigned: sql.prepare(
      'delete from preview_tokens where hash = ? and sandbox_id = ? and port = ? and expires_at > ?',
    ),
    purge: sql.prepare('delete from preview_tokens where expires_at <= ?'),
  };
}

export class PreviewTokenTable {
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(sql: Sql) {
    this.#statements = prepareStatements(sql);
  }

  /** Adds the token of a sandbox for one generation, and keeps the latest `keep` of its tokens. */
  putStandard(hash: string, sandboxId: SandboxId, generation: number, now: number, keep: number): void {
    this.#statements.put.run(hash, sandboxId, null, generation, now, null);
    this.#statements.trim.run(sandboxId, keep);
  }

  /** The hashes that open a sandbox in one generation of it. */
  standard(sandboxId: SandboxId, generation: number): string[] {
    return this.#statements.standard.all(sandboxId, generation).map((row) => HashRow.parse(row).hash);
  }

  putSigned(hash: string, sandboxId: SandboxId, port: number, now: number, expiresAt: number): void {
    this.#statements.put.run(hash, sandboxId, port, null, now, expiresAt);
  }

  signed(hash: string, port: number): SignedToken | null {
    const row = this.#statements.signed.get(hash, port);
    return row === undefined || row === null ? null : SignedRow.parse(row);
  }

  /** Drops the signed tokens of all sandboxes that are over at `now`, and counts those of one. */
  countSigned(sandboxId: SandboxId, now: number): number {
    this.#statements.purge.run(now);
    return CountRow.parse(this.#statements.countSigned.get(sandboxId)).count;
  }

  /** Tells whether there was one that was valid at `now`. */
  dropSigned(hash: string, sandboxId: SandboxId, port: number, now: number): boolean {
    return this.#statements.dropSigned.run(hash, sandboxId, port, now).changes > 0;
  }
}
