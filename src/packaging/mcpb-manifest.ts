/** The manifest of the bundle for Claude Desktop: what it starts, what it asks its user, which tools it has. */
import packageFile from '../../package.json' with { type: 'json' };
import { tools } from '../../tools/index.ts';
import { type Platform, platforms } from './native-packages.ts';

const ENTRY = 'server/dist/thaw.mjs';

interface Setting {
  readonly type: 'string' | 'boolean' | 'directory';
  readonly title: string;
  readonly description: string;
  /** Each has one: Claude Desktop passes the placeholder of a setting that has no value on as it is. */
  readonly default: string | boolean;
  readonly sensitive?: true;
  /** The variable that Thaw reads it from. */
  readonly variable: string;
}

/** What Claude Desktop asks for; all of it may be left alone. */
const settings: Readonly<Record<string, Setting>> = {
  host_folder: {
    type: 'directory',
    title: 'Folder to exchange files with',
    description: 'Files are copied between this folder and sandboxes when you ask for it. None by default.',
    default: '',
    variable: 'THAW_HOST_PATHS',
  },
  docker_host: {
    type: 'string',
    title: 'Docker Engine',
    description: 'Such as unix:///var/run/docker.sock or tcp://host:2375. Empty: found by itself.',
    default: '',
    variable: 'THAW_DOCKER_HOST',
  },
  toolsets: {
    type: 'string',
    title: 'Toolsets',
    description: 'core, default, all, or areas such as snapshots, network, ssh; comma-separated.',
    default: 'default',
    variable: 'THAW_TOOLSETS',
  },
  read_only: {
    type: 'boolean',
    title: 'Read only',
    description: 'Offer only the tools that change nothing.',
    default: false,
    variable: 'THAW_READ_ONLY',
  },
  api_key: {
    type: 'string',
    title: 'API key of a Daytona-compatible API',
    description: 'With a key the sandboxes are there, and no Docker Engine is needed here.',
    default: '',
    sensitive: true,
    variable: 'DAYTONA_API_KEY',
  },
  api_url: {
    type: 'string',
    title: 'Address of that API',
    description: 'Counts with a key only. Empty: the cloud of Daytona.',
    default: '',
    variable: 'DAYTONA_API_URL',
  },
};

const firstSentence = (text: string): string => /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text;

/** As the manifest has it. */
function shown({
  type,
  title,
  description,
  sensitive,
  ...setting
}: Setting): Readonly<Record<string, unknown>> {
  const secret = sensitive === true ? { sensitive } : {};
  return { type, title, description, default: setting.default, ...secret, required: false };
}

/** `carried` are the platforms whose native part is in the bundle. */
export function mcpbManifest(carried: readonly Platform[]): Readonly<Record<string, unknown>> {
  const entries = Object.entries(settings);
  return {
    manifest_version: '0.3',
    name: 'thaw',
    display_name: 'Thaw sandboxes',
    version: packageFile.version,
    description: packageFile.description,
    long_description:
      'Linux sandboxes in which Claude runs commands and code, reads and writes files, and previews what it serves. They run on your own Docker Engine (Docker Desktop will do), or behind a Daytona-compatible API.',
    author: { name: 'Thaw' },
    license: packageFile.license,
    server: {
      type: 'node',
      entry_point: ENTRY,
      mcp_config: {
        command: 'node',
        args: [`\${__dirname}/${ENTRY}`, 'mcp'],
        env: Object.fromEntries(entries.map(([name, { variable }]) => [variable, `\${user_config.${name}}`])),
      },
    },
    // Those of the toolset that is set by default, and more when another one is asked for.
    tools: tools.map(({ name, description }) => ({ name, description: firstSentence(description) })),
    tools_generated: true,
    compatibility: {
      platforms: [...new Set(carried.map((platform) => platforms[platform]))],
      runtimes: { node: packageFile.engines.node },
    },
    user_config: Object.fromEntries(entries.map(([name, setting]) => [name, shown(setting)])),
  };
}
