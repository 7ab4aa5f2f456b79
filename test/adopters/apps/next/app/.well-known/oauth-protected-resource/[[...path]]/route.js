import { serve } from 'onbehalf/next'
import { onbehalf } from '../../../../setup.js'

export const GET = serve(onbehalf.metadata)
