import { serve } from 'onbehalf/next'
import { onbehalf } from '../../../../onbehalf.js'

export const GET = serve(onbehalf.metadata)
