/** Commands in real sandboxes: their results, their limits, and many at once. */
import { describeExec, describeExecLoad } from '../support/engine-suites/exec.ts';
import { openTestEngine } from '../support/open-engine.ts';

describeExec(openTestEngine);
describeExecLoad(openTestEngine);
