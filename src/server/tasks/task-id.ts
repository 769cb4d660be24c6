/**
 * Task ids: what the work is found by, sealed for the caller that began it. Nobody can read, guess or change one, and for
 * another caller it is no id at all. Nothing has to be kept for it, so a task lasts as long as its work and the key.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { randomBuffer } from '../../ids.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_CHARS = 2_048;

const TaskFacts = z.strictObject({
  /** The name of the tool. */
  tool: z.string(),
  /** Milliseconds since the epoch. */
  createdMs: z.number(),
  reference: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type TaskFacts = z.infer<typeof TaskFacts>;

/** `key` has 32 bytes. */
export function sealTask(key: Buffer, principal: string, facts: TaskFacts): string {
  const nonce = randomBuffer(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(Buffer.from(principal, 'utf8'));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(facts), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** Null for whatever this key did not seal for this principal. */
export function openTask(key: Buffer, principal: string, id: string): TaskFacts | null {
  if (id.length > MAX_CHARS) return null;
  const bytes = Buffer.from(id, 'base64url');
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(principal, 'utf8'));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const sealed = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES);
    const text = Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
    return TaskFacts.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
