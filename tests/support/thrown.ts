import { ChatError } from '../../shared/domain/error.ts'

/** The ChatError that `work` ends with. @throws Error when it ends well, and whatever else it throws */
export async function thrownBy(work: () => unknown): Promise<ChatError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof ChatError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}
