/** What stands in place of a preview when there is nothing to show: a page to browsers, JSON to programs. */
import { beforeEach, describe, expect, it } from 'vitest';
import { call, eventually } from '../../support/open-engine.ts';
import { ask, openPreviews, type PreviewFixture, serveApplication } from '../../support/preview-fixture.ts';

const json = (text: string): Record<string, unknown> => Object(JSON.parse(text));

let fixture: PreviewFixture;
let url: string;
beforeEach(async () => {
  fixture = await openPreviews();
  await fixture.engine.lifecycle.create({ name: 'box', public: true }, call());
  await serveApplication(fixture.engine, 'box', 3000);
  ({ url } = await fixture.engine.previews.url('box', 3000, call()));
});

describe('instead of a preview there is a page, and JSON for programs,', { timeout: 120_000 }, () => {
  it('when nothing listens there, with the ports that are open', async () => {
    const address = (await fixture.engine.previews.url('box', 3001, call())).url;
    const page = await ask(fixture, address, { headers: { accept: 'text/html,*/*' } });
    expect(page.status).toBe(502);
    expect(page.body).toContain('Nothing listens on port 3001');
    expect(page.body).toContain('3000');
    expect(json((await ask(fixture, address)).body)).toMatchObject({
      statusCode: 502,
      code: 'nothing_listens',
      ports: [3000],
    });
    await eventually('no pool is kept for it', () => fixture.server.figures().pools === 0);
  });

  it('when the server in the sandbox breaks off, or answers nonsense', async () => {
    for (const path of ['/drop', '/nonsense']) {
      const answer = await ask(fixture, `${url}${path}`);
      expect(answer.status, path).toBe(502);
      expect(json(answer.body)).toMatchObject({ code: 'bad_gateway' });
    }
    await expect(ask(fixture, `${url}/cut`)).rejects.toThrow();
    expect((await ask(fixture, `${url}/echo`)).status).toBe(200);
  });

  it('when the sandbox does not run; with its label a request wakes it', async () => {
    const { engine } = fixture;
    await engine.lifecycle.pause('box', call());
    const paused = await ask(fixture, `${url}/echo`);
    expect(paused.status).toBe(409);
    expect(json(paused.body)).toMatchObject({ code: 'stopped', message: 'The sandbox is paused.' });
    await engine.settings.setLabels('box', { 'thaw.wake-on-preview': 'true' }, call());
    const woken = await Promise.all(Array.from({ length: 5 }, () => ask(fixture, `${url}/echo`)));
    expect(woken.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);

    await engine.settings.setPublic('box', false, call());
    const { token, sandboxId } = await engine.previews.url('box', 3000, call());
    await engine.lifecycle.stop('box', { force: true }, call());
    const cookie = `daytona-sandbox-auth-${sandboxId}=${token}`;
    expect((await ask(fixture, `${url}/echo`)).status).toBe(401);
    expect((await engine.lifecycle.get('box', call())).state).toBe('stopped');
    // Its processes ended with the stop, so nothing listens; it runs, and the old token is of no use any more.
    expect((await ask(fixture, `${url}/echo`, { headers: { cookie } })).status).toBe(502);
    expect((await engine.lifecycle.get('box', call())).state).toBe('started');
    expect((await ask(fixture, `${url}/echo`, { headers: { cookie } })).status).toBe(401);
  });

  it('when the sandbox is gone, or the address is none', async () => {
    await fixture.engine.lifecycle.delete('box', call());
    const page = await ask(fixture, `${url}/`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(404);
    expect(page.body).toContain('<h1>Gone</h1>');
    expect((await ask(fixture, `http://${fixture.authority}/`)).status).toBe(404);
    expect((await ask(fixture, url.replace('//3000-', '//70000-'))).status).toBe(404);
  });
});
