// Runs a function once when the body of a response is over: read to its end, cancelled, or broken.

/**
 * Gives the same response, and calls `done` once when its body is over; at once when it has none.
 */
export function onBodyEnd(response: Response, done: () => void): Response {
  if (!response.body) {
    done()
    return response
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done: isOver, value } = await reader.read()
          if (!isOver) return controller.enqueue(value)
          done()
          controller.close()
        } catch (error) {
          done()
          controller.error(error)
        }
      },
      async cancel(reason) {
        done()
        await reader.cancel(reason)
      },
    },
    // Nothing is read before the client asks: a slow reader slows the server down and does not fill
    // memory.
    { highWaterMark: 0 },
  )
  return new Response(body, response)
}
