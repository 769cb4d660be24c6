/** Signed URLs of files: whoever has one may read or write that file, without a key (API: toolbox, `v1` signatures). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedRequest } from './backend/signing-operations.ts';

const VERSION = 'v1';
const MAX_SIGNATURE = 128;

export function signFileUrl(
  key: string,
  { method, path, expires }: Omit<SignedRequest, 'signature'>,
): string {
  const text = `${VERSION}:files:${method.toUpperCase()}:${path}:${expires}`;
  return `${VERSION}_${createHmac('sha256', key).update(text).digest('base64url')}`;
}

/** Whether the signature is right and not over, in a time that tells nothing about the right one. */
export function isSigned(key: string, request: SignedRequest, nowMs: number): boolean {
  const { expires, signature } = request;
  if (!/^\d{1,12}$/.test(expires) || signature.length > MAX_SIGNATURE) return false;
  const [given, right] = [Buffer.from(signature), Buffer.from(signFileUrl(key, request))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return false;
  return expires === '0' || Number(expires) * 1000 > nowMs;
}
