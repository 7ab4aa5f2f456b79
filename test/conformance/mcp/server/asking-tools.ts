// The tools of the suite that send a request of their own to the client, as MCP up to 2025-11-25
// allows.

import type { McpServer, ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { about, result, text } from './content.ts'

type Form = Parameters<ServerContext['mcpReq']['elicitInput']>[0]

/** Adds them to a server. */
export function addAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { ...about('test_sampling'), inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const message = { role: 'user' as const, content: { type: 'text' as const, text: prompt } }
      const answer = await mcpReq.requestSampling({ messages: [message], maxTokens: 100 })
      return result(text(`LLM response: ${JSON.stringify(answer.content)}`))
    },
  )
  server.registerTool(
    'test_elicitation',
    { ...about('test_elicitation'), inputSchema: z.object({ message: z.string() }) },
    ({ message }, context) =>
      ask(context, {
        message,
        requestedSchema: {
          type: 'object',
          properties: { response: { type: 'string' } },
          required: ['response'],
        },
      }),
  )
  const forms = {
    test_elicitation_sep1034_defaults: withDefaults,
    test_elicitation_sep1330_enums: withChoices,
  }
  for (const [name, form] of Object.entries(forms))
    server.registerTool(name, { ...about(name), inputSchema: z.object({}) }, (_, context) =>
      ask(context, form),
    )
}

async function ask({ mcpReq }: ServerContext, form: Form) {
  const { action, content = {} } = await mcpReq.elicitInput(form)
  return result(text(`action=${action}, content=${JSON.stringify(content)}`))
}

const withDefaults: Form = {
  message: 'Please review the fields.',
  requestedSchema: {
    type: 'object',
    properties: {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    },
    required: [],
  },
}

const OPTIONS = ['option1', 'option2', 'option3']
const TITLED = ['First', 'Second', 'Third'].map((title, at) => ({ const: `value${at + 1}`, title }))

const withChoices: Form = {
  message: 'Please select.',
  requestedSchema: {
    type: 'object',
    properties: {
      untitledSingle: { type: 'string', enum: OPTIONS },
      titledSingle: { type: 'string', oneOf: TITLED },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: {
        type: 'array',
        minItems: 1,
        maxItems: 3,
        items: { type: 'string', enum: OPTIONS },
      },
      titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: TITLED } },
    },
    required: [],
  },
}
