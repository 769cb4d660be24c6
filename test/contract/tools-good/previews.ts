/** Good calls of the tools for previews. */
import { SANDBOX_ID } from '../../support/sandbox-fixture.ts';
import type { GoodCall } from './good-call.ts';

const preview = {
  sandboxId: SANDBOX_ID,
  port: 3000,
  url: `http://3000-${SANDBOX_ID}.localhost:4480`,
  pathUrl: `http://127.0.0.1:4480/p/${SANDBOX_ID}/3000/`,
  token: 'abcdefghijklmnopqrstuvwxyz012345',
};
const signed = { ...preview, token: 'abcdefghijkl0123', expiresAt: '2026-05-01T10:00:00.000Z' };
const open = {
  sandboxId: SANDBOX_ID,
  ports: [{ port: 3000, addresses: ['0.0.0.0'], pid: 7, process: 'node', command: 'node server.js' }],
};

export const previewCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_preview_url',
    given: { sandbox: 'box', port: 3000 },
    plan: { previews: { url: async () => preview } },
    operation: 'previews.url',
    passed: ['box', 3000],
    answered: preview,
  },
  {
    tool: 'sandbox_signed_preview_url',
    given: { sandbox: 'box', port: 3000, expiresInSeconds: 600 },
    plan: { previews: { signedUrl: async () => signed } },
    operation: 'previews.signedUrl',
    passed: ['box', 3000, 600],
    answered: signed,
  },
  {
    tool: 'sandbox_expire_preview_url',
    given: { sandbox: 'box', port: 3000, token: signed.token },
    plan: { previews: { expire: async () => ({ sandboxId: SANDBOX_ID, port: 3000, expired: true }) } },
    operation: 'previews.expire',
    passed: ['box', 3000, signed.token],
    answered: { expired: true },
  },
  {
    tool: 'sandbox_ports',
    given: { sandbox: 'box' },
    plan: { previews: { ports: async () => open } },
    operation: 'previews.ports',
    passed: ['box'],
    answered: open,
  },
];
