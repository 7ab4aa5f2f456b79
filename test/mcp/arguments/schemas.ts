// Input schemas as real generators write them.

/** FastMCP (Python): one pydantic model as the only argument. */
export const fastMcp = {
  $defs: {
    AddTaskInput: {
      description: 'Adds a task.',
      properties: {
        user_id: { description: 'The user', title: 'User Id', type: 'string' },
        access_token: { description: 'The token', title: 'Access Token', type: 'string' },
        title: { maxLength: 200, minLength: 1, title: 'Title', type: 'string' },
        notes: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, title: 'Notes' },
        priority: { $ref: '#/$defs/Priority', default: 'normal' },
      },
      required: ['user_id', 'access_token', 'title'],
      title: 'AddTaskInput',
      type: 'object',
    },
    Priority: { enum: ['low', 'normal', 'high'], title: 'Priority', type: 'string' },
  },
  properties: { params: { $ref: '#/$defs/AddTaskInput' } },
  required: ['params'],
  title: 'add_taskArguments',
  type: 'object',
}

/** pydantic: optional parameters. */
export const pydantic = {
  properties: {
    access_token: {
      anyOf: [{ type: 'string' }, { type: 'null' }],
      default: null,
      title: 'Access Token',
    },
    userId: { anyOf: [{ type: 'string' }, { type: 'integer' }], title: 'Userid' },
    limit: { default: 20, maximum: 100, title: 'Limit', type: 'integer' },
    max_tokens: { default: 1000, title: 'Max Tokens', type: 'integer' },
  },
  required: ['userId'],
  type: 'object',
}

/** zod 4 (`z.toJSONSchema`): closed objects, draft 2020-12. */
export const zod = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    accessToken: { type: 'string' },
    filter: {
      anyOf: [
        {
          type: 'object',
          properties: { kind: { const: 'open', type: 'string' } },
          required: ['kind'],
          additionalProperties: false,
        },
        { type: 'null' },
      ],
    },
    accounts: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, apiKey: { type: 'string' } },
        required: ['name', 'apiKey'],
        additionalProperties: false,
      },
    },
  },
  required: ['accessToken', 'filter', 'accounts'],
  additionalProperties: false,
}

/**
 * zod 3 (`zod-to-json-schema`): draft 7, repeated shapes as references to where they stood first.
 */
export const zod3 = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    token: { type: 'string', minLength: 1 },
    label: { $ref: '#/properties/token' },
    tree: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        children: { type: 'array', items: { $ref: '#/properties/tree' } },
      },
      required: ['name'],
      additionalProperties: false,
    },
  },
  required: ['token', 'label'],
  additionalProperties: false,
}
