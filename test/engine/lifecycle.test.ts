/** The life of sandboxes on a real Docker Engine. */

import { describeLifecycle } from '../support/engine-suites/lifecycle.ts';
import { openTestEngine } from '../support/open-engine.ts';

describeLifecycle(openTestEngine);
