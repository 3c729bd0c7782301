import { blocksOut } from '../../shared/protocol/answers/users.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { listBlocks } from '../../shared/services/users/blocks.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const listBlocksEndpoint = endpoint({
  name: 'blocks.list',
  functionName: 'list-blocks',
  method: 'GET',
  route: 'users/me/blocks',
  input: nothing,
  summary: 'Whom the asker has blocked',
  answers: { 200: blocksOut },
  run: async (app, actor) => ok({ blocks: await listBlocks(app, actor) }),
})
