/** A backend whose operations are timed and whose errors are counted, whoever calls them. */
import type { Backend } from '../backend/port.ts';
import type { Clock } from '../clock.ts';
import { type ErrorCode, toThawError } from '../errors.ts';

export interface OperationFact {
  /** As `lifecycle.create`. */
  readonly operation: string;
  readonly ms: number;
  /** Null when it went well. */
  readonly code: ErrorCode | null;
  /** What it answered; undefined when it failed. */
  readonly value: unknown;
}

/** Must not throw. */
export type Observe = (fact: OperationFact) => void;
type Operation = (...args: readonly unknown[]) => unknown;

const isOperation = (value: unknown): value is Operation => typeof value === 'function';

/** Who wants to know; nobody does before `/metrics` is served. */
export interface Meter {
  readonly clock: Clock;
  observe: Observe | null;
}

async function timed(
  operation: string,
  work: Promise<unknown>,
  clock: Clock,
  observe: Observe,
): Promise<unknown> {
  const startedMs = clock.monotonic();
  try {
    const value = await work;
    observe({ operation, ms: clock.monotonic() - startedMs, code: null, value });
    return value;
  } catch (error) {
    const { code } = toThawError(error);
    observe({ operation, ms: clock.monotonic() - startedMs, code, value: undefined });
    throw error;
  }
}

/** `get` of a property is asked of the target itself, so that private fields are found. */
function wrap<Target extends object>(target: Target, make: (key: string, found: unknown) => unknown): Target {
  const known = new Map<PropertyKey, { readonly found: unknown; readonly made: unknown }>();
  return new Proxy(target, {
    get(_target, key) {
      const found: unknown = Reflect.get(target, key);
      if (typeof key !== 'string') return found;
      const kept = known.get(key);
      if (kept?.found === found) return kept?.made;
      const made = make(key, found);
      known.set(key, { found, made });
      return made;
    },
  });
}

function measureGroup(name: string, group: object, meter: Meter): object {
  return wrap(group, (key, found) => {
    if (!isOperation(found)) return found;
    return (...args: readonly unknown[]): unknown => {
      const result: unknown = Reflect.apply(found, group, args);
      const { clock, observe } = meter;
      if (observe === null || !(result instanceof Promise)) return result;
      return timed(`${name}.${key}`, result, clock, observe);
    };
  });
}

/** The same backend to whoever uses it. */
const measureBackend = (backend: Backend, meter: Meter): Backend =>
  wrap(backend, (key, found) => {
    if (isOperation(found)) return found.bind(backend);
    return typeof found === 'object' && found !== null ? measureGroup(key, found, meter) : found;
  });

/** Measured backends, each made once. */
export function measuring(meter: Meter): (backend: Backend) => Backend {
  const known = new WeakMap<Backend, Backend>();
  return (backend) => {
    const measured = known.get(backend) ?? measureBackend(backend, meter);
    known.set(backend, measured);
    return measured;
  };
}
