import { settingsOut } from '../../shared/protocol/answers/users.ts'
import { renderSettings } from '../../shared/protocol/render-people.ts'
import { nothing } from '../../shared/protocol/requests/fields.ts'
import { getSettings } from '../../shared/services/users/settings.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const getSettingsEndpoint = endpoint({
  name: 'settings.get',
  functionName: 'get-settings',
  method: 'GET',
  route: 'users/me/settings',
  input: nothing,
  summary: "The asker's settings",
  answers: { 200: settingsOut },
  run: async (app, actor) => ok(renderSettings(await getSettings(app, actor))),
})
