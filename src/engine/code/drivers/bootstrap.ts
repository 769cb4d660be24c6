/** How the drivers get into an interpreter: a short program on its command line reads the long one from its stdin. */

/** Runs with the number of bytes of the first request as its argument; leaves the rest of stdin to the driver. */
export const pythonBootstrap = [
  'import json, os, sys',
  "requests = os.fdopen(os.dup(0), 'rb')",
  'setup = json.loads(requests.read(int(sys.argv[1])))',
  "exec(compile(setup['driver'], '<thaw>', 'exec'), {'requests': requests, 'setup': setup, '__name__': 'thaw'})",
].join('\n');

/** The same for Node, whose requests come on descriptor 3; it hands over what only the main program may do. */
export const javascriptBootstrap = [
  // In a block: what is declared outside of one would be the user's, too.
  '{',
  "const fs = require('fs');",
  'const size = Number(process.argv[1]);',
  'const bytes = Buffer.alloc(size);',
  'for (let at = 0; at < size;) {',
  '  const count = fs.readSync(3, bytes, at, size - at, null);',
  '  if (count === 0) process.exit(1);',
  '  at += count;',
  '}',
  'const setup = JSON.parse(bytes);',
  "require('vm').runInThisContext(setup.driver, { filename: '<thaw>' })(setup, require, (name) => import(name));",
  '}',
].join('\n');

/**
 * Node cannot duplicate descriptors, so a shell does: requests on 3, what the driver says on 4, and nothing on stdin.
 * Arguments: those of Node.
 */
export const nodeShell = 'exec node "$@" 3<&0 4>&2 0</dev/null';
/** The exit status of a shell that did not find the program. */
export const NOT_FOUND_STATUS = 127;
