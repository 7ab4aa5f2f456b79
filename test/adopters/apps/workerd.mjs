import { createApp } from './app.mjs'

// In the global scope, where a worker may make no random value, no timer and no request.
const { onbehalf, answer } = createApp(SETTINGS)

export default {
  fetch: (request) =>
    onbehalf.handle(request, async (caller) => answer(caller, (await request.json()).message)),
}
