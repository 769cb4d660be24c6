/** The conformance fixtures for revisions up to 2025-11-25, on top of Thaw's own server. */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  type ElicitRequestFormParams,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { ProtocolExtension } from '../../../src/server/extension.ts';
import {
  getPrompt,
  INTENDED_ERROR,
  inSteps,
  isPlain,
  legacyInputs,
  listTools,
  logLines,
  plainContents,
  prompts,
  readResource,
  resources,
  templates,
  text,
} from './surface.ts';

type Schema = ElicitRequestFormParams['requestedSchema'];

const defaults: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};

const titled = (values: readonly string[], noun: string) =>
  values.map((value, index) => ({ const: value, title: `${['First', 'Second', 'Third'][index]} ${noun}` }));
const values = ['value1', 'value2', 'value3'];
const options = ['option1', 'option2', 'option3'];

const enums: Schema = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: titled(values, 'Option') },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', items: { anyOf: titled(values, 'Choice') } },
  },
};

const user: Schema = {
  type: 'object',
  properties: {
    username: { type: 'string', description: "User's response" },
    email: { type: 'string', description: "User's email address" },
  },
  required: ['username', 'email'],
};

const asked = (answer: { readonly action: string; readonly content?: unknown }): string =>
  `action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`;

const badName = (what: string): McpError => new McpError(ErrorCode.InvalidParams, `There is no ${what}.`);

function setTools(server: Server): void {
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { name, arguments: given = {} } = params;
    if (isPlain(name)) return { content: [...plainContents[name]] };
    switch (name) {
      case 'json_schema_2020_12_tool':
        return { content: [text(JSON.stringify(given))] };
      case 'test_error_handling':
        return { content: [text(INTENDED_ERROR)], isError: true };
      case 'test_tool_with_logging':
        await inSteps((step) =>
          extra.sendNotification({
            method: 'notifications/message',
            params: { level: 'info', data: logLines[step] },
          }),
        );
        return { content: [text('Logged.')] };
      case 'test_tool_with_progress': {
        const progressToken = extra._meta?.progressToken;
        await inSteps(async (step) => {
          if (progressToken === undefined) return;
          await extra.sendNotification({
            method: 'notifications/progress',
            params: { progressToken, progress: step * 50, total: 100 },
          });
        });
        return { content: [text('Progressed.')] };
      }
      case 'test_reconnection':
        extra.closeSSEStream?.();
        return { content: [text('Reconnected.')] };
      case 'test_sampling': {
        const answer = await extra.sendRequest(
          {
            method: 'sampling/createMessage',
            params: { messages: [{ role: 'user', content: text(String(given['prompt'])) }], maxTokens: 100 },
          },
          (await import('@modelcontextprotocol/sdk/types.js')).CreateMessageResultSchema,
        );
        return { content: [text(`LLM response: ${JSON.stringify(answer.content)}`)] };
      }
      case 'test_elicitation':
        return await elicit(String(given['message']), user, 'User response: ');
      case 'test_elicitation_sep1034_defaults':
        return await elicit('Please review the defaults', defaults, 'Elicitation completed: ');
      case 'test_elicitation_sep1330_enums':
        return await elicit('Please choose', enums, 'Elicitation completed: ');
      default:
        throw badName(`tool ${name}`);
    }

    async function elicit(message: string, requestedSchema: Schema, prefix: string) {
      const { ElicitResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
      const answer = await extra.sendRequest(
        { method: 'elicitation/create', params: { message, requestedSchema } },
        ElicitResultSchema,
      );
      return { content: [text(`${prefix}${asked(answer)}`)] };
    }
  });
}

function setOthers(server: Server): void {
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: templates }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
    const contents = readResource(uri);
    if (contents === null) throw new McpError(-32_002, 'Resource not found', { uri });
    return { contents: [contents] };
  });
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    const prompt = getPrompt(params.name, params.arguments ?? {});
    if (prompt === null) throw badName(`prompt ${params.name}`);
    return prompt;
  });
  server.setRequestHandler(CompleteRequestSchema, () => ({
    completion: { values: [], total: 0, hasMore: false },
  }));
  server.setRequestHandler(SetLevelRequestSchema, () => ({}));
}

export const legacyFixtures: ProtocolExtension = {
  legacyOptions: {
    capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} },
  },
  extendLegacy: (server, catalogue) => {
    const own = [...catalogue.listed];
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...listTools(legacyInputs), ...own] }));
    setTools(server);
    setOthers(server);
  },
};
