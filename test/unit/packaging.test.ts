/** The entry for the registry of MCP servers, and ZIP archives, held to what others say of them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { ownerOptionList } from '../../src/control/owner-options.ts';
import { serverJson } from '../../src/packaging/server-json.ts';
import { zip } from '../../src/packaging/zip.ts';

const directory = mkdtempSync(join(tmpdir(), 'thaw-packaging-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const exactVersion = z.string().regex(/^\d+\.\d+\.\d+$/);
const Input = z.strictObject({
  name: z.string(),
  description: z.string().min(1),
  isSecret: z.boolean().optional(),
  format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
  choices: z.array(z.string()).min(1).optional(),
});
const Package = z.discriminatedUnion('registryType', [
  z.strictObject({
    registryType: z.literal('npm'),
    identifier: z.literal(packageFile.name),
    version: exactVersion,
    runtimeHint: z.literal('npx'),
    packageArguments: z.array(z.strictObject({ type: z.literal('positional'), value: z.string() })),
    transport: z.strictObject({ type: z.literal('stdio') }),
    environmentVariables: z.array(Input),
  }),
  z.strictObject({
    registryType: z.literal('mcpb'),
    // The registry asks for "mcp" in it.
    identifier: z.url().regex(/^https:.*mcp/),
    version: exactVersion,
    fileSha256: z.string().regex(/^[a-f0-9]{64}$/),
    transport: z.strictObject({ type: z.literal('stdio') }),
  }),
]);
/** The bounds that the registry documents for its revision of December 2025. */
const ServerJson = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: exactVersion,
  packages: z.array(Package).min(1),
});

describe('server.json', () => {
  const bundle = { url: 'https://example.com/v1/thaw.mcpb', sha256: 'ab'.repeat(32) };

  it('keeps to the schema of the registry, with a bundle and without', () => {
    expect(ServerJson.parse(serverJson(null)).packages.map((entry) => entry.registryType)).toEqual(['npm']);
    const both = ServerJson.parse(serverJson(bundle)).packages;
    expect(both.map(({ registryType }) => registryType)).toEqual(['npm', 'mcpb']);
    expect(ServerJson.safeParse(serverJson({ ...bundle, sha256: 'x' })).success).toBe(false);
  });

  it('names what the package of npm names, in one version', () => {
    const { name, version, packages } = ServerJson.parse(serverJson(bundle));
    expect(name).toBe(packageFile.mcpName);
    expect([version, ...packages.map((entry) => entry.version)]).toEqual(Array(3).fill(packageFile.version));
  });

  it('asks for settings that there are, and for one secret', () => {
    const [npm] = ServerJson.parse(serverJson(null)).packages;
    const inputs = npm?.registryType === 'npm' ? npm.environmentVariables : [];
    const known = new Set<string>([...ownerOptionList.map(({ variable }) => variable), 'DAYTONA_API_KEY']);
    expect(inputs.length).toBeGreaterThan(3);
    expect(inputs.filter(({ name }) => !known.has(name))).toEqual([]);
    expect(inputs.filter(({ isSecret }) => isSecret === true).map(({ name }) => name)).toEqual([
      'DAYTONA_API_KEY',
    ]);
  });
});

describe('zip', () => {
  const entries = [
    { name: 'a/ü.txt', data: Buffer.from('some text '.repeat(1_000)), mode: 0o644 },
    { name: 'run', data: Buffer.from('#!/bin/sh\n'), mode: 0o755 },
    { name: 'empty', data: Buffer.alloc(0), mode: 0o600 },
  ];

  it('is what another reader finds', () => {
    const file = join(directory, 'a.zip');
    writeFileSync(file, zip(entries));
    const program = `import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps([[i.filename, i.external_attr >> 16 & 0o777, archive.read(i).decode()] for i in archive.infolist()]))`;
    const found: unknown = JSON.parse(execFileSync('python3', ['-c', program, file], { encoding: 'utf8' }));
    expect(found).toEqual(entries.map(({ name, data, mode }) => [name, mode, data.toString()]));
  });

  it('refuses what the format cannot hold', () => {
    const [entry = { name: '', data: Buffer.alloc(0), mode: 0 }] = entries;
    expect(() => zip(Array(65_536).fill(entry))).toThrow('too many');
  });
});
