/** `thaw install`: writes Thaw into the configuration of an MCP client, with a diff before and a backup after. */
import { dirname, join, resolve } from 'node:path';
import { clients, type McpClient } from '../client-config/clients.ts';
import { ClientConfigError, readConfigFile, replaceConfigFile } from '../client-config/config-file.ts';
import { spawnedServer } from '../client-config/launcher.ts';
import { listDirectory } from '../client-config/places.ts';
import { changedText } from '../client-config/plan.ts';
import { KEY_VARIABLE, type ServerEntry } from '../client-config/server-entry.ts';
import { handedOn } from '../client-config/settings.ts';
import { snippetOf } from '../client-config/snippets.ts';
import { unifiedDiff } from '../client-config/unified-diff.ts';
import { systemClock } from '../clock.ts';
import { ownerOptionList } from '../control/owner-options.ts';
import { suggest } from '../suggest.ts';
import { type Command, type Flags, UsageError } from './command.ts';
import type { ProcessHost } from './host.ts';
import { ownerFlags, pathFlags } from './owner-flags.ts';
import { positionalsOf } from './parse-flags.ts';
import { readConfig } from './read-config.ts';

const ownFlags = {
  name: { type: 'string' },
  config: { type: 'string', path: true },
  project: { type: 'boolean' },
  url: { type: 'string' },
  print: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  remove: { type: 'boolean' },
} as const;
const flags = { ...ownerFlags, ...ownFlags };
const ids = clients.map(({ id }) => id);

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

function clientNamed(args: readonly string[]): McpClient {
  const [id, ...more] = positionalsOf(args, flags);
  if (more.length > 0) throw new UsageError(`Unexpected argument "${more[0]}".`);
  const found = clients.find((client) => client.id === id);
  if (found !== undefined) return found;
  if (id === undefined) throw new UsageError(`Name the client: thaw install ${ids.join('|')}`);
  const guess = suggest(id, ids);
  const hint = guess === null ? `The clients are: ${ids.join(', ')}.` : `Did you mean "${guess}"?`;
  throw new UsageError(`Unknown client "${id}". ${hint}`);
}

/** The options of `thaw mcp` among the flags, as its arguments. A client starts it in a directory of its own. */
function mcpArguments(given: Flags): readonly string[] {
  const absolute = (list: string): string =>
    list
      .split(',')
      .map((path) => resolve(path.trim()))
      .join(',');
  return ownerOptionList.flatMap(({ flag }) => {
    const value = given[flag];
    if (typeof value === 'string') return [`--${flag}`, pathFlags.has(flag) ? absolute(value) : value];
    return value === true ? [`--${flag}`] : [];
  });
}

function checkedUrl(url: string, settings: readonly string[]): string {
  if (settings.length > 0) throw new UsageError(`${settings[0]} is a setting of the server at --url.`);
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new UsageError(
      `--url must be the address of MCP, such as http://127.0.0.1:4440/mcp, not "${url}".`,
    );
  }
  return url;
}

/** Clients make the names of tools of it. */
function checkedName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw new UsageError(`--name must be up to 64 letters, digits, "-" and "_", not "${name}".`);
}

function serverOf(given: Flags, host: ProcessHost): ServerEntry {
  const settings = mcpArguments(given);
  const url = text(given['url']);
  if (url !== undefined) return { kind: 'http', url: checkedUrl(url, settings) };
  readConfig(given, host);
  return spawnedServer(host, ['mcp', ...settings], handedOn(host.environment));
}

function fileOf(given: Flags, client: McpClient, host: ProcessHost): string {
  const config = text(given['config']);
  if (config !== undefined) {
    if (given['project'] === true) throw new UsageError('Give one of --config and --project.');
    return resolve(config);
  }
  if (given['project'] !== true) {
    const { environment } = host;
    return client.userFile({ platform: process.platform, environment, list: listDirectory });
  }
  if (client.projectFile === null) throw new UsageError(`${client.title} has no files of projects.`);
  return resolve(join(...client.projectFile));
}

/** What a person has to know or do beside. */
function notes(client: McpClient, server: ServerEntry | null, host: ProcessHost): string[] {
  if (server === null) return [client.reload];
  const usesVariable = JSON.stringify(client.entry(server)).includes(KEY_VARIABLE);
  const key = usesVariable ? [`Start ${client.title} with ${KEY_VARIABLE} set to an API key of Thaw.`] : [];
  const secret = ['DAYTONA_API_KEY', 'DAYTONA_JWT_TOKEN'].find(
    (name) => host.environment[name] !== undefined,
  );
  const unsaid =
    secret !== undefined && server.kind === 'stdio'
      ? [`${secret} is a secret and is not written: give --api-key-file for the remote backend.`]
      : [];
  return [...key, ...unsaid, client.reload];
}

async function install(given: Flags, host: ProcessHost, args: readonly string[]): Promise<number> {
  const client = clientNamed(args);
  const name = checkedName(text(given['name']) ?? 'thaw');
  const server = given['remove'] === true ? null : serverOf(given, host);
  const path = fileOf(given, client, host);
  if (given['print'] === true) {
    if (server === null) throw new UsageError('Give one of --print and --remove.');
    const snippet = snippetOf(client, server, name);
    if (snippet === null)
      throw new ClientConfigError(`${client.title} takes no servers over HTTP in its file.`);
    host.stdout.write(`${snippet}\n`);
    return 0;
  }
  const file = await readConfigFile(path);
  const after = changedText(file.text ?? '', { client, name, server }, path);
  if (after === (file.text ?? '')) {
    const what = server === null ? `has no server "${name}"` : `has "${name}" as it should be`;
    host.stderr.write(`${path} ${what}; nothing to change.\n`);
    return 0;
  }
  host.stdout.write(unifiedDiff(path, file.text, after));
  if (given['dry-run'] === true) {
    host.stderr.write('Nothing was changed (--dry-run).\n');
    return 0;
  }
  const backup = await replaceConfigFile(file, after, systemClock);
  const done = `${server === null ? 'Removed' : 'Wrote'} "${name}" ${server === null ? 'from' : 'into'} ${path}.`;
  const kept = backup === null ? `It is new in ${dirname(path)}.` : `Its old text is in ${backup}.`;
  host.stderr.write(`${[`${done} ${kept}`, ...notes(client, server, host)].join('\n')}\n`);
  return 0;
}

async function run(given: Flags, host: ProcessHost, args: readonly string[]): Promise<number> {
  try {
    return await install(given, host, args);
  } catch (error) {
    if (!(error instanceof ClientConfigError)) throw error;
    host.stderr.write(`thaw install: ${error.message}\n`);
    return 1;
  }
}

export const installCommand: Command = {
  flags,
  positionals: true,
  words: ids,
  help: () =>
    `Usage: thaw install ${ids.join('|')} [options]

Writes Thaw into the configuration of an MCP client: Claude Desktop, Claude Code, VS Code or Cursor. Shows the change as a diff,
keeps the old text beside the file, and leaves other servers, comments and the layout as they are. A second run changes nothing.
The options of \`thaw mcp\` (such as --toolsets, --host-paths, --state-dir; see \`thaw help mcp\`) are written as its arguments, and
settings of Thaw in the environment as its variables. Secrets are not written.

Options:
  --dry-run        show the diff, change nothing
  --print          print what would stand in a file of its own, for pasting
  --remove         take Thaw out again
  --name NAME      name of the server in the client; thaw by default
  --project        the file of the project in this directory in place of the user's (not Claude Desktop)
  --config PATH    this file in place of the usual one
  --url URL        connect to a server that runs (http://127.0.0.1:4440/mcp) in place of spawning one; the API key is asked for by
                   VS Code, and read from ${KEY_VARIABLE} by Claude Code and Cursor
`,
  run,
};
