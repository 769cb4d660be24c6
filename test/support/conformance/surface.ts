/**
 * The tools, resources and prompts that the official conformance suite asks for by name. They exist in tests alone, to
 * hold Thaw's transports to the suite; what they answer is what its scenarios describe.
 */

/** One red pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A header and no samples. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';

export const text = (value: string) => ({ type: 'text' as const, text: value });
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' };

/** Answers that need nothing. */
export const plainContents = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [image],
  test_audio_content: [{ type: 'audio' as const, data: WAV, mimeType: 'audio/wav' }],
  test_embedded_resource: [
    {
      type: 'resource' as const,
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    },
  ],
  test_multiple_content_types: [
    text('Multiple content types test:'),
    image,
    {
      type: 'resource' as const,
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}',
      },
    },
  ],
};

export const isPlain = (name: string): name is keyof typeof plainContents =>
  Object.hasOwn(plainContents, name);

const nothing = { type: 'object' as const, additionalProperties: false };
const one = (name: string) => ({
  type: 'object' as const,
  properties: { [name]: { type: 'string' } },
  required: [name],
});

/** Keywords of JSON Schema 2020-12 that a list must pass on as they are. */
const schema2020 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema, and nobody awaits it
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

const inputs: Readonly<Record<string, { readonly type: 'object'; readonly [keyword: string]: unknown }>> = {
  ...Object.fromEntries(Object.keys(plainContents).map((name) => [name, nothing])),
  test_tool_with_logging: nothing,
  test_error_handling: nothing,
  test_tool_with_progress: nothing,
  test_reconnection: nothing,
  json_schema_2020_12_tool: schema2020,
};

/** Of revisions up to 2025-11-25, whose servers ask clients by requests of their own. */
export const legacyInputs = {
  ...inputs,
  test_sampling: one('prompt'),
  test_elicitation: one('message'),
  test_elicitation_sep1034_defaults: nothing,
  test_elicitation_sep1330_enums: nothing,
};

export const inputRequiredTools = [
  'test_input_required_result_elicitation',
  'test_input_required_result_sampling',
  'test_input_required_result_list_roots',
  'test_input_required_result_request_state',
  'test_input_required_result_multiple_inputs',
  'test_input_required_result_multi_round',
  'test_input_required_result_tampered_state',
  'test_input_required_result_capabilities',
] as const;

/** Of 2026-07-28, whose servers ask by results. */
export const modernInputs = {
  ...inputs,
  test_missing_capability: nothing,
  test_streaming_elicitation: nothing,
  test_logging_tool: nothing,
  ...Object.fromEntries(inputRequiredTools.map((name) => [name, nothing])),
};

export const listTools = (chosen: typeof inputs) =>
  Object.entries(chosen).map(([name, inputSchema]) => ({
    name,
    description: `Fixture ${name} of the conformance suite.`,
    inputSchema,
  }));

export const resources = [
  { uri: 'test://static-text', name: 'Static text', description: 'A fixed text.', mimeType: 'text/plain' },
  {
    uri: 'test://static-binary',
    name: 'Static binary',
    description: 'A fixed image.',
    mimeType: 'image/png',
  },
  {
    uri: 'test://watched-resource',
    name: 'Watched',
    description: 'To subscribe to.',
    mimeType: 'text/plain',
  },
];

export const templates = [
  {
    uriTemplate: 'test://template/{id}/data',
    name: 'Template',
    description: 'Data for an id.',
    mimeType: 'application/json',
  },
];

type Contents =
  | { uri: string; mimeType: string; text: string }
  | { uri: string; mimeType: string; blob: string };

/** Null for what is no resource. */
export function readResource(uri: string): Contents | null {
  if (uri === 'test://static-text') {
    return { uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' };
  }
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: PNG };
  if (uri === 'test://watched-resource') return { uri, mimeType: 'text/plain', text: 'Watched.' };
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) return null;
  const data = { id, templateTest: true, data: `Data for ID: ${id}` };
  return { uri, mimeType: 'application/json', text: JSON.stringify(data) };
}

export const prompts = [
  { name: 'test_simple_prompt', description: 'Without arguments.' },
  {
    name: 'test_prompt_with_arguments',
    description: 'With two arguments.',
    arguments: [
      { name: 'arg1', description: 'First.', required: true },
      { name: 'arg2', description: 'Second.', required: true },
    ],
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'With a resource.',
    arguments: [{ name: 'resourceUri', description: 'What to embed.', required: true }],
  },
  { name: 'test_prompt_with_image', description: 'With an image.' },
];

const user = <Content>(content: Content) => ({ role: 'user' as const, content });

/** Null for what is no prompt. */
export function getPrompt(name: string, given: Readonly<Record<string, string>>) {
  switch (name) {
    case 'test_simple_prompt':
      return { messages: [user(text('This is a simple prompt for testing.'))] };
    case 'test_prompt_with_arguments':
      return {
        messages: [user(text(`Prompt with arguments: arg1='${given['arg1']}', arg2='${given['arg2']}'`))],
      };
    case 'test_prompt_with_embedded_resource':
      return {
        messages: [
          user({
            type: 'resource' as const,
            resource: {
              uri: given['resourceUri'] ?? '',
              mimeType: 'text/plain',
              text: 'Embedded resource content for testing.',
            },
          }),
          user(text('Please process the embedded resource above.')),
        ],
      };
    case 'test_prompt_with_image':
      return { messages: [user(image), user(text('Please analyze the image above.'))] };
    default:
      return null;
  }
}

/** The three log messages or steps of progress of a call, with a pause before each but the first. */
export async function inSteps(send: (step: number) => Promise<void>): Promise<void> {
  const { setTimeout: sleep } = await import('node:timers/promises');
  for (const step of [0, 1, 2]) {
    if (step > 0) await sleep(50);
    await send(step);
  }
}

export const logLines = ['Tool execution started', 'Tool processing data', 'Tool execution completed'];
export const INTENDED_ERROR = 'This tool intentionally returns an error for testing';
