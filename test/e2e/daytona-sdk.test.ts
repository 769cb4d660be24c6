/** Daytona's official TypeScript SDKs, unmodified, against `thaw serve` with real sandboxes. */
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { commandTests, newCommandTests } from '../support/daytona-sdk/commands.ts';
import { errorTests, newErrorTests } from '../support/daytona-sdk/errors.ts';
import { exitProgram } from '../support/daytona-sdk/exit-program.ts';
import { fileTests, newFileTests } from '../support/daytona-sdk/files.ts';
import { gitTests, newGitTests } from '../support/daytona-sdk/git.ts';
import { lifeTests, newLifeTests } from '../support/daytona-sdk/life.ts';
import type { SdkSandbox } from '../support/daytona-sdk/sdk-types.ts';
import type { SdkStage } from '../support/daytona-sdk/stage.ts';
import { newTemplateTests, templateTests } from '../support/daytona-sdk/templates.ts';
import { installSdks, loadSdk, sdkFile, sdkVersions } from '../support/daytona-sdk/versions.ts';
import { wayInTests } from '../support/daytona-sdk/ways-in.ts';
import { openRestOwner, type RestOwner } from '../support/rest-owner.ts';

const EXIT_MS = 1_000;

let directory: string;
let owner: RestOwner;
beforeAll(async () => {
  [directory, owner] = await Promise.all([installSdks(), openRestOwner()]);
}, 400_000);
afterAll(async () => {
  await owner.close();
});

describe.each(sdkVersions)('$title', (version) => {
  let stage: SdkStage;
  const current = (): SdkStage => stage;
  const name = (what: string): string => `${version.alias}-${what}`;

  beforeAll(async () => {
    const sdk = await loadSdk(directory, version);
    const { apiKey, apiUrl } = owner;
    const made = await owner.space.run('key', 'create', name('reader'), '--permissions', 'read:volumes');
    const readerKey = made.stdout.trim();
    const connect = (key: string) => new sdk.Daytona({ apiKey: key, apiUrl, target: 'local' });
    const daytona = connect(apiKey);
    const box: SdkSandbox = await daytona.create({
      name: name('box'),
      language: 'python',
      envVars: { WHO: 'agent' },
      labels: { suite: name('suite') },
    });
    const { image } = inject('snapshot');
    stage = { version, sdk, daytona, apiKey, apiUrl, readerKey, box, image, connect, name };
  });
  afterAll(async () => {
    await stage.box.delete();
    await stage.daytona[Symbol.asyncDispose]?.();
  });

  lifeTests(current);
  commandTests(current);
  fileTests(current);
  gitTests(current);
  wayInTests(current);
  templateTests(current);
  errorTests(current);
  if (!version.isOld) {
    newLifeTests(current);
    newCommandTests(current);
    newFileTests(current);
    newGitTests(current);
    newTemplateTests(current);
    newErrorTests(current);
  }

  it('lets its process end at once', async () => {
    const program = exitProgram(pathToFileURL(sdkFile(directory, version)).href);
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', program],
      {
        env: { PATH: process.env['PATH'], DAYTONA_API_KEY: owner.apiKey, DAYTONA_API_URL: owner.apiUrl },
        timeout: 30_000,
      },
    );
    expect(stdout).toBe('out of the sandbox\n');
    expect(Number(stderr)).toBeLessThan(EXIT_MS);
  });
});
