// How one message is written into a stream of events (the HTML standard, server-sent events).

/** The media type of such a stream. */
export const EVENT_STREAM = 'text/event-stream'

/** The event of a message. JSON has no line ends of its own. */
export function eventText(message: object): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`
}
