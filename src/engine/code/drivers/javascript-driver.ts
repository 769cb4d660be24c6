/**
 * The program that keeps a JavaScript context in a sandbox, as text. What it runs was prepared by `../javascript/prepare-cell.ts`,
 * so that declarations outlive their piece of code. Written for Node 12 and later.
 */

/** A function of the setup, `require`, and an `import()` that starts where the process did. */
export const javascriptDriver = String.raw`(function (setup, require, load) {
'use strict';
const fs = require('fs');
const vm = require('vm');
const net = require('net');
const util = require('util');
const { Readable } = require('stream');
const { createRequire } = require('module');

const MARK = Buffer.from('\0' + setup.nonce);
const PIECE = 3900;
const TEXT_LIMIT = 100000;
const CONTROL = 4;
const nap = new Int32Array(new SharedArrayBuffer(4));
const { env } = process;
let stop = null;

class ProcessExit extends Error {}

function writePiece(fd, kind, payload) {
  const size = payload.length.toString(16).padStart(4, '0');
  const piece = Buffer.concat([MARK, Buffer.from(kind + size), payload]);
  for (;;) {
    try {
      fs.writeSync(fd, piece);
      return;
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(nap, 0, 0, 1);
    }
  }
}

function send(message, fd = CONTROL) {
  const data = Buffer.from(JSON.stringify(message));
  for (let start = 0; start < data.length; start += PIECE) {
    writePiece(fd, start + PIECE >= data.length ? 'e' : 'm', data.subarray(start, start + PIECE));
  }
}

function clip(text, limit = TEXT_LIMIT) {
  if (text.length <= limit) return text;
  const half = limit >> 1;
  return text.slice(0, half) + '\n[... ' + (text.length - 2 * half) + ' characters left out ...]\n' + text.slice(-half);
}

function shown(value) {
  if (typeof value === 'string') return util.inspect(value, { maxStringLength: TEXT_LIMIT });
  return util.inspect(value, { depth: 4, maxArrayLength: 200, maxStringLength: 10000 });
}

function described(error) {
  try {
    if (error === null || typeof error !== 'object' || typeof error.stack !== 'string') {
      return { name: 'Error', value: clip(shown(error), 10000), traceback: clip('Uncaught ' + shown(error)) };
    }
    if (error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') {
      return { name: 'Interrupted', value: 'the code was interrupted', traceback: 'Interrupted: the code was interrupted' };
    }
    const lines = error.stack.split('\n');
    const own = lines.findIndex((line) => /\(?<thaw>:|node:vm:|\(vm\.js:/.test(line));
    const stack = (own === -1 ? lines : lines.slice(0, own)).join('\n');
    return { name: clip(String(error.name), 200), value: clip(String(error.message), 10000), traceback: clip(stack) };
  } catch {
    return { name: 'Error', value: 'it cannot be shown', traceback: 'Error: it cannot be shown' };
  }
}

function imageOf(value) {
  if (!(value instanceof Uint8Array) || value.length > setup.imageBytes) return null;
  const head = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 8)).toString('hex');
  const mimeType = head === '89504e470d0a1a0a' ? 'image/png' : head.startsWith('ffd8ff') ? 'image/jpeg' : null;
  return mimeType && { mimeType, data: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') };
}

function show(value) {
  const image = imageOf(value);
  send(image ? { type: 'result', image } : { type: 'result', text: clip(shown(value)) });
}

const flushed = (stream) => new Promise((resolve) => stream.write('', () => resolve()));

/** Settles as the code does, or when it is interrupted. */
async function evaluate(code, name) {
  const constants = vm.constants || {};
  const script = new vm.Script(code, {
    filename: name,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER || load,
  });
  const interrupted = new Promise((_resolve, reject) => {
    stop = () => reject(Object.assign(new Error('interrupted'), { code: 'ERR_SCRIPT_EXECUTION_INTERRUPTED' }));
  });
  try {
    const value = script.runInThisContext({ breakOnSigint: true });
    return await Promise.race([settled(value), interrupted]);
  } finally {
    stop = null;
  }
}

/** Code with a wait in it was wrapped and answers { value } some time; what other code made is not waited for. */
const wrapped = new WeakSet();
const settled = (value) => (value && typeof value === 'object' && wrapped.has(value) ? value : { value });
Object.defineProperty(globalThis, setup.wrap, {
  value: (promise) => {
    wrapped.add(promise);
    return promise;
  },
});
Object.defineProperty(globalThis, setup.wrap + 'Import', { value: load });

async function handle(request) {
  const kept = Object.entries(request.env).map(([name]) => [name, env[name]]);
  Object.assign(env, request.env);
  let error = null;
  try {
    const { value } = (await evaluate(request.code, 'cell ' + request.id)) || {};
    if (value !== undefined) {
      globalThis._ = value;
      show(value);
    }
  } catch (thrown) {
    error = described(thrown);
  }
  for (const [name, value] of kept) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  if (error !== null) send({ type: 'error', ...error });
  send({ type: 'end', id: request.id }, 1);
  send({ type: 'end', id: request.id });
}

function report(error) {
  if (!(error instanceof ProcessExit)) process.stderr.write(described(error).traceback + '\n');
}

const quiet = { configurable: true, writable: true };
Object.defineProperty(process, 'stdin', { value: Readable.from([]), ...quiet });
process.exit = (code) => {
  throw Object.assign(new ProcessExit('process.exit(' + (code === undefined ? '' : code) + ')'), { name: 'ProcessExit' });
};
process.argv = process.argv.slice(0, 1);
process.on('SIGINT', () => stop && stop());
process.on('uncaughtException', report);
process.on('unhandledRejection', report);
globalThis.require = createRequire(process.cwd() + '/thaw');
Object.defineProperty(globalThis, 'display', { value: (...values) => values.forEach(show), ...quiet });

const requests = new net.Socket({ fd: 3, readable: true, writable: false });
let rest = '';
let turn = Promise.resolve();
requests.setEncoding('utf8');
requests.on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  for (const line of lines) turn = turn.then(() => handle(JSON.parse(line)));
});
requests.on('close', () => process.kill(process.pid, 'SIGKILL'));
send({ type: 'ready', cwd: process.cwd() });
})`;
