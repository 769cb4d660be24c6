/** Files of real sandboxes. */

import { describeFiles } from '../support/engine-suites/files.ts';
import { openTestEngine } from '../support/open-engine.ts';

describeFiles(openTestEngine);
