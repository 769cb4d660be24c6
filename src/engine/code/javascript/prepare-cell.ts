/**
 * Prepares one piece of JavaScript for a context: what it declares becomes global, so that later pieces see it and may
 * declare it again; `import` and `await` work at the top level; lines keep their numbers. Pure.
 */
import { type AnyNode, type ImportDeclaration, type Node, type Pattern, type Program, parse } from 'acorn';

/** The driver's function that marks a promise as that of a whole piece of code. */
export const WRAP = '__thawCell';
const IMPORT = `${WRAP}Import`;

interface Edit {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function* childrenOf(node: Node): Generator<AnyNode> {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) yield* value.filter(isNode);
    else if (isNode(value)) yield value;
  }
}

/** What has variables of its own. */
const isFunction = ({ type }: Node): boolean =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'StaticBlock'].includes(type);

/** Everything below `node` that runs with it: not what is in functions. */
function* below(node: AnyNode): Generator<AnyNode> {
  for (const child of childrenOf(node)) {
    if (isFunction(child)) continue;
    yield child;
    yield* below(child);
  }
}

const waits = (node: AnyNode): boolean =>
  node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await);

function* namesOf(pattern: Pattern): Generator<string> {
  if (pattern.type === 'Identifier') yield pattern.name;
  else if (pattern.type === 'RestElement') yield* namesOf(pattern.argument);
  else if (pattern.type === 'AssignmentPattern') yield* namesOf(pattern.left);
  else if (pattern.type === 'ArrayPattern')
    for (const element of pattern.elements) yield* element === null ? [] : namesOf(element);
  else if (pattern.type === 'ObjectPattern')
    for (const property of pattern.properties)
      yield* namesOf(property.type === 'RestElement' ? property.argument : property.value);
}

/** An import as what it does: loads, and assigns what it names. */
function importing(node: ImportDeclaration): string {
  const loading = `await ${IMPORT}(${JSON.stringify(node.source.value)})`;
  const parts = node.specifiers.flatMap((specifier) => {
    if (specifier.type === 'ImportDefaultSpecifier') return [`default: ${specifier.local.name}`];
    if (specifier.type !== 'ImportSpecifier') return [];
    const { imported } = specifier;
    const name = imported.type === 'Identifier' ? imported.name : JSON.stringify(imported.value);
    return [`${name}: ${specifier.local.name}`];
  });
  const whole = node.specifiers.find(({ type }) => type === 'ImportNamespaceSpecifier')?.local.name;
  const named = parts.length === 0 ? '' : `{ ${parts.join(', ')} } = `;
  if (whole === undefined) return named === '' ? `;${loading};` : `;(${named}${loading});`;
  return named === '' ? `;(${whole} = ${loading});` : `;(${whole} = ${loading}, ${named}${whole});`;
}

/** In a piece that waits everything is in a function, so declarations become assignments to globals. */
function assignment(
  node: Extract<AnyNode, { type: 'VariableDeclaration' }>,
  code: string,
  names: Set<string>,
): Edit {
  const parts = node.declarations.flatMap(({ id, init }) => {
    for (const name of namesOf(id)) names.add(name);
    // `var x;` leaves the value that there is.
    if ((init ?? null) === null && node.kind === 'var') return [];
    return [
      `${code.slice(id.start, id.end)} = ${init === null || init === undefined ? 'undefined' : code.slice(init.start, init.end)}`,
    ];
  });
  return { at: node.start, end: node.end, text: parts.length === 0 ? ';' : `;(${parts.join(', ')});` };
}

/** `var` below the top level, where it is the whole piece's too. */
function nestedVariables(program: Program, code: string, names: Set<string>): Edit[] {
  const edits: Edit[] = [];
  const heads = new Set<Node>();
  for (const statement of program.body) {
    if (statement.type === 'VariableDeclaration' || isFunction(statement)) continue;
    for (const node of [statement, ...below(statement)]) {
      if (node.type === 'ForStatement' && node.init) heads.add(node.init);
      if (node.type === 'ForInStatement' || node.type === 'ForOfStatement') heads.add(node.left);
      if (node.type !== 'VariableDeclaration' || node.kind !== 'var') continue;
      if (!heads.has(node)) edits.push(assignment(node, code, names));
      else {
        // In the head of a loop the rest stands as it is.
        for (const { id } of node.declarations) for (const name of namesOf(id)) names.add(name);
        edits.push({ at: node.start, end: node.start + 'var'.length, text: '' });
      }
    }
  }
  return edits;
}

function waitingCell(program: Program, code: string): string {
  const names = new Set<string>();
  const functions: string[] = [];
  const edits = nestedVariables(program, code, names);
  program.body.forEach((node, index) => {
    if (node.type === 'VariableDeclaration') edits.push(assignment(node, code, names));
    else if (node.type === 'FunctionDeclaration') functions.push(node.id.name);
    else if (node.type === 'ClassDeclaration') {
      names.add(node.id.name);
      edits.push({ at: node.start, end: node.start, text: `;${node.id.name} = ` });
      edits.push({ at: node.end, end: node.end, text: ';' });
    } else if (node.type === 'ImportDeclaration') {
      for (const { local } of node.specifiers) names.add(local.name);
      edits.push({ at: node.start, end: node.end, text: importing(node) });
    } else if (node.type === 'ExpressionStatement' && index === program.body.length - 1) {
      const { start, end } = node.expression;
      edits.push({
        at: node.start,
        end: node.end,
        text: `;return { value: (${code.slice(start, end)}\n) };`,
      });
    }
  });
  const declared = [...names, ...functions];
  const head = declared.length === 0 ? '' : `var ${declared.join(', ')};`;
  const hoisted = functions.map((name) => `globalThis.${name} = ${name};`).join('');
  return `${head}${WRAP}((async () => {${hoisted}${applied(code, edits)}\n})())`;
}

function plainCell(program: Program, code: string): string {
  const edits: Edit[] = program.body.flatMap((node) => {
    if (node.type === 'VariableDeclaration' && ['let', 'const'].includes(node.kind))
      return [{ at: node.start, end: node.start + node.kind.length, text: 'var' }];
    if (node.type === 'ClassDeclaration')
      return [
        { at: node.start, end: node.start, text: `var ${node.id.name} = ` },
        { at: node.end, end: node.end, text: ';' },
      ];
    return [];
  });
  return applied(code, edits);
}

function applied(code: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.at - b.at || a.end - b.end)) {
    result += code.slice(at, edit.at) + edit.text;
    at = edit.end;
  }
  return result + code.slice(at);
}

const parseLoosely = (code: string): Program =>
  parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowHashBang: true,
  });

/** The program, with a lone `{ a: 1 }` taken as the object that is meant; null when it is no JavaScript. */
function understood(code: string): { readonly program: Program; readonly text: string } | null {
  const candidates = /^\s*\{[^]*\}\s*$/.test(code) ? [`(${code}\n)`, code] : [code];
  for (const text of candidates) {
    try {
      return { program: parseLoosely(text), text };
    } catch {
      // No syntax, or nested too deeply for the parser.
    }
  }
  return null;
}

/** Whether a program waits at its top level. */
export const waitsAtTop = (program: Program): boolean =>
  program.body.some((node) => waits(node) || (!isFunction(node) && [...below(node)].some(waits)));

/** Whether it has `import` or `export` at its top level. */
export const hasModuleSyntax = (program: Program): boolean =>
  program.body.some(({ type }) => /^(Import|Export)/.test(type));

/** The script to run. What cannot be parsed is answered as it is: the interpreter says best what is wrong with it. */
export function prepareCell(code: string): string {
  const found = understood(code);
  if (found === null) return code;
  const { program, text } = found;
  const waiting = waitsAtTop(program) || program.body.some(({ type }) => type === 'ImportDeclaration');
  return waiting ? waitingCell(program, text) : plainCell(program, text);
}

/** What kind of source text it is; null when it cannot be parsed. */
export function formOf(code: string): { readonly waits: boolean; readonly module: boolean } | null {
  try {
    const program = parseLoosely(code);
    return { waits: waitsAtTop(program), module: hasModuleSyntax(program) };
  } catch {
    return null;
  }
}
