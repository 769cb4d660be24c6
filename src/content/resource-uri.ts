/** The address of a sandbox's file as a resource: `sandbox://NAME/path`, percent-encoded. Pure. */

const PREFIX = 'sandbox://';
export const RESOURCE_TEMPLATE = 'sandbox://{sandbox}/{+path}';

/** `path` is absolute. */
export function resourceUri(sandbox: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  return `${PREFIX}${encodeURIComponent(sandbox)}/${parts.map(encodeURIComponent).join('/')}`;
}

export interface ResourcePlace {
  readonly sandbox: string;
  readonly path: string;
}

/** Null for what is no such address. */
export function parseResourceUri(uri: string): ResourcePlace | null {
  const [, name = '', path = ''] = /^sandbox:\/\/([^/?#]+)\/([^?#]*)$/.exec(uri) ?? [];
  if (name === '') return null;
  try {
    return { sandbox: decodeURIComponent(name), path: `/${decodeURIComponent(path)}` };
  } catch {
    return null;
  }
}
