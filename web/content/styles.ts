// The style sheet of the content, as text: the shell adopts it, so a strict `style-src` holds.

import content from './content.css'
import widget from './widget/widget.css'

/** Everything that the content needs. */
export const contentStyles: string = content + widget
