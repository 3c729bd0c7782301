// What the parser makes of a query.

export type BinaryOperator =
  | 'or' | 'and' | '=' | '!=' | '<' | '>' | '<=' | '>=' | '|' | '^' | '&' | '<<' | '>>' | '>>>'
  | '+' | '-' | '||' | '*' | '/' | '%' | '??' // biome-ignore format: one glance

export type Expression =
  | { kind: 'literal'; value: unknown }
  | { kind: 'undefined' }
  | { kind: 'parameter'; name: string }
  | { kind: 'name'; name: string; at: number }
  | { kind: 'member'; object: Expression; property: Expression }
  | { kind: 'unary'; operator: 'not' | '-' | '+' | '~'; operand: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'conditional'; test: Expression; then: Expression; otherwise: Expression }
  | { kind: 'in'; operand: Expression; list: Expression[] }
  | { kind: 'between'; operand: Expression; low: Expression; high: Expression }
  | { kind: 'like'; operand: Expression; pattern: Expression; escape?: Expression }
  | { kind: 'call'; name: string; args: Expression[]; at: number }
  | { kind: 'object'; entries: [name: string, value: Expression][] }
  | { kind: 'array'; items: Expression[] }
  | { kind: 'exists' | 'array-of' | 'scalar'; query: Query }

export interface Source {
  alias: string
  /** `value`: the thing itself. `in`: each element of an array. `query`: each result of a subquery. */
  kind: 'value' | 'in' | 'query'
  expression?: Expression
  query?: Query
}

export type Selection =
  | { kind: 'all' }
  | { kind: 'value'; expression: Expression }
  | { kind: 'list'; items: { name: string; expression: Expression }[] }

export interface OrderItem {
  expression: Expression
  descending: boolean
}

export interface Query {
  distinct: boolean
  top?: Expression
  selection: Selection
  sources: Source[]
  where?: Expression
  groupBy: Expression[]
  orderBy: OrderItem[]
  /** The scoring function of ORDER BY RANK. */
  rank?: Expression
  offset?: Expression
  limit?: Expression
}
