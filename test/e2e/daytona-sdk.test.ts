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
import { type Trouble, troubleTests } from '../support/daytona-sdk/trouble-cases.ts';
import { installSdks, loadSdk, sdkFile, sdkVersions } from '../support/daytona-sdk/versions.ts';
import { wayInTests } from '../support/daytona-sdk/ways-in.ts';
import { type DockerRelay, dockerRelay } from '../support/docker-relay.ts';
import { openRestOwner, type RestOwner } from '../support/rest-owner.ts';

const EXIT_MS = 1_000;

let directory: string;
let relay: DockerRelay;
let owner: RestOwner;
const newStages: SdkStage[] = [];
beforeAll(async () => {
  relay = await dockerRelay(inject('endpoint'));
  const opening = openRestOwner({ THAW_DOCKER_HOST: relay.host });
  [directory, owner] = await Promise.all([installSdks(), opening]);
}, 400_000);
afterAll(async () => {
  await owner.close();
  await relay.close();
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
    if (!version.isOld) newStages.push(stage);
  });
  afterAll(async () => {
    await stage.box.delete();
    if (version.isOld) await stage.daytona[Symbol.asyncDispose]?.();
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

describe('a server in trouble', () => {
  troubleTests(
    () => newStages,
    (): Trouble => ({ relay, space: owner.space }),
  );
  afterAll(async () => {
    await Promise.all(newStages.map(async ({ daytona }) => await daytona[Symbol.asyncDispose]?.()));
  });
});
