import { Assistant } from '../assistant'

export default () => <Assistant person="alice" start={null} />
