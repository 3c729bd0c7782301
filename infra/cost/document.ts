// Tables that a program computes and a document shows, between two comments of the same name.
import { readFile, writeFile } from 'node:fs/promises'

/** Cells padded, as the formatter of the documents has them. */
export function aligned(table: string): string {
  const rows = table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        if (!/^:?-+:?$/.test(cell)) return cell.padEnd(widths[column]!)
        const end = cell.endsWith(':') ? ':' : '-'
        return `${'-'.repeat(widths[column]! - 1)}${end}`
      })
      return `| ${cells.join(' | ')} |`
    })
    .join('\n')
}

/** @throws Error when the document has no such place */
export async function put(file: string, place: string, table: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const pattern = new RegExp(`(<!-- ${place} -->\\n)[\\s\\S]*?(\\n<!-- /${place} -->)`)
  if (!pattern.test(text)) throw new Error(`${file} has no place for ${place}.`)
  await writeFile(
    file,
    text.replace(pattern, (_, start: string, end: string) => `${start}\n${aligned(table)}\n${end}`),
  )
}
