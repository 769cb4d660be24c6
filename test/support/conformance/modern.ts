/** The conformance fixtures for 2026-07-28, on top of Thaw's own server. */
import {
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ModernCall, ProtocolExtension } from '../../../src/server/extension.ts';
import { TASKS_EXTENSION } from '../../../src/server/tasks/protocol.ts';
import {
  getPrompt,
  INTENDED_ERROR,
  inSteps,
  isPlain,
  listTools,
  modernInputs,
  plainContents,
  prompts,
  readResource,
  resources,
  templates,
  text,
} from './surface.ts';
import { taskTools } from './tasks.ts';

const states = createRequestStateCodec<{ readonly round: number }>({ key: 'k'.repeat(32) });
const hint = { ttlMs: 1_000, cacheScope: 'private' } as const;

const ask = {
  name: (message: string, field: string) =>
    inputRequired.elicit({
      message,
      requestedSchema: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] },
    }),
  confirm: () =>
    inputRequired.elicit({
      message: 'Please confirm',
      requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
    }),
  sample: (prompt: string) =>
    inputRequired.createMessage({ messages: [{ role: 'user', content: text(prompt) }], maxTokens: 100 }),
  roots: () => inputRequired.listRoots(),
};

const Declared = z.looseObject({
  'io.modelcontextprotocol/clientCapabilities': z.looseObject({
    sampling: z.unknown().optional(),
    elicitation: z.unknown().optional(),
  }),
});

const done = (value: string) => ({ content: [text(value)] });

/** Whether the client answered all that it was asked for, each in a form that is one. */
const answered = (mcpReq: ServerContext['mcpReq'], ...keys: readonly string[]): boolean =>
  keys.every((key) => inputResponse(mcpReq.inputResponses, key).kind !== 'missing');

const said = (mcpReq: ServerContext['mcpReq'], key: string): string =>
  JSON.stringify(inputResponse(mcpReq.inputResponses, key));

/** The tools that ask the client and are called again with its answers. */
async function answerAsking(name: string, context: ServerContext) {
  const { mcpReq } = context;
  const round = mcpReq.requestState<{ readonly round: number }>()?.round ?? 0;
  switch (name) {
    case 'test_streaming_elicitation':
    case 'test_input_required_result_elicitation': {
      const given = acceptedContent(mcpReq.inputResponses, 'user_name');
      if (typeof given?.['name'] === 'string') return done(`Hello, ${given['name']}!`);
      return inputRequired({ inputRequests: { user_name: ask.name('What is your name?', 'name') } });
    }
    case 'test_input_required_result_sampling':
      if (answered(mcpReq, 'capital_question')) return done(said(mcpReq, 'capital_question'));
      return inputRequired({
        inputRequests: { capital_question: ask.sample('What is the capital of France?') },
      });
    case 'test_input_required_result_list_roots':
      if (answered(mcpReq, 'client_roots')) return done(said(mcpReq, 'client_roots'));
      return inputRequired({ inputRequests: { client_roots: ask.roots() } });
    case 'test_input_required_result_request_state':
    case 'test_input_required_result_tampered_state':
      if (round === 1 && answered(mcpReq, 'confirm')) return done('state-ok');
      return inputRequired({
        inputRequests: { confirm: ask.confirm() },
        requestState: await states.mint({ round: 1 }),
      });
    case 'test_input_required_result_multiple_inputs':
      if (round === 1 && answered(mcpReq, 'user_name', 'greeting', 'client_roots')) return done('All given.');
      return inputRequired({
        inputRequests: {
          user_name: ask.name('What is your name?', 'name'),
          greeting: ask.sample('Generate a greeting'),
          client_roots: ask.roots(),
        },
        requestState: await states.mint({ round: 1 }),
      });
    case 'test_input_required_result_multi_round':
      if (round === 2 && answered(mcpReq, 'step2')) return done('Both steps done.');
      if (round === 1 && answered(mcpReq, 'step1')) {
        return inputRequired({
          inputRequests: { step2: ask.name('Step 2: What is your favorite color?', 'color') },
          requestState: await states.mint({ round: 2 }),
        });
      }
      return inputRequired({
        inputRequests: { step1: ask.name('Step 1: What is your name?', 'name') },
        requestState: await states.mint({ round: 1 }),
      });
    case 'test_input_required_result_capabilities': {
      const declared = Declared.parse(mcpReq.envelope)['io.modelcontextprotocol/clientCapabilities'];
      return inputRequired({
        inputRequests: {
          ...(declared.sampling === undefined ? {} : { greeting: ask.sample('Generate a greeting') }),
          ...(declared.elicitation === undefined ? {} : { name: ask.name('What is your name?', 'name') }),
        },
      });
    }
    default:
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${name}.`);
  }
}

function setTools(server: Server, callOwn: ModernCall): void {
  server.setRequestHandler('tools/call', async (request, context) => {
    const { params } = request;
    const { name, arguments: given = {} } = params;
    const { mcpReq } = context;
    // The suite wants these words and nothing around them.
    if (name === 'greet') return done(`Hello, ${String(given['name'])}!`);
    if (taskTools.some((tool) => tool.name === name)) return await callOwn(request, context);
    if (isPlain(name)) return { content: [...plainContents[name]] };
    switch (name) {
      case 'json_schema_2020_12_tool':
        return done(JSON.stringify(given));
      case 'test_error_handling':
        return { content: [text(INTENDED_ERROR)], isError: true };
      case 'test_logging_tool':
      case 'test_tool_with_logging':
        // The log level is in no request that the suite sends here, so nothing may be logged to it.
        return done('Logged nothing.');
      case 'test_reconnection':
        return done('Streams are not resumed in this era.');
      case 'test_tool_with_progress': {
        const progressToken = mcpReq._meta?.progressToken;
        await inSteps(async (step) => {
          if (progressToken === undefined) return;
          await mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, progress: step * 50, total: 100 },
          });
        });
        return done('Progressed.');
      }
      case 'test_missing_capability':
        throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
      default:
        return await answerAsking(name, context);
    }
  });
}

function setOthers(server: Server): void {
  server.setRequestHandler('resources/list', () => ({ resources }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: templates }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    const contents = readResource(uri);
    if (contents === null) throw new ResourceNotFoundError(uri);
    return { contents: [contents] };
  });
  server.setRequestHandler('prompts/list', () => ({
    prompts: [
      ...prompts,
      { name: 'test_input_required_result_prompt', description: 'Asks for its context.' },
    ],
  }));
  server.setRequestHandler('prompts/get', ({ params }, { mcpReq }) => {
    if (params.name === 'test_input_required_result_prompt') {
      const given = acceptedContent(mcpReq.inputResponses, 'user_context');
      if (given === undefined) {
        const request = ask.name('What context should the prompt use?', 'context');
        return inputRequired({ inputRequests: { user_context: request } });
      }
      return {
        messages: [
          { role: 'user' as const, content: text(`In the context of ${String(given['context'])}.`) },
        ],
      };
    }
    const prompt = getPrompt(params.name, params.arguments ?? {});
    if (prompt === null)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${params.name}.`);
    return prompt;
  });
  server.setRequestHandler('completion/complete', () => ({
    completion: { values: [], total: 0, hasMore: false },
  }));
}

export const modernFixtures: ProtocolExtension = {
  tools: taskTools,
  modernOptions: {
    capabilities: {
      tools: {},
      resources: {},
      prompts: {},
      completions: {},
      extensions: { [TASKS_EXTENSION]: {} },
    },
    requestState: { verify: (state, context) => states.verify(state, context) },
    cacheHints: {
      'tools/list': hint,
      'prompts/list': hint,
      'resources/list': hint,
      'resources/templates/list': hint,
      'resources/read': hint,
      'server/discover': hint,
    },
  },
  extendModern: (server, catalogue, callOwn) => {
    const own = [...catalogue.listed];
    server.setRequestHandler('tools/list', () => ({ tools: [...listTools(modernInputs), ...own] }));
    setTools(server, callOwn);
    setOthers(server);
  },
};
