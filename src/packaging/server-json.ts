/** The entry of Thaw in the registry of MCP servers: which packages there are and which settings clients may ask for. */
import packageFile from '../../package.json' with { type: 'json' };
import { type OwnerOption, ownerOptions } from '../control/owner-options.ts';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
/** The registry takes no longer one. */
const DESCRIPTION =
  'Linux sandboxes for agents on your own Docker Engine: commands, code, files, forks, previews';

/** A bundle as it is published: the registry wants to know what its bytes are. */
export interface PublishedBundle {
  readonly url: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

interface Input {
  readonly name: string;
  readonly description: string;
  readonly isSecret?: true;
  readonly format?: 'boolean';
  readonly choices?: readonly string[];
}

function inputOf({ variable, help, ...option }: OwnerOption): Input {
  return {
    name: variable,
    description: help,
    ...(option.kind === 'switch' ? { format: 'boolean' as const } : {}),
    ...(option.kind === 'choice' ? { choices: option.choices } : {}),
  };
}

/** What people set; everything else is in the help of the command line. */
const inputs: readonly Input[] = [
  ...(['dockerHost', 'toolsets', 'readOnly', 'hostPaths', 'backend', 'apiUrl'] as const).map((name) =>
    inputOf(ownerOptions[name]),
  ),
  { name: 'DAYTONA_API_KEY', description: 'key of the Daytona-compatible API', isSecret: true },
];

/** `bundle` is null before there is an address that it can be fetched from. */
export function serverJson(bundle: PublishedBundle | null): Readonly<Record<string, unknown>> {
  const { mcpName, name, version } = packageFile;
  const transport = { type: 'stdio' };
  const npm = {
    registryType: 'npm',
    identifier: name,
    version,
    runtimeHint: 'npx',
    packageArguments: [{ type: 'positional', value: 'mcp' }],
    transport,
    environmentVariables: inputs,
  };
  const mcpb =
    bundle === null
      ? []
      : [{ registryType: 'mcpb', identifier: bundle.url, version, fileSha256: bundle.sha256, transport }];
  return {
    $schema: SCHEMA,
    name: mcpName,
    title: 'Thaw',
    description: DESCRIPTION,
    version,
    packages: [npm, ...mcpb],
  };
}
