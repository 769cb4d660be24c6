/** Who gets in to a preview, by which proof, and until when. */
import { describe, expect, it } from 'vitest';
import { call, openTestEngine } from '../../support/open-engine.ts';
import { ask, openPreviews, serveApplication } from '../../support/preview-fixture.ts';

const json = (text: string): Record<string, unknown> => Object(JSON.parse(text));

describe('a private preview', () => {
  it('opens for its token in each of its places, and keeps it from the sandbox', async () => {
    const fixture = await openPreviews();
    const { engine } = fixture;
    await engine.lifecycle.create({ name: 'box' }, call());
    await serveApplication(engine, 'box', 3000);
    const { url, pathUrl, token, sandboxId } = await engine.previews.url('box', 3000, call());
    expect(url).toBe(`http://3000-${sandboxId}.localhost:${fixture.server.base.listenPort}`);
    expect((await engine.previews.url('box', 81, call())).token).toBe(token);
    const cookie = `theme=dark; daytona-sandbox-auth-${sandboxId}=${token}`;
    const proofs: readonly (readonly [string, string, Record<string, string>])[] = [
      ['bearer', `${url}/echo`, { authorization: `Bearer ${token}` }],
      ['header', `${url}/echo`, { 'X-Daytona-Preview-Token': token }],
      ['query', `${url}/echo?a=%20&DAYTONA_SANDBOX_AUTH_KEY=${token}&b`, {}],
      ['cookie', `${url}/echo`, { cookie }],
      ['header on the path', `${pathUrl}echo`, { 'x-daytona-preview-token': token }],
      ['query on the path', `${pathUrl}echo?DAYTONA_SANDBOX_AUTH_KEY=${token}`, {}],
      [
        'token beside the application’s own authorization',
        `${url}/echo`,
        { authorization: 'Bearer own', 'x-daytona-preview-token': token },
      ],
    ];
    for (const [name, address, headers] of proofs) {
      const answer = await ask(fixture, address, { headers });
      expect(answer.status, name).toBe(200);
      expect(answer.body, name).not.toContain(token);
    }
    const kept = json(
      (
        await ask(fixture, `${url}/echo?a=%20&DAYTONA_SANDBOX_AUTH_KEY=${token}&b`, {
          headers: { cookie, authorization: 'Bearer own' },
        })
      ).body,
    );
    expect(kept).toMatchObject({
      url: '/echo?a=%20&b',
      headers: { cookie: 'theme=dark', authorization: 'Bearer own' },
    });
  });

  it('refuses what is missing, wrong, of another sandbox, or of another site', async () => {
    const fixture = await openPreviews();
    const { engine } = fixture;
    await engine.lifecycle.create({ name: 'box' }, call());
    await engine.lifecycle.create({ name: 'other' }, call());
    await serveApplication(engine, 'box', 3000);
    const { url, pathUrl, token, sandboxId } = await engine.previews.url('box', 3000, call());
    const other = await engine.previews.url('other', 3000, call());
    const cookie = `daytona-sandbox-auth-${sandboxId}=${token}`;
    const attempts: readonly (readonly [string, string, Record<string, string>])[] = [
      ['nothing', `${url}/echo`, {}],
      ['wrong', `${url}/echo`, { 'x-daytona-preview-token': `${token.slice(1)}x` }],
      ['of another sandbox', `${url}/echo`, { 'x-daytona-preview-token': other.token }],
      ['a cookie on the path', `${pathUrl}echo`, { cookie }],
      ['a cookie sent by another origin', `${url}/echo`, { cookie, origin: 'http://evil.localhost' }],
      [
        'a cookie sent by another site',
        `${url}/echo`,
        { cookie, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
      ],
    ];
    for (const [name, address, headers] of attempts) {
      const answer = await ask(fixture, address, { headers });
      expect(answer.status, name).toBe(401);
      expect(json(answer.body), name).toMatchObject({ statusCode: 401, code: 'not_allowed' });
    }
    const page = await ask(fixture, `${url}/`, { headers: { accept: 'text/html' } });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('<h1>Not allowed</h1>');
    // No name of somebody else that leads here is served.
    expect((await ask(fixture, `${url.replace('localhost', 'evil.example')}/`)).status).toBe(421);
  });

  it('turns a token in the address of a page into a cookie', async () => {
    const fixture = await openPreviews();
    await fixture.engine.lifecycle.create({ name: 'box' }, call());
    await serveApplication(fixture.engine, 'box', 3000);
    const { url, token, sandboxId } = await fixture.engine.previews.url('box', 3000, call());
    const first = await ask(fixture, `${url}//echo?DAYTONA_SANDBOX_AUTH_KEY=${token}&x=1`, {
      headers: { accept: 'text/html' },
    });
    expect(first).toMatchObject({ status: 307, headers: { location: `${url}//echo?x=1` } });
    const [set = ''] = first.headers['set-cookie'] ?? [];
    expect(set).toBe(
      `daytona-sandbox-auth-${sandboxId}=${token}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax`,
    );
    const second = await ask(fixture, `${url}/echo`, { headers: { cookie: set.split(';')[0] ?? '' } });
    expect(second.status).toBe(200);
  });
});

describe('a public sandbox', () => {
  it('needs no token but for the ports that are never public', async () => {
    const fixture = await openPreviews();
    const { engine } = fixture;
    await engine.lifecycle.create({ name: 'box', public: true }, call());
    await serveApplication(engine, 'box', 3000);
    const { url } = await engine.previews.url('box', 3000, call());
    expect((await ask(fixture, `${url}/echo`)).status).toBe(200);
    for (const port of [22_222, 2_280, 33_333]) {
      const guarded = await engine.previews.url('box', port, call());
      expect((await ask(fixture, `${guarded.url}/`)).status).toBe(401);
    }
    await engine.settings.setPublic('box', false, call());
    expect((await ask(fixture, `${url}/echo`)).status).toBe(401);
  });
});

describe('tokens', () => {
  it('end with the restart of their sandbox', async () => {
    const fixture = await openPreviews();
    const { engine } = fixture;
    await engine.lifecycle.create({ name: 'box' }, call());
    await serveApplication(engine, 'box', 3000);
    const old = await engine.previews.url('box', 3000, call());
    await engine.lifecycle.pause('box', call());
    await engine.lifecycle.resume('box', call());
    const headers = { 'x-daytona-preview-token': old.token };
    expect((await ask(fixture, `${old.url}/echo`, { headers })).status).toBe(200);
    await engine.lifecycle.stop('box', { force: true }, call());
    await engine.lifecycle.start('box', call());
    expect((await ask(fixture, `${old.url}/echo`, { headers })).status).toBe(401);
    const renewed = await engine.previews.url('box', 3000, call());
    expect(renewed.token).not.toBe(old.token);
    const answer = await ask(fixture, `${old.url}/echo`, {
      headers: { 'x-daytona-preview-token': renewed.token },
    });
    expect(answer.status).toBe(502);
    await engine.lifecycle.delete('box', call());
    const gone = await ask(fixture, `${old.url}/echo`, {
      headers: { 'x-daytona-preview-token': renewed.token },
    });
    expect(gone.status).toBe(404);
    expect(json(gone.body)).toMatchObject({ code: 'gone' });
  });
});

describe('a signed URL', () => {
  it('opens one port until it expires or is revoked, also across a restart', async () => {
    let ahead = 0;
    const { systemClock } = await import('../../../src/clock.ts');
    const fixture = await openPreviews({ clock: { ...systemClock, now: () => systemClock.now() + ahead } });
    const { engine } = fixture;
    await engine.lifecycle.create({ name: 'box' }, call());
    await serveApplication(engine, 'box', 3000);
    const short = await engine.previews.signedUrl('box', 3000, undefined, call());
    const long = await engine.previews.signedUrl('box', 3000, 3_600, call());
    expect(short.token).toMatch(/^[a-z0-9]{16}$/);
    expect(Date.parse(long.expiresAt) - Date.parse(short.expiresAt)).toBeGreaterThan(3_500_000);
    expect((await ask(fixture, `${short.url}/echo`)).status).toBe(200);
    expect((await ask(fixture, `${short.pathUrl}echo`)).status).toBe(200);
    // Of another port, or as the token of the sandbox, it is worth nothing.
    expect((await ask(fixture, short.url.replace('//3000-', '//3001-'))).status).toBe(404);
    const { url } = await engine.previews.url('box', 3000, call());
    expect((await ask(fixture, url, { headers: { 'x-daytona-preview-token': short.token } })).status).toBe(
      401,
    );
    ahead = 61_000;
    expect((await ask(fixture, `${short.url}/echo`)).status).toBe(404);
    expect((await ask(fixture, `${long.url}/echo`)).status).toBe(200);
    expect(await engine.previews.expire('box', 3001, long.token, call())).toMatchObject({ expired: false });
    expect(await engine.previews.expire('box', 3000, long.token, call())).toMatchObject({ expired: true });
    expect(await engine.previews.expire('box', 3000, long.token, call())).toMatchObject({ expired: false });
    expect((await ask(fixture, `${long.url}/echo`)).status).toBe(404);
  });

  it('is refused where nothing serves previews', async () => {
    const engine = await openTestEngine();
    await engine.lifecycle.create({ name: 'box' }, call());
    await expect(engine.previews.signedUrl('box', 80, 60, call())).rejects.toMatchObject({
      code: 'unsupported',
    });
    await expect(engine.previews.url('nobody', 80, call())).rejects.toMatchObject({ code: 'unsupported' });
  });
});
