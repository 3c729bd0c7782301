// Kusto queries read by Microsoft's parser, with the tables of Application Insights that ours ask.
// https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete
import { createRequire } from 'node:module'

interface List<T> {
  Count: number
  getItem(index: number): T
}

/** The part of the library that is used; it comes as a script for browsers, and its own types need a whole runtime. */
interface Kusto {
  KustoCode: { ParseAndAnalyze(query: string, globals: unknown): Code }
  GlobalState: { Default: { WithDatabase(database: unknown): unknown } }
  Symbols: {
    TableSymbol: { From(columns: string): { WithName(name: string): unknown } }
    DatabaseSymbol: { ctor: new (name: string, tables: unknown[]) => unknown }
  }
}

interface Code {
  GetDiagnostics(): List<{ Message: string }>
}

const EVERY =
  'timestamp: datetime, operation_Id: string, operation_Name: string, operation_ParentId: string, customDimensions: dynamic, ' +
  'client_IP: string, client_City: string, client_CountryOrRegion: string, cloud_RoleName: string, cloud_RoleInstance: string, ' +
  'itemType: string, itemCount: int'
const CALL = 'id: string, name: string, success: string, resultCode: string, duration: real'
const TABLES: Record<string, string> = {
  traces: 'message: string, severityLevel: int',
  requests: `${CALL}, url: string, source: string`,
  dependencies: `${CALL}, target: string, type: string, data: string`,
  exceptions:
    'type: string, outerType: string, outerMessage: string, innermostMessage: string, problemId: string, details: dynamic',
}
/** The table of a Log Analytics workspace that says what was taken in. */
const USAGE = 'TimeGenerated: datetime, DataType: string, Quantity: real, IsBillable: bool'

const require = createRequire(import.meta.url)
require('@kusto/language-service-next/bridge.min.js')
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js')
const { Language } = (globalThis as unknown as { Kusto: { Language: Kusto } }).Kusto
const { TableSymbol, DatabaseSymbol } = Language.Symbols
const table = (name: string, columns: string): unknown => TableSymbol.From(`(${columns})`).WithName(name)
const globals = Language.GlobalState.Default.WithDatabase(
  new DatabaseSymbol.ctor('insights', [
    ...Object.entries(TABLES).map(([name, columns]) => table(name, `${EVERY}, ${columns}`)),
    table('Usage', USAGE),
  ]),
)

/** What the parser has against a query: unknown names, wrong types, words that are reserved. */
export function complaints(query: string): string[] {
  const found = Language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics()
  return Array.from({ length: found.Count }, (_, i) => found.getItem(i).Message)
}
