/** The toolbox of the fake server: a few commands that it knows by heart, and files in memory. */
import { posix } from 'node:path';
import type { Route } from './routes.ts';
import type { Answer, FakeDaytona } from './server.ts';

const ok = (body?: unknown): Answer => ({ status: 200, body });
const refuse = (statusCode: number, message: string, code?: string): Answer => ({
  status: statusCode,
  body: { statusCode, message, code, source: 'DAYTONA_DAEMON' },
});

type OnToolbox = (fake: FakeDaytona, request: Parameters<Route['answer']>[1]) => Answer;

const at = (method: string, path: string, work: OnToolbox): Route => ({
  method,
  pattern: new RegExp(`^/toolbox/([^/]+)${path}$`),
  answer: (fake, request, [id = '']) => {
    if (fake.sandboxes.get(id)?.state !== 'started')
      return refuse(400, 'no IP address found. Is the Sandbox started?');
    return work(fake, request);
  },
});

/** What the commands of the tests print, both outputs in one. */
const commands: Readonly<Record<string, Answer>> = {
  'echo out; echo err >&2; exit 3': ok({ exitCode: 3, result: 'out\nerr\n' }),
  true: ok({ exitCode: 0, result: '' }),
  'sleep 60': refuse(408, 'command execution timeout', 'PROCESS_EXECUTION_TIMEOUT'),
};

const info = (path: string, data: Buffer): object => ({
  name: posix.basename(path),
  size: data.length,
  mode: '-rw-r--r--',
  modTime: '2026-11-21 18:09:41.849123 +0000 UTC',
  isDir: false,
  owner: '1000',
  group: '1000',
  permissions: '0644',
});

/** The one file of an upload of ours. */
function upload(fake: FakeDaytona, body: Buffer, type: string): Answer {
  const boundary = /boundary=(\S+)/.exec(type)?.[1] ?? '';
  const [, first = '', second = ''] = body.toString('latin1').split(`--${boundary}`);
  const path = Buffer.from(first.split('\r\n\r\n')[1] ?? '', 'latin1')
    .toString('utf8')
    .trim();
  if (!first.includes('name="files[0].path"') || !second.includes('name="files[0].file"'))
    return refuse(400, 'the path comes before its file');
  const data = Buffer.from(second.slice(second.indexOf('\r\n\r\n') + 4, -2), 'latin1');
  if (path.startsWith('/etc/')) return refuse(403, 'access denied', 'FILE_ACCESS_DENIED');
  fake.files.set(path, data);
  return ok({ files: [{ path, bytes: data.length }] });
}

function execute(fake: FakeDaytona, json: Readonly<Record<string, unknown>>): Answer {
  const command = String(json['command']);
  if (json['cwd'] === '/nowhere')
    return ok({ exitCode: -1, result: 'chdir /nowhere: no such file or directory' });
  const appended = /cat '([^']+)' >> '([^']+)'/.exec(command);
  if (appended !== null) {
    const [, from = '', to = ''] = appended;
    const parts = [fake.files.get(to), fake.files.get(from)].filter((part) => part !== undefined);
    fake.files.set(to, Buffer.concat(parts));
    fake.files.delete(from);
    return ok({ exitCode: 0, result: '' });
  }
  const input = /^base64 -d <<'THAW_INPUT' .* -c 'cat'\n(.*)\nTHAW_INPUT\n$/.exec(command);
  if (input !== null) return ok({ exitCode: 0, result: Buffer.from(input[1] ?? '', 'base64').toString() });
  const known = commands[command];
  if (known === undefined) throw new Error(`the fake does not know the command ${command}`);
  return known;
}

const sessionRoutes: readonly Route[] = [
  at('POST', '/process/session', (fake, { json }) => {
    fake.sessions.set(String(json['sessionId']), null);
    return { status: 201 };
  }),
  at('GET', '/process/session', (fake) =>
    ok([...fake.sessions].map(([sessionId, command]) => ({ sessionId, commands: [command ?? []].flat() }))),
  ),
  at('POST', '/process/session/[^/]+/exec', (fake, { path, json }) => {
    const id = path.split('/')[5] ?? '';
    fake.sessions.set(id, { id: 'cmd', command: String(json['command']), input: '' });
    return { status: 202, body: { cmdId: 'cmd' } };
  }),
  at('GET', '/process/session/[^/]+', (fake, { path }) => {
    const id = path.split('/')[5] ?? '';
    const command = fake.sessions.get(id);
    if (command === undefined) return refuse(404, 'session not found');
    const exitCode = command?.input === 'end\n' ? { exitCode: 4 } : {};
    return ok({ sessionId: id, commands: command === null ? [] : [{ ...command, ...exitCode }] });
  }),
  at('DELETE', '/process/session/[^/]+', (fake, { path }) =>
    fake.sessions.delete(path.split('/')[5] ?? '') ? { status: 204 } : refuse(404, 'session not found'),
  ),
  at('GET', '/process/session/[^/]+/command/cmd/logs', () =>
    ok({ output: '\u0001\u0001\u0001out\n\u0002\u0002\u0002err\n\u0001\u0001\u0001more\n' }),
  ),
  at('POST', '/process/session/[^/]+/command/cmd/input', (fake, { path, json }) => {
    const command = fake.sessions.get(path.split('/')[5] ?? '');
    if (command) command.input = String(json['data']);
    return { status: 204 };
  }),
];

export const toolboxRoutes: readonly Route[] = [
  ...sessionRoutes,
  at('POST', '/process/execute', (fake, { json }) => execute(fake, json)),
  at('GET', '/work-dir', () => ok({ dir: '/home/daytona' })),
  at('GET', '/port', () => ok({ ports: [3000] })),
  at('GET', '/files/search', (fake, { query }) => {
    const suffix = (query.get('pattern') ?? '').replace(/^\*/, '');
    const root = `${query.get('path') ?? ''}/`;
    return ok({
      files: [...fake.files.keys()].filter((file) => file.startsWith(root) && file.endsWith(suffix)),
    });
  }),
  at('GET', '/files/find', (fake, { query }) => {
    const [root, text] = [`${query.get('path') ?? ''}/`, query.get('pattern') ?? ''];
    const lines = [...fake.files].flatMap(([file, data]) =>
      data
        .toString('utf8')
        .split('\n')
        .map((content, index) => ({ file, line: index + 1, content })),
    );
    return ok(lines.filter(({ file, content }) => file.startsWith(root) && content.includes(text)));
  }),
  at('GET', '/files/info', (fake, { query }) => {
    const path = query.get('path') ?? '';
    const data = fake.files.get(path);
    return data === undefined ? refuse(404, 'file not found', 'FILE_NOT_FOUND') : ok(info(path, data));
  }),
  at('GET', '/files/download', (fake, { query }) => {
    const data = fake.files.get(query.get('path') ?? '');
    if (data === undefined) return refuse(404, 'file not found', 'FILE_NOT_FOUND');
    return { status: 200, raw: data, headers: { 'content-type': 'application/octet-stream' } };
  }),
  at('POST', '/files/bulk-upload', (fake, { body, headers }) =>
    upload(fake, body, headers['content-type'] ?? ''),
  ),
  at('POST', '/files/permissions', () => ok()),
  at('GET', '/files', (fake, { query }) => {
    const path = query.get('path') ?? '';
    const below = [...fake.files].filter(([file]) => posix.dirname(file) === path);
    const folders = [...fake.files.keys()]
      .filter((file) => file.startsWith(`${path}/`) && posix.dirname(file) !== path)
      .map((file) => posix.relative(path, file).split('/')[0] ?? '');
    if (below.length === 0 && folders.length === 0) return refuse(404, 'not found', 'FILE_NOT_FOUND');
    return ok([
      ...below.map(([file, data]) => info(file, data)),
      ...[...new Set(folders)].map((name) => ({
        ...info(name, Buffer.alloc(0)),
        isDir: true,
        mode: 'drwxr-xr-x',
        permissions: '0755',
      })),
    ]);
  }),
];
