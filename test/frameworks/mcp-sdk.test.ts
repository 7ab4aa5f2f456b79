import { connect as connectV1 } from '../../docs/snippets/mcp-sdk-v1.ts'
import { connect as connectV2 } from '../../docs/snippets/mcp-sdk-v2.ts'
import { proves } from './proof.ts'

proves(
  'MCP SDK v2',
  async (caller, url, { tool, args }) => {
    const client = await connectV2(caller, url)
    try {
      return {
        requests: [
          await client.listTools(),
          await client.callTool({ name: tool, arguments: { ...args } }),
        ],
        answer: '',
      }
    } finally {
      await client.close()
    }
  },
  { concurrent: true },
)

proves('MCP SDK v1', async (caller, url, { tool, args }) => {
  const client = await connectV1(caller, url)
  try {
    return {
      requests: [
        await client.listTools(),
        await client.callTool({ name: tool, arguments: { ...args } }),
      ],
      answer: '',
    }
  } finally {
    await client.close()
  }
})
