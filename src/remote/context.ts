/** What the operations of the remote backend share. */
import type { Api } from './api.ts';
import type { StateEvents } from './state-events.ts';
import type { ToolboxPlaces } from './toolbox/places.ts';

export interface RemoteContext {
  readonly api: Api;
  readonly events: StateEvents;
  /** Where the toolboxes of sandboxes are. */
  readonly places: ToolboxPlaces;
}
