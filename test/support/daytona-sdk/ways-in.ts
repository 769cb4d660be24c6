/** Previews and SSH, through Daytona's SDK. */
import { expect, it } from 'vitest';
import type { Stage } from './stage.ts';

const PORT = 3000;
const SERVE = `cd /tmp && echo "from inside" > page.html && (setsid python3 -m http.server ${PORT} >/dev/null 2>&1 &)
for i in $(seq 50); do curl -fs http://127.0.0.1:${PORT}/page.html >/dev/null && break; sleep 0.1; done`;

/** Names below `localhost` lead to the loopback in browsers; programs ask for the address by itself. */
async function open(link: string, headers: Readonly<Record<string, string>> = {}) {
  const { get } = await import('node:http');
  const { hostname, port, pathname, search } = new URL(link);
  const host = hostname.endsWith('.localhost') ? { host: `${hostname}:${port}` } : {};
  const options = { host: '127.0.0.1', port, path: `${pathname}${search}`, headers: { ...host, ...headers } };
  return await new Promise<{ status: number; body: string }>((resolve, reject) => {
    get(options, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    }).on('error', reject);
  });
}

const at = (url: string, path: string): string => new URL(path, url.endsWith('/') ? url : `${url}/`).href;

export function wayInTests(stage: Stage): void {
  it('answers preview links that need their token, and signed ones until they are expired', async () => {
    const { box } = stage();
    await box.process.executeCommand(SERVE);
    const { url, token } = await box.getPreviewLink(PORT);
    const page = at(url, 'page.html');
    expect((await open(page)).status).toBe(401);
    expect(await open(page, { 'x-daytona-preview-token': token })).toEqual({
      status: 200,
      body: 'from inside\n',
    });
    const signed = await box.getSignedPreviewUrl(PORT, 60);
    expect(await open(at(signed.url, 'page.html'))).toEqual({ status: 200, body: 'from inside\n' });
    await box.expireSignedPreviewUrl(PORT, signed.token);
    expect((await open(at(signed.url, 'page.html'))).status).not.toBe(200);
  });

  it('makes, checks and revokes SSH access', async () => {
    const { box } = stage();
    const { token, sshCommand } = await box.createSshAccess(10);
    expect(sshCommand).toContain(token);
    expect(await box.validateSshAccess(token)).toMatchObject({ valid: true, sandboxId: box.id });
    await box.revokeSshAccess(token);
    expect(await box.validateSshAccess(token)).toMatchObject({ valid: false });
  });
}
