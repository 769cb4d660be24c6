/** A project with Vite for a sandbox without network: packed here, sent through a preview, unpacked there. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { call } from './open-engine.ts';
import { type PreviewFixture, serve } from './preview-fixture.ts';

const PackageFile = z.object({
  name: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** The directory of a package that `from` depends on; null for an optional one that is not for this platform. */
async function locate(name: string, from: string): Promise<string | null> {
  for (const path of createRequire(join(from, 'package.json')).resolve.paths(name) ?? []) {
    const directory = join(path, name);
    const found = await readFile(join(directory, 'package.json')).catch(() => null);
    if (found !== null) return directory;
  }
  return null;
}

/** Vite and all it needs, by name. */
async function collect(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const visit = async (name: string, directory: string): Promise<void> => {
    found.set(name, directory);
    const file = PackageFile.parse(JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')));
    for (const dependency of Object.keys({ ...file.dependencies, ...file.optionalDependencies })) {
      const place = found.has(dependency) ? null : await locate(dependency, directory);
      if (place !== null) await visit(dependency, place);
    }
  };
  const vite = await locate('vite5', import.meta.dirname);
  if (vite === null) throw new Error('The development dependency vite5 is not installed.');
  await visit('vite', vite);
  return found;
}

const UNPACKER = `
const { spawn } = require('node:child_process');
require('node:http').createServer((req, res) => {
  const tar = spawn('tar', ['-xz', '-C', process.env.HOME + '/site']);
  req.pipe(tar.stdin);
  tar.on('exit', (code) => res.writeHead(code === 0 ? 200 : 500).end());
}).listen(3999);
`;

async function send({ server, engine }: PreviewFixture, sandbox: string, staged: string): Promise<void> {
  const { token, url } = await engine.previews.url(sandbox, 3999, call());
  const upload = request({
    host: '127.0.0.1',
    port: server.base.listenPort,
    method: 'POST',
    headers: { host: new URL(url).host, 'x-daytona-preview-token': token },
  });
  const answered = new Promise<number>((resolve, reject) => {
    upload.once('response', (response) => resolve(response.resume().statusCode ?? 0));
    upload.once('error', reject);
  });
  const tar = spawn('tar', ['-cz', '-C', staged, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await pipeline(tar.stdout, upload);
  const status = await answered;
  if (status !== 200) throw new Error(`The project was not unpacked: status ${status}.`);
}

/** Leaves a Vite project in ~/site of the sandbox and starts its development server on the port. */
export async function startVite(fixture: PreviewFixture, sandbox: string, port: number): Promise<void> {
  const { engine } = fixture;
  const write = (path: string, content: string) => engine.files.write(sandbox, { path, content }, call());
  await write(
    'site/index.html',
    '<body><h1 id="text"></h1><script type="module" src="/main.js"></script></body>',
  );
  await write(
    'site/main.js',
    "import { text } from './text.js';\nconst show = (text) => { document.querySelector('#text').textContent = text; };\nshow(text);\nimport.meta.hot.accept('./text.js', (changed) => show(changed.text));\n",
  );
  await write('site/text.js', "export const text = 'first';\n");
  await serve(engine, sandbox, 3999, { file: 'unpack.cjs', program: UNPACKER, run: 'node unpack.cjs' });
  const staged = await mkdtemp(join(tmpdir(), 'thaw-vite-'));
  try {
    for (const [name, directory] of await collect()) {
      await mkdir(dirname(join(staged, 'node_modules', name)), { recursive: true });
      await cp(directory, join(staged, 'node_modules', name), { recursive: true });
    }
    await send(fixture, sandbox, staged);
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
  await serve(engine, sandbox, port, {
    file: 'site/package.json',
    program: '{"type":"module"}',
    run: `sh -c 'cd site && node node_modules/vite/bin/vite.js --port ${port} --strictPort'`,
  });
}
