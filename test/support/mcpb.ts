/** The official tools for bundles of Claude Desktop, in the version that the tests hold Thaw to. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { output } from './packed.ts';
import { installPinned } from './pinned-packages.ts';

const packages = { '@anthropic-ai/mcpb': '2.1.2' };

/** What Claude Desktop spawns. */
const McpConfig = z.object({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
});
export type McpConfig = z.output<typeof McpConfig>;

const Library = z.object({
  getMcpConfigForManifest: z.custom<(options: object) => Promise<unknown>>(
    (value) => typeof value === 'function',
  ),
});

export interface McpbTools {
  /** Runs the command line; throws when it finds fault. */
  readonly cli: (...args: readonly string[]) => Promise<string>;
  /** What Claude Desktop makes of a manifest and of what its user set. */
  readonly mcpConfig: (
    manifest: unknown,
    extensionPath: string,
    userConfig: Readonly<Record<string, unknown>>,
  ) => Promise<McpConfig>;
}

/** Needs a package registry that answers, the first time. */
export async function installMcpb(): Promise<McpbTools> {
  const directory = await installPinned('mcpb', packages);
  const dist = join(directory, 'node_modules', '@anthropic-ai', 'mcpb', 'dist');
  const library = Library.parse(await import(pathToFileURL(join(dist, 'index.js')).href));
  return {
    cli: (...args) => output(process.execPath, [join(dist, 'cli', 'cli.js'), ...args], { cwd: directory }),
    mcpConfig: async (manifest, extensionPath, userConfig) =>
      McpConfig.parse(
        await library.getMcpConfigForManifest({
          manifest,
          extensionPath,
          userConfig,
          systemDirs: {},
          pathSeparator: '/',
        }),
      ),
  };
}
