import { translated } from '../../../shared/azure/cosmos-errors.ts'
import { thrownBy } from '../../support/thrown.ts'

test('a fault of our own is no outage: it must not stop the feed for ever', async () => {
  const broken = () => Promise.reject(new TypeError('x is not a function'))
  await expect(thrownBy(() => translated(broken))).rejects.toThrow(TypeError)
})
