/** Starts a managed daemon from a process of its own: the test runs ten of them at once. */
import { describeHost } from '../../../src/setup/host.ts';
import { startManagedEngine } from '../../../src/setup/managed-engine.ts';

const [engineDir = '', runtimeRoot = ''] = process.argv.slice(2);
const host = describeHost(process, process.env, '/nonexistent');
const result = await startManagedEngine({ host, engineDir, runtimeRoot });
process.stdout.write(`${JSON.stringify(result)}\n`);
