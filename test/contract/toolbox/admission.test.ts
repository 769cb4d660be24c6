/** Who opens a toolbox beside the holder of a key: a sandbox's own token, a signature of one file; and whose sandboxes are meant. */
import { expect, onTestFinished, test } from 'vitest';
import type { CallContext } from '../../../src/backend/port.ts';
import type { PreviewTarget } from '../../../src/backend/preview-target.ts';
import { systemClock } from '../../../src/clock.ts';
import { openHttpListener } from '../../../src/http/listener.ts';
import { type Authenticator, AuthFailure } from '../../../src/http/service.ts';
import { makeIdentity } from '../../../src/keys/permissions.ts';
import { silentLogger } from '../../../src/log.ts';
import { makeToolbox, toolboxService } from '../../../src/rest/toolbox/service.ts';
import { isSigned, signFileUrl } from '../../../src/signed-urls.ts';
import { fakeBackend } from '../../support/fake-backend.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';

const SIGNING_KEY = 'k'.repeat(64);
const ID = '49a6991d-1111-4111-8111-111111111111';

const authenticator: Authenticator = {
  authenticate: ({ headers }) => {
    if (headers.authorization !== 'Bearer dtn_key')
      return Promise.resolve(new AuthFailure(401, 'Show a key.', { 'www-authenticate': 'Bearer' }));
    const facts = { keyName: 'k', userId: 'u', organizationId: 'org-of-key', permissions: new Set<string>() };
    return Promise.resolve(makeIdentity(facts));
  },
};

const previews: Pick<PreviewTarget, 'admit'> = {
  admit: ({ name, port }, { header }) =>
    name === ID && port === 2280 && header === 'token-of-box'
      ? {
          kind: 'granted',
          grant: {
            sandboxId: ID,
            organizationId: 'org-of-box',
            port,
            generation: 1,
            state: 'started',
            wakes: false,
            proof: 'header',
          },
        }
      : { kind: 'denied' },
};

async function open() {
  const organizations: (string | undefined)[] = [];
  const note = ({ organizationId }: CallContext): void => void organizations.push(organizationId);
  const { backend, calls } = fakeBackend({
    settings: {
      touch: (_sandbox, context) => {
        note(context);
        return Promise.resolve(sandboxFixture());
      },
    },
    signing: {
      admit: (sandbox, request) =>
        Promise.resolve(
          sandbox === ID && isSigned(SIGNING_KEY, request, systemClock.now())
            ? { organizationId: 'org-of-signature' }
            : null,
        ),
    },
    fileSystem: {
      upload: async (_sandbox, { path }, content) => {
        let sizeBytes = 0;
        for await (const chunk of content) sizeBytes += chunk.length;
        return { path, sizeBytes };
      },
    },
    system: { places: () => Promise.resolve({ home: '/home', work: '/work' }) },
  });
  const unused = (): never => {
    throw new Error('not planned');
  };
  const target: PreviewTarget = {
    ...previews,
    dial: unused,
    ports: unused,
    wake: unused,
    touch: unused,
    token: unused,
  };
  const toolbox = makeToolbox({
    authenticator,
    backend: () => Promise.resolve(backend),
    previews: () => target,
    clock: systemClock,
    log: silentLogger(),
  });
  const listener = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    allowedOrigins: [],
    services: [toolboxService(toolbox, systemClock)],
    log: silentLogger(),
  });
  onTestFinished(() => listener.close());
  return { base: `${listener.url}/toolbox/${ID}`, organizations, calls };
}

test('a key acts in its organization, and without the permission to write only reads', async () => {
  const { base, organizations } = await open();
  const headers = { authorization: 'Bearer dtn_key' };
  expect(await (await fetch(`${base}/work-dir`, { headers })).json()).toEqual({ dir: '/work' });
  expect(organizations).toEqual(['org-of-key']);
  expect((await fetch(`${base}/files/upload?path=a`, { method: 'POST', headers, body: 'x' })).status).toBe(
    403,
  );
  const refused = await fetch(`${base}/work-dir`);
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
});

test('a sandbox’s own token opens that sandbox, in its organization', async () => {
  const { base, organizations } = await open();
  expect((await fetch(`${base}/work-dir?DAYTONA_SANDBOX_AUTH_KEY=token-of-box`)).status).toBe(200);
  expect(organizations).toEqual(['org-of-box']);
  expect((await fetch(`${base}/work-dir?DAYTONA_SANDBOX_AUTH_KEY=token-of-bo`)).status).toBe(401);
  const other = base.replace(ID, ID.replace('49', '50'));
  expect((await fetch(`${other}/work-dir?DAYTONA_SANDBOX_AUTH_KEY=token-of-box`)).status).toBe(401);
  // Whoever shows a key is who the key says, whatever else is shown.
  const headers = { authorization: 'Bearer wrong', 'X-Daytona-Preview-Token': 'token-of-box' };
  expect((await fetch(`${base}/work-dir`, { headers })).status).toBe(401);
});

test('a signature opens its file, by its method and in its time, and nothing else', async () => {
  const { base, organizations } = await open();
  const sign = (method: string, expires: number | string, path = '/tmp/up.txt'): string => {
    const signature = signFileUrl(SIGNING_KEY, { method, path, expires: String(expires) });
    return new URLSearchParams({ path: '/tmp/up.txt', expires: String(expires), signature }).toString();
  };
  const later = Math.floor(systemClock.now() / 1000) + 60;
  const upload = async (query: string, route = 'upload-v2'): Promise<number> =>
    (await fetch(`${base}/files/${route}?${query}`, { method: 'POST', body: 'x' })).status;
  expect(await upload(sign('POST', later))).toBe(200);
  expect(await upload(sign('POST', 0))).toBe(200);
  expect(organizations).toEqual(['org-of-signature', 'org-of-signature']);
  expect(await upload(sign('GET', later))).toBe(401);
  expect(await upload(sign('POST', later, '/tmp/other.txt'))).toBe(401);
  expect(await upload(sign('POST', later - 120))).toBe(401);
  expect(await upload(sign('POST', 'never'))).toBe(401);
  expect(await upload(`${sign('POST', later)}x`)).toBe(401);
  expect(await upload(sign('POST', later), 'upload')).toBe(401);
  // What is signed is what is written.
  const twice = await fetch(`${base}/files/upload-v2?${sign('POST', later)}&path=/etc/passwd`, {
    method: 'POST',
    body: 'x',
  });
  expect(await twice.json()).toMatchObject({ path: '/tmp/up.txt' });
});

test('web pages may ask, and show their key in a header', async () => {
  const { base } = await open();
  const preflight = await fetch(`${base}/process/execute`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://page.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://page.example');
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
});
