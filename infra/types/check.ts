// Reads templates as a deployment would, from main.bicep down: what a module is given is known in it. Each resource is held to
// its type, each module to its parameters, each read to what there is.
import { bodyOf, type Declaration, isExisting, named, readTemplate, targetOf } from './bicep.ts'
import { declaredShape } from './declared.ts'
import { evaluate } from './evaluate.ts'
import { hold } from './hold.ts'
import { bodiesOf, type Instance, instantiate, lastOf, type Run } from './instance.ts'
import { checkModulePlace, checkPlace, unknownAtStart } from './place.ts'
import type { ObjectShape, Property, Shape } from './shape.ts'
import { placeOf, type Value } from './value.ts'

export interface Findings {
  complaints: string[]
  /** Of each type and version, the properties that are written or read. */
  reached: Map<string, Map<string, Property>>
}

/** Checks a template and the modules below it. */
export function checkTemplates(
  main: string,
  typeOf: Run['typeOf'],
  read: Run['read'] = readTemplate,
): Findings {
  const complaints = new Set<string>()
  const reached: Findings['reached'] = new Map()
  const run: Run = {
    typeOf,
    read,
    complain: (at, text) => complaints.add(`${at} ${text}`),
    reach: (target, path, property) => {
      const known = reached.get(target) ?? new Map<string, Property>()
      if (path !== '' || property.shape.is === 'choice') known.set(path, property)
      reached.set(target, known)
    },
  }
  checkInstance(instantiate(main, undefined, run), run)
  return { complaints: [...complaints], reached }
}

function checkInstance(instance: Instance, run: Run): void {
  const { template, scope } = instance
  for (const declaration of template.declarations) {
    if (declaration.kind === 'resource') checkResource(declaration, instance, run)
    else if (declaration.kind === 'module') checkModule(declaration, instance, run)
    else if (declaration.kind === 'var') scope.lookUp(declaration.name)
    else if (declaration.kind === 'output' || named(declaration.node).length > 2)
      checkDeclared(declaration, instance)
  }
  for (const node of unknownAtStart(template)) {
    run.complain(placeOf(template.file, node), `${node.text} must be known when the deployment starts`)
  }
}

function checkResource(declaration: Declaration, { template, scope }: Instance, run: Run): void {
  const target = targetOf(declaration)
  const at = placeOf(template.file, declaration.node)
  const type = run.typeOf(target)
  if (!type) {
    run.complain(at, `there is no type ${target}`)
    return
  }
  const existing = isExisting(declaration)
  const complain = (place: string, text: string) => run.complain(place, `${declaration.name}: ${text}`)
  for (const [body, inner] of bodiesOf(declaration.node, scope).bodies) {
    checkPlace(target, type, body, {
      template,
      scope: inner,
      existing,
      complain: (text) => complain(at, text),
    })
    const value = evaluate(body, inner)
    if (value.is !== 'object') continue
    const entries = new Map(
      [...value.entries].filter(([name]) => !['parent', 'scope', 'dependsOn'].includes(name)),
    )
    const shape = existing ? onlyName(type.body) : type.body
    const reach = (path: string, property: Property) => run.reach(target, path, property)
    hold({ ...value, entries }, { shape }, '', at, { complain, reach })
  }
}

const DEPLOYMENT_NAME: Shape = { is: 'string', min: 1, max: 64 }

function checkModule(declaration: Declaration, instance: Instance, run: Run): void {
  const { template, scope } = instance
  const at = placeOf(template.file, declaration.node)
  const complain = (place: string, text: string) => run.complain(place, `${declaration.name}: ${text}`)
  instance.childrenOf(declaration).forEach((child, index) => {
    const [body, inner] = bodiesOf(declaration.node, scope).bodies[index]!
    checkModulePlace(child.template, body, inner, template, (text) => complain(at, text))
    const params = child.template.declarations.filter(({ kind }) => kind === 'param')
    const properties = params.map(({ name, node }): [string, Property] => [
      name,
      { shape: declaredShape(node), required: named(node).length === 2 },
    ])
    const name = bodyOf(body).get('name')
    if (name)
      hold(evaluate(name, inner), { shape: DEPLOYMENT_NAME }, 'name', at, { complain, reach: () => {} })
    const given = bodyOf(body).get('params')
    const value: Value = given ? evaluate(given, inner) : { is: 'object', entries: new Map() }
    hold(value, { shape: { is: 'object', properties: new Map(properties) } }, '', at, {
      complain,
      reach: () => {},
    })
    checkInstance(child, run)
  })
}

/** The default of a parameter and the value of an output are of the kind that they declare. */
function checkDeclared({ name, node }: Declaration, { template, scope }: Instance): void {
  const value = evaluate(lastOf(node), scope)
  const { complain } = scope
  hold(value, { shape: declaredShape(node), required: true }, name, placeOf(template.file, node), {
    complain,
    reach: () => {},
  })
}

/** What stands already is only named. */
function onlyName(shape: Shape): ObjectShape {
  const name = shape.is === 'object' && shape.properties.get('name')
  return { is: 'object', properties: new Map(name ? [['name', name]] : []) }
}
