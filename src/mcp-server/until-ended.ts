// Does something once when a response is over: its body has been read to the end, was cancelled, or broke.

/** Gives the same response, with `ended` called once when its body is over; at once when it has none. */
export function untilEnded(response: Response, ended: () => void): Response {
  if (!response.body) {
    ended()
    return response
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) return controller.enqueue(value)
          ended()
          controller.close()
        } catch (error) {
          ended()
          controller.error(error)
        }
      },
      async cancel(reason) {
        ended()
        await reader.cancel(reason)
      },
    },
    // Nothing is read ahead of the client: a slow reader slows the server down instead of filling memory.
    { highWaterMark: 0 },
  )
  return new Response(body, response)
}
