/** The toolbox's routes, in the order of the API's document. */
import { codeRoutes } from './code-routes.ts';
import { downloadRoutes } from './download-routes.ts';
import { fileRoutes } from './file-routes.ts';
import { gitRoutes } from './git-routes.ts';
import { notOfferedRoutes } from './not-offered.ts';
import { processRoutes } from './process-routes.ts';
import type { ToolboxRoute } from './route.ts';
import { sessionRoutes } from './session-routes.ts';
import { systemRoutes } from './system-routes.ts';
import { terminalRoutes } from './terminal-routes.ts';
import { uploadRoutes } from './upload-routes.ts';

export const toolboxRoutes: readonly ToolboxRoute[] = [
  ...fileRoutes,
  ...downloadRoutes,
  ...uploadRoutes,
  ...gitRoutes,
  ...processRoutes,
  ...codeRoutes,
  ...sessionRoutes,
  ...terminalRoutes,
  ...systemRoutes,
  ...notOfferedRoutes,
];
