// What a person sets once for all devices.
import { jsonBytes } from '../../domain/budget.ts'
import { ChatError } from '../../domain/error.ts'
import {
  changedSettings,
  DEFAULT_SETTINGS,
  MAX_SETTINGS_BYTES,
  type Settings,
  type SettingsChange,
} from '../../domain/settings.ts'
import type { Actor } from '../../domain/user.ts'
import type { PersonalStore } from '../ports/personal.ts'
import type { Push } from '../ports/push.ts'
import type { Logger } from '../ports/world.ts'

export interface SettingsDeps {
  personal: PersonalStore
  push: Push
  logger: Logger
  settingsFrame(settings: Settings): unknown
}

export async function getSettings({ personal }: SettingsDeps, actor: Actor): Promise<Settings> {
  return (await personal.readSettings(actor.userId)) ?? DEFAULT_SETTINGS
}

/**
 * Merges the change into the settings, and tells the person's devices.
 * @throws ChatError `invalid-request` when they grow too large
 */
export async function updateSettings(
  deps: SettingsDeps,
  actor: Actor,
  change: SettingsChange,
): Promise<Settings> {
  const settings = await deps.personal.updateSettings(actor.userId, (now = DEFAULT_SETTINGS) =>
    fitting(changedSettings(now, change)),
  )
  await deps.push.toUser(actor.userId, deps.settingsFrame(settings)).catch((error) => {
    deps.logger('warn', 'settings.push.failed', { userId: actor.userId, error: String(error) })
  })
  return settings
}

function fitting(settings: Settings): Settings {
  if (jsonBytes(settings) <= MAX_SETTINGS_BYTES) return settings
  const errors = [{ path: 'custom', message: `makes the settings larger than ${MAX_SETTINGS_BYTES} bytes` }]
  throw new ChatError('invalid-request', `Settings hold at most ${MAX_SETTINGS_BYTES} bytes.`, { errors })
}
