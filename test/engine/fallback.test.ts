/** Sandboxes without a guest agent: the same promises, kept through `docker exec`. */
import { describe } from 'vitest';
import { describeExec } from '../support/engine-suites/exec.ts';
import { describeFiles } from '../support/engine-suites/files.ts';
import { describeLifecycle } from '../support/engine-suites/lifecycle.ts';
import { type EngineChange, openTestEngine } from '../support/open-engine.ts';

const openWithoutAgent = (change: EngineChange = {}) => openTestEngine({ ...change, agentBinary: null });

describe('without a guest agent', () => {
  describeLifecycle(openWithoutAgent);
  describeExec(openWithoutAgent);
  describeFiles(openWithoutAgent);
});
