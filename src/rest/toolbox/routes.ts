/** The toolbox's routes, in the order of the API's document. */
import { notOfferedRoutes } from './not-offered.ts';
import type { ToolboxRoute } from './route.ts';

export const toolboxRoutes: readonly ToolboxRoute[] = [...notOfferedRoutes];
