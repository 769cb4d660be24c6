/** Previews of ports. */
import { expect } from 'vitest';
import type { Step } from './step.ts';

const [sandbox, port] = ['serving', 8080];
const unknown = { sandbox: 'none-such' };

/** A server, and the moment in which it listens. */
const SERVE = `
  python3 -m http.server ${port} >/dev/null 2>&1 &
  for n in $(seq 200); do (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null && exit 0; sleep 0.05; done; exit 1`;

export const previewSteps: readonly Step[] = [
  { tool: 'sandbox_create', given: { name: sandbox }, answered: { name: sandbox } },
  { tool: 'sandbox_exec', given: { sandbox, command: SERVE }, answered: { exitCode: 0 } },
  {
    tool: 'sandbox_ports',
    given: { sandbox },
    answered: { ports: expect.arrayContaining([expect.objectContaining({ port })]) },
  },
  { tool: 'sandbox_ports', given: unknown, refused: 'sandbox_not_found' },
  { tool: 'sandbox_preview_url', given: { sandbox, port }, answered: { port } },
  { tool: 'sandbox_preview_url', given: { sandbox, port: 65_536 }, refused: 'invalid_argument' },
  { tool: 'sandbox_signed_preview_url', given: { sandbox, port, expiresInSeconds: 60 }, answered: { port } },
  { tool: 'sandbox_signed_preview_url', given: { ...unknown, port }, refused: 'sandbox_not_found' },
  {
    tool: 'sandbox_expire_preview_url',
    given: (answers) => ({ sandbox, port, token: answers.get('sandbox_signed_preview_url')?.['token'] }),
    answered: { expired: true },
  },
  { tool: 'sandbox_expire_preview_url', given: { sandbox, port }, refused: 'invalid_argument' },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
];
