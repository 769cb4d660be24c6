/** Repositories through the toolbox, against one that is served over HTTP with a password inside the sandbox. */
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { toolboxSandbox } from '../support/toolbox-sandbox.ts';

const box = toolboxSandbox();
const URL = 'http://127.0.0.1:3418/made.git';
const login = { username: 'alice', password: 's3cret/word' };
const who = { author: 'Alice', email: 'alice@example.com' };

const ok = async (path: string, body: object, status = 200): Promise<unknown> => {
  const answer = await box.post(path, body);
  expect(answer).toMatchObject({ status });
  return answer.body;
};
const status = async (path = 'work'): Promise<unknown> => (await box.get(`/git/status?path=${path}`)).body;

beforeAll(async () => {
  const script = await readFile(new globalThis.URL('../support/git-http.py', import.meta.url));
  await box.server().request('/files/upload-v2?path=/tmp/serve.py', {
    method: 'POST',
    body: script,
    headers: { 'content-type': 'application/octet-stream' },
  });
  const setUp = await box.execute({
    command: `set -e
      git init -q --bare -b main /tmp/git/made.git && git -C /tmp/git/made.git config http.receivepack true
      git init -q -b main seed && cd seed
      git config user.name Seed && git config user.email seed@example.com
      echo one > a.txt && git add . && git commit -qm first && git push -q /tmp/git/made.git main
      nohup python3 /tmp/serve.py /tmp/git 3418 > /tmp/serve.log 2>&1 &
      until python3 -c "import socket; socket.create_connection(('127.0.0.1', 3418))" 2>/dev/null; do sleep 0.05; done`,
  });
  expect(setUp.body).toMatchObject({ exitCode: 0 });
});

it('are cloned by who may, and by nobody else', async () => {
  expect(await box.post('/git/clone', { url: URL, path: 'denied' })).toMatchObject({
    status: 401,
    body: { code: 'GIT_AUTH_FAILED', source: 'DAYTONA_DAEMON' },
  });
  const wrong = await box.post('/git/clone', {
    url: URL,
    path: 'denied',
    username: 'alice',
    password: 'hunter2',
  });
  expect(wrong).toMatchObject({ status: 401, body: { code: 'GIT_AUTH_FAILED' } });
  expect(JSON.stringify(wrong)).not.toContain('hunter2');
  await ok('/git/clone', { url: URL, path: 'work', branch: 'main', ...login });
  // In the URL they are as good, and stay out of the arguments and of the repository.
  await ok('/git/clone', { url: URL.replace('//', '//alice:s3cret%2Fword@'), path: 'other', depth: 1 });
  const { body } = await box.execute({ command: 'grep -rl s3cret work/.git other/.git; true' });
  expect(body).toEqual({ exitCode: 0, result: '' });
  expect(
    await box.post('/git/clone', { url: URL.replace('made', 'none'), path: 'none', ...login }),
  ).toMatchObject({
    status: 404,
    body: { code: 'GIT_REPO_NOT_FOUND' },
  });
  expect(await box.post('/git/clone', { url: 'http://127.0.0.1:9/x.git', path: 'none' })).toMatchObject({
    status: 502,
    body: { code: 'GIT_TRANSPORT_FAILED' },
  });
  expect(await box.post('/git/clone', { url: '--upload-pack=x', path: 'none' })).toMatchObject({
    status: 400,
  });
  const history = (await box.get('/git/history?path=work')).body;
  expect(history).toMatchObject([{ author: 'Seed', email: 'seed@example.com', message: 'first' }]);
  const hash: unknown = Array.isArray(history) ? Reflect.get(Object(history[0]), 'hash') : null;
  await ok('/git/clone', { url: URL, path: 'at', commit_id: hash, ...login });
  expect(await status('at')).toMatchObject({ detached: true, currentBranch: 'HEAD' });
});

it('are changed, committed and pushed', async () => {
  await box.execute({
    command: 'cd work; echo two >> a.txt; echo new > "with space.txt"; mkdir d; echo x > d/-x',
  });
  expect(await status()).toEqual({
    currentBranch: 'main',
    detached: false,
    upstream: 'origin/main',
    branchPublished: true,
    ahead: 0,
    behind: 0,
    fileStatus: [
      { name: 'a.txt', staging: 'Unmodified', worktree: 'Modified', extra: '' },
      { name: 'd/-x', staging: 'Untracked', worktree: 'Untracked', extra: '' },
      { name: 'with space.txt', staging: 'Untracked', worktree: 'Untracked', extra: '' },
    ],
  });
  expect(await box.post('/git/commit', { path: 'work', message: 'nothing', ...who })).toMatchObject({
    status: 409,
  });
  await ok('/git/add', { path: 'work', files: ['.'] });
  expect(await ok('/git/commit', { path: 'work', message: 'second\n\nwith "more" $(text)', ...who })).toEqual(
    {
      hash: expect.stringMatching(/^[0-9a-f]{40}$/),
    },
  );
  expect(await status()).toMatchObject({ ahead: 1, fileStatus: [] });
  expect(await box.post('/git/push', { path: 'work' })).toMatchObject({ status: 401 });
  await ok('/git/push', { path: 'work', ...login });
  expect(await status()).toMatchObject({ ahead: 0 });
  expect((await box.get('/git/history?path=work')).body).toMatchObject([
    { author: 'Alice', email: 'alice@example.com', message: 'second\n\nwith "more" $(text)' },
    { message: 'first' },
  ]);
});

it('meet: a push is rejected until a pull, and conflicts are told', async () => {
  await box.execute({ command: 'cd other; echo theirs > a.txt' });
  await ok('/git/add', { path: 'other', files: ['a.txt'] });
  await ok('/git/commit', { path: 'other', message: 'theirs', ...who });
  expect(await box.post('/git/push', { path: 'other', ...login })).toMatchObject({
    status: 409,
    body: { code: 'GIT_PUSH_REJECTED' },
  });
  await box.post('/git/config/user', { name: 'Alice', email: 'alice@example.com' });
  expect(await box.post('/git/pull', { path: 'other', ...login })).toMatchObject({
    status: 409,
    body: { code: 'GIT_MERGE_CONFLICT' },
  });
  expect(await status('other')).toMatchObject({
    fileStatus: expect.arrayContaining([
      { name: 'a.txt', staging: 'Updated but unmerged', worktree: 'Updated but unmerged', extra: '' },
    ]),
  });
  await ok('/git/reset', { path: 'other', mode: 'hard', target: 'origin/main' });
});

it('have branches', async () => {
  await ok('/git/branches', { path: 'work', name: 'feature' }, 201);
  expect(await box.post('/git/branches', { path: 'work', name: 'feature' })).toMatchObject({
    status: 409,
    body: { code: 'GIT_BRANCH_EXISTS' },
  });
  await ok('/git/checkout', { path: 'work', branch: 'feature' });
  expect((await box.get('/git/branches?path=work')).body).toEqual({
    branches: ['feature', 'main'],
    current: 'feature',
  });
  await box.execute({
    command: 'cd work; echo changed > a.txt; git commit -qam changed; echo again > a.txt',
  });
  expect(await box.post('/git/checkout', { path: 'work', branch: 'main' })).toMatchObject({
    status: 409,
    body: { code: 'GIT_DIRTY_WORKTREE' },
  });
  await ok('/git/restore', { path: 'work', files: ['a.txt'] });
  expect(await box.post('/git/checkout', { path: 'work', branch: 'nope' })).toMatchObject({
    status: 404,
    body: { code: 'GIT_BRANCH_NOT_FOUND' },
  });
  await ok('/git/push', { path: 'work', branch: 'feature', set_upstream: true, ...login });
  await ok('/git/checkout', { path: 'work', branch: 'main' });
  const remove = (name: string): Promise<Response> =>
    box.server().request('/git/branches', { method: 'DELETE', body: JSON.stringify({ path: 'work', name }) });
  expect((await remove('feature')).status).toBe(204);
  expect((await remove('feature')).status).toBe(404);
});

it('are made, and have remotes, settings and stored credentials', async () => {
  await ok('/git/init', { path: 'fresh', initial_branch: 'trunk' }, 201);
  expect(await status('fresh')).toMatchObject({ currentBranch: 'trunk', branchPublished: false });
  expect((await box.get('/git/history?path=fresh')).body).toEqual([]);
  const remote = { path: 'fresh', name: 'up', url: URL };
  await ok('/git/remotes', remote, 201);
  expect(await box.post('/git/remotes', remote)).toMatchObject({ status: 409 });
  await ok('/git/remotes', { ...remote, url: `${URL}2`, overwrite: true }, 201);
  expect((await box.get('/git/remotes?path=fresh')).body).toEqual({
    remotes: [{ name: 'up', url: `${URL}2` }],
  });
  await ok('/git/config', { key: 'core.abbrev', value: '9', scope: 'local', path: 'fresh' });
  expect((await box.get('/git/config?key=core.abbrev&path=fresh')).body).toEqual({ value: '9' });
  expect((await box.get('/git/config?key=core.abbrev')).body).toEqual({ value: null });
  expect(await box.post('/git/config', { key: 'a.b', value: '1', scope: 'local' })).toMatchObject({
    status: 400,
  });
  await ok('/git/credentials', { ...login, host: '127.0.0.1:3418', protocol: 'http' });
  await ok('/git/clone', { url: URL, path: 'stored' });
  expect(await box.execute({ command: 'stat -c %a ~/.git-credentials' })).toMatchObject({
    body: { result: '600\n' },
  });
  expect(await box.get('/git/status?path=/tmp')).toMatchObject({
    status: 404,
    body: { code: 'GIT_REPO_NOT_FOUND' },
  });
});
