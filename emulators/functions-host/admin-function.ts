// A function as the management routes tell of it.
import type { IncomingMessage } from 'node:http'
import type { HostedFunction } from './hosted-function.ts'

/** All members of the real answer; those that lead to files of a deployed app are null. */
export function describe(
  { name, disabled, url, target }: HostedFunction,
  folder: string,
  request: IncomingMessage,
): Record<string, unknown> {
  const bindings = Object.entries(target.metadata.bindings).map(([key, binding]) => ({
    ...binding,
    name: key,
  }))
  return {
    name,
    script_root_path_href: null,
    script_href: null,
    config_href: null,
    test_data_href: null,
    href: `http://${request.headers.host}/admin/functions/${name}`,
    invoke_url_template: url?.toLowerCase() ?? null,
    language: 'node',
    config: {
      name,
      language: 'node',
      functionDirectory: folder,
      bindings,
      ...(target.metadata.retryOptions && { retry: target.metadata.retryOptions }),
    },
    files: null,
    test_data: null,
    isDisabled: disabled,
    isDirect: false,
    isProxy: false,
  }
}
