/** Previews in a real browser: a development server of Vite with its hot reload, links, and the pages instead of them. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { openChromium } from '../../support/chromium.ts';
import { call } from '../../support/open-engine.ts';
import { openPreviews } from '../../support/preview-fixture.ts';
import { startVite } from '../../support/vite-project.ts';

const WAIT = { timeout: 30_000 };
const shows = (page: Page, text: string): Promise<unknown> =>
  page.locator('#text', { hasText: text }).waitFor(WAIT);

describe('a development server of Vite in a private sandbox', () => {
  it('opens by link and by token, reloads hot, and is closed to everybody else', {
    timeout: 180_000,
  }, async () => {
    let ahead = 0;
    const fixture = await openPreviews({ clock: { ...systemClock, now: () => systemClock.now() + ahead } });
    const { engine } = fixture;
    await engine.lifecycle.create({ name: 'box' }, call());
    await startVite(fixture, 'box', 5173);
    const change = (text: string) =>
      engine.files.write(
        'box',
        { path: 'site/text.js', content: `export const text = '${text}';\n` },
        call(),
      );
    const browser = await openChromium();
    const { url, token } = await engine.previews.url('box', 5173, call());
    const stranger = await (await browser.newContext()).newPage();
    expect((await stranger.goto(url, WAIT))?.status()).toBe(401);
    expect(await stranger.locator('h1').textContent(WAIT)).toBe('Not allowed');

    const signed = await engine.previews.signedUrl('box', 5173, 600, call());
    const guest = await (await browser.newContext()).newPage();
    const sockets: string[] = [];
    guest.on('websocket', (socket) => sockets.push(socket.url()));
    await guest.goto(signed.url, WAIT);
    await shows(guest, 'first');
    // A reload of the page would lose this.
    await guest.evaluate('window.kept = true');
    await change('second');
    await shows(guest, 'second');
    expect(await guest.evaluate('window.kept')).toBe(true);
    expect(sockets.map((address) => new URL(address).host)).toEqual([new URL(signed.url).host]);

    const owner = await (await browser.newContext()).newPage();
    await owner.goto(`${url}/?DAYTONA_SANDBOX_AUTH_KEY=${token}`, WAIT);
    expect(owner.url()).toBe(`${url}/`);
    await shows(owner, 'second');
    await owner.evaluate('window.kept = true');
    await change('third');
    await shows(owner, 'third');
    expect(await owner.evaluate('window.kept')).toBe(true);

    await engine.previews.expire('box', 5173, signed.token, call());
    expect((await guest.goto(signed.url, WAIT))?.status()).toBe(404);
    expect(await guest.locator('h1').textContent(WAIT)).toBe('Gone');
    const short = await engine.previews.signedUrl('box', 5173, 600, call());
    expect((await guest.goto(short.url, WAIT))?.status()).toBe(200);
    ahead = 601_000;
    expect((await guest.goto(short.url, WAIT))?.status()).toBe(404);
  });
});
