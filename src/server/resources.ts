/** Files of sandboxes as resources, in no SDK's words: `sandbox://NAME/path` is a file, or a directory as a JSON list. */
import type { CallContext } from '../backend/port.ts';
import { requireGroup } from '../backend/port.ts';
import { mimeTypeOf } from '../content/mime-type.ts';
import { parseResourceUri, RESOURCE_TEMPLATE, resourceUri } from '../content/resource-uri.ts';
import { isThawError, ThawError } from '../errors.ts';
import type { McpServerDependencies } from './tool-request.ts';

/** More would help nobody choose; the template reaches every file. */
const MAX_LISTED = 100;
const READING_TOOL = 'sandbox_read_file';

export interface ListedResource {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly mimeType: string;
  readonly [key: string]: unknown;
}

export type ResourceContent = { readonly uri: string; readonly mimeType: string } & (
  | { readonly text: string }
  | { readonly blob: string }
);

/** Whether the connection's tools would read files; otherwise there are no resources either. */
export const offersResources = ({ catalogue }: McpServerDependencies): boolean =>
  catalogue.find(READING_TOOL) !== undefined;

export const resourceTemplates = ({ catalogue }: McpServerDependencies) => [
  {
    uriTemplate:
      catalogue.sandbox === null
        ? RESOURCE_TEMPLATE
        : RESOURCE_TEMPLATE.replace('{sandbox}', encodeURIComponent(catalogue.sandbox)),
    name: 'sandbox-file',
    title: 'File of a sandbox',
    description:
      'A file up to 10 MiB, or a directory as a JSON list. path is absolute without its first slash.',
  },
];

/** Names of sandboxes that begin with `prefix`, at most a hundred. */
export async function sandboxNames(
  { backend, catalogue }: McpServerDependencies,
  prefix: string,
  context: CallContext,
): Promise<readonly string[]> {
  if (catalogue.sandbox !== null) return [catalogue.sandbox].filter((name) => name.startsWith(prefix));
  const query = { limit: MAX_LISTED, ...(prefix === '' ? {} : { name: prefix.slice(0, 128) }) };
  const page = await requireGroup(await backend(context), 'lifecycle').list(query, context);
  return page.items.map(({ name }) => name);
}

/** The root directory of each sandbox. */
export async function listResources(
  dependencies: McpServerDependencies,
  context: CallContext,
): Promise<ListedResource[]> {
  if (!offersResources(dependencies)) return [];
  return (await sandboxNames(dependencies, '', context)).map((name) => ({
    uri: resourceUri(name, '/'),
    name,
    title: `Files of ${name}`,
    mimeType: 'application/json',
  }));
}

/** Throws `invalid_argument` for an address that is none here, and what reading the file throws. */
export async function readResource(
  dependencies: McpServerDependencies,
  uri: string,
  context: CallContext,
): Promise<ResourceContent> {
  const { backend, catalogue } = dependencies;
  const place = parseResourceUri(uri);
  const allowed = offersResources(dependencies) && (catalogue.sandbox ?? place?.sandbox) === place?.sandbox;
  if (place === null || !allowed) {
    throw new ThawError('invalid_argument', 'There is no such resource.', {
      next: 'Addresses are sandbox://NAME/path, with the name of a sandbox of this connection.',
    });
  }
  const files = requireGroup(await backend(context), 'files');
  try {
    const { content, encoding } = await files.read(place.sandbox, { path: place.path }, context);
    const named = mimeTypeOf(place.path);
    if (encoding === 'utf8') return { uri, mimeType: named ?? 'text/plain', text: content };
    return { uri, mimeType: named ?? 'application/octet-stream', blob: content };
  } catch (error) {
    if (!isThawError(error, 'is_a_directory')) throw error;
    const { entries, truncated } = await files.list(place.sandbox, { path: place.path }, context);
    return { uri, mimeType: 'application/json', text: JSON.stringify({ entries, truncated }) };
  }
}
