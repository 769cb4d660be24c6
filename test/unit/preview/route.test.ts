/** Addresses of previews: how they are written, and which requests they are taken for. */
import { describe, expect, it } from 'vitest';
import { hostUrl, type PreviewBase, parseDomain, pathUrl } from '../../../src/backend/preview-address.ts';
import { withoutToken } from '../../../src/preview/credentials.ts';
import { routeOf } from '../../../src/preview/route.ts';

const ID = '6f1d7f0e-6f3c-4a55-9c0e-0d7a3d1c2b3a';
const SIGNED = 'abcdefghij012345';
const base: PreviewBase = {
  scheme: 'http',
  domain: 'localhost',
  publicPort: 4480,
  listenHost: '127.0.0.1',
  listenPort: 4480,
};
const route = (host: string, url = '/x?y', domain = 'localhost') =>
  routeOf({ url, rawHeaders: ['Host', host] }, { domain, listenHost: '127.0.0.1' });

describe('an address', () => {
  it('is written for a browser, for a program, and behind a proxy', () => {
    const address = { name: ID, port: 3000 };
    expect(hostUrl(base, address)).toBe(`http://3000-${ID}.localhost:4480`);
    expect(pathUrl(base, address)).toBe(`http://127.0.0.1:4480/p/${ID}/3000/`);
    expect(pathUrl({ ...base, listenHost: '::' }, address)).toBe(`http://[::1]:4480/p/${ID}/3000/`);
    const behind: PreviewBase = { ...base, scheme: 'https', domain: 'p.example.com', publicPort: null };
    expect(hostUrl(behind, address)).toBe(`https://3000-${ID}.p.example.com`);
  });

  it.each([
    ['localhost', { scheme: 'http', domain: 'localhost', port: null }],
    ['HTTPS://P.Example.com', { scheme: 'https', domain: 'p.example.com', port: null }],
    ['p.example.com:8443', { scheme: 'http', domain: 'p.example.com', port: 8443 }],
    ['https://p.example.com/x', null],
    ['ftp://p.example.com', null],
    ['-p.example.com', null],
    ['p.example.com:0', null],
    ['', null],
  ])('has its domain from %j', (text, expected) => {
    expect(parseDomain(text)).toEqual(expected);
  });
});

describe('a request', () => {
  it.each([
    [`3000-${ID}.localhost:4480`, '/x?y', { name: ID, port: 3000 }],
    [`3000-${ID.toUpperCase()}.LOCALHOST`, '/x?y', { name: ID, port: 3000 }],
    [`1-${SIGNED}.localhost`, '/x?y', { name: SIGNED, port: 1 }],
    ['127.0.0.1:4480', `/p/${SIGNED}/65535/x?y`, { name: SIGNED, port: 65_535 }],
    ['[::1]:4480', `/p/${ID}/80/x?y`, { name: ID, port: 80 }],
    ['localhost', `/p/${ID}/80/x?y`, { name: ID, port: 80 }],
  ])('to %s %s is for a preview', (host, url, address) => {
    expect(route(host, url)).toMatchObject({ kind: 'preview', route: { address, path: '/x?y' } });
  });

  it.each([
    [`0-${ID}.localhost`, '/', 'no_preview'],
    [`65536-${ID}.localhost`, '/', 'no_preview'],
    [`03000-${ID}.localhost`, '/', 'no_preview'],
    [`NaN-${ID}.localhost`, '/', 'no_preview'],
    [`3000-${ID}.a.localhost`, '/', 'no_preview'],
    ['3000-short.localhost', '/', 'no_preview'],
    ['127.0.0.1', `/p/${ID}`, 'no_preview'],
    ['127.0.0.1', `/p/${ID}/80%2f/`, 'no_preview'],
    ['evil.example', `/p/${ID}/80/`, 'unknown_host'],
    [`3000-${ID}.localhost.evil.example`, '/', 'unknown_host'],
    ['a b', '/', 'bad_request'],
    ['127.0.0.1', 'http://evil.example/', 'bad_request'],
    ['127.0.0.1', '*', 'bad_request'],
  ])('to %s %s is for none', (host, url, kind) => {
    expect(route(host, url)).toEqual({ kind });
  });

  it('without its last slash is sent there, and nowhere else', () => {
    expect(route('127.0.0.1:4480', `/p/${ID}/80?a`)).toEqual({
      kind: 'add_slash',
      location: `http://127.0.0.1:4480/p/${ID}/80/?a`,
    });
  });

  it('has one host', () => {
    const rawHeaders = ['Host', '127.0.0.1', 'host', `3000-${ID}.localhost`];
    expect(routeOf({ url: '/', rawHeaders }, base)).toEqual({ kind: 'bad_request' });
    expect(routeOf({ url: '/', rawHeaders: [] }, base)).toEqual({ kind: 'bad_request' });
  });
});

it.each([
  ['/a?b=1', '/a?b=1', null],
  ['/a?DAYTONA_SANDBOX_AUTH_KEY=t', '/a', 't'],
  ['/a?x=%20&DAYTONA_SANDBOX_AUTH_KEY=t%2B&y', '/a?x=%20&y', 't+'],
  ['/a?DAYTONA%5FSANDBOX_AUTH_KEY=t', '/a', 't'],
  ['/a?DAYTONA_SANDBOX_AUTH_KEY=t&DAYTONA_SANDBOX_AUTH_KEY=u&&', '/a?&', 't'],
  ['/a?%zz=1', '/a?%zz=1', null],
  ['/DAYTONA_SANDBOX_AUTH_KEY=t', '/DAYTONA_SANDBOX_AUTH_KEY=t', null],
])('%s loses its token and nothing else', (path, expected, token) => {
  expect(withoutToken(path)).toEqual({ path: expected, token });
});
