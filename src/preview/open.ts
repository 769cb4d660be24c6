/** The owner's preview listener: opened by its settings; an owner goes on without it. */
import { hostUrl, type PreviewBase, pathUrl } from '../backend/preview-address.ts';
import { openPreviewServer, type PreviewServer, type PreviewServerOptions } from './server.ts';

export interface PreviewSettings {
  readonly previewHost: string;
  readonly previewPort: number;
  readonly previewDomain: string;
}

type Options = Pick<PreviewServerOptions, 'target' | 'clock' | 'log'> & { readonly config: PreviewSettings };

/** Null, with a line in the log, when the listener cannot be opened: sandboxes are of use without previews. */
export async function openPreviews({ config, ...rest }: Options): Promise<PreviewServer | null> {
  const { previewHost: host, previewPort: port, previewDomain: domain } = config;
  try {
    const server = await openPreviewServer({ ...rest, host, port, domain });
    rest.log.info(describePreviews(server.base), 'previews are served');
    return server;
  } catch (error) {
    rest.log.error({ err: error, host, port, domain }, 'previews cannot be served');
    return null;
  }
}

/** The patterns of preview URLs, for people. */
export function describePreviews(base: PreviewBase): { readonly domain: string; readonly listener: string } {
  const address = { name: 'ID', port: 0 };
  return {
    domain: hostUrl(base, address).replace('//0-', '//PORT-'),
    listener: pathUrl(base, address).replace('/ID/0/', '/ID/PORT/'),
  };
}
