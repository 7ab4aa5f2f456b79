import { chatkit } from '../../chat.mjs'

export const POST = (request) => chatkit.fetch(request)
