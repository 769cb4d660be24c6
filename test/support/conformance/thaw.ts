/** The command line of Thaw with the conformance fixtures in its owner. Its engine is a fake: the suite asks for none. */
import { commands } from '../../../src/cli/commands.ts';
import { hostOf } from '../../../src/cli/process-host.ts';
import { runCli } from '../../../src/cli/run.ts';
import { serveCommand } from '../../../src/cli/serve.ts';
import { fakeEngine } from '../fake-engine.ts';
import { legacyFixtures } from './legacy.ts';
import { modernFixtures } from './modern.ts';

const opener = () => async () => ({ engine: fakeEngine({ onClose: () => {} }), releaseHost: async () => {} });
const fixtures = { ...legacyFixtures, ...modernFixtures };
const withFixtures = commands.map((command) =>
  command.name === 'serve' ? { ...command, load: async () => serveCommand(opener, fixtures) } : command,
);
process.exitCode = await runCli(process.argv.slice(2), withFixtures, hostOf(process, process.argv[1] ?? ''));
process.stdout.write('', () => process.exit());
