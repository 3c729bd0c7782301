import { settingsOut } from '../../shared/protocol/answers/users.ts'
import { renderSettings } from '../../shared/protocol/render-people.ts'
import { settingsRequest } from '../../shared/protocol/requests/users.ts'
import { updateSettings } from '../../shared/services/users/settings.ts'
import { endpoint, ok } from '../adapter/endpoint.ts'

export const updateSettingsEndpoint = endpoint({
  name: 'settings.update',
  functionName: 'update-settings',
  method: 'PATCH',
  route: 'users/me/settings',
  input: settingsRequest,
  summary: 'Changes the settings named, and tells the other devices',
  answers: { 200: settingsOut },
  run: async (app, actor, change) => ok(renderSettings(await updateSettings(app, actor, change))),
})
