// Vercel AI SDK: an MCP client for one request of one caller.

import { createMCPClient } from '@ai-sdk/mcp'
import { generateText, isStepCount, type LanguageModel } from 'ai'
import type { Caller } from 'onbehalf'

export async function ask(caller: Caller, url: string, model: LanguageModel, question: string) {
  const tasks = await createMCPClient({
    transport: { type: 'http', url, fetch: caller.fetch('Tasks') },
  })
  try {
    return (
      await generateText({
        model,
        prompt: question,
        tools: await tasks.tools(),
        stopWhen: isStepCount(5),
      })
    ).text
  } finally {
    await tasks.close()
  }
}
