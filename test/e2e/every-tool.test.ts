/** Every tool on its good path and on a bad one: a client that spawns the real command line, over the real engine. */
import { mkdirSync, rmSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tools } from '../../tools/index.ts';
import { call, spawnStdioClient } from '../support/mcp-client.ts';
import type { OwnerSpace } from '../support/owner.ts';
import { realOwnerSpace } from '../support/real-owner.ts';
import { codeSteps } from './every-tool/code.ts';
import { copiesSteps } from './every-tool/copies.ts';
import { execFileSteps, HOST_DIRECTORY } from './every-tool/exec-files.ts';
import { lifecycleSteps } from './every-tool/lifecycle.ts';
import { previewSteps } from './every-tool/previews.ts';
import { sshSteps } from './every-tool/ssh.ts';
import type { Step } from './every-tool/step.ts';
import { templateSteps } from './every-tool/templates.ts';
import { volumeSteps } from './every-tool/volumes.ts';

/** A session each, in files of `every-tool`. */
const families: Readonly<Record<string, readonly Step[]>> = {
  lifecycle: lifecycleSteps,
  'exec and files': execFileSteps,
  code: codeSteps,
  copies: copiesSteps,
  templates: templateSteps,
  volumes: volumeSteps,
  previews: previewSteps,
  ssh: sshSteps,
};

let space: OwnerSpace;
let client: Client;
const answers = new Map<string, Readonly<Record<string, unknown>>>();

beforeAll(async () => {
  mkdirSync(HOST_DIRECTORY, { recursive: true });
  space = await realOwnerSpace();
  ({ client } = await spawnStdioClient(
    space.command('mcp', '--toolsets', 'all', '--host-paths', HOST_DIRECTORY),
    space.env,
  ));
  // Listing makes the client check every structured answer against the published schema.
  await client.listTools();
});
afterAll(async () => {
  await client.close();
  await space.dispose();
  rmSync(HOST_DIRECTORY, { recursive: true, force: true });
});

async function take(step: Step): Promise<void> {
  step.before?.(space.paths.stateDir);
  const given = typeof step.given === 'function' ? step.given(answers) : step.given;
  const { isError, text, structured } = await call(client, step.tool, given);
  if ('refused' in step) {
    expect([isError, text.split(':')[0]], text).toEqual([true, step.refused]);
    expect(text).toMatch(/\nNext: .+\nRetryable: (yes|no)/);
    return;
  }
  expect(isError, text).toBe(false);
  expect(structured).toMatchObject(step.answered);
  expect(JSON.parse(text)).toEqual(structured);
  answers.set(step.tool, structured ?? {});
}

const title = (step: Step): string =>
  `${step.tool} ${'refused' in step ? `is refused: ${step.refused}` : 'answers'}`;

describe.each(Object.keys(families))('%s', (family) => {
  it.each((families[family] ?? []).map((step): [string, Step] => [title(step), step]))(
    '%s',
    async (_title, step) => await take(step),
  );
});

it.each(tools.map(({ name }) => [name]))('%s has both a good step and a bad one', (name) => {
  const steps = Object.values(families)
    .flat()
    .filter(({ tool }) => tool === name);
  const missing = `add steps for ${name} to a family in test/e2e/every-tool`;
  expect(
    steps.some((step) => 'answered' in step),
    missing,
  ).toBe(true);
  expect(
    steps.some((step) => 'refused' in step),
    missing,
  ).toBe(true);
});

it('leaves no sandbox and no volume', async () => {
  expect((await call(client, 'sandbox_list')).structured).toMatchObject({ total: 0 });
  expect((await call(client, 'volume_list')).structured).toMatchObject({ items: [] });
});
